"""Figures with their source and date: content/strategy/indicators.yml. A post names a figure, it never types one again.

A figure is one reading, or a series of readings of one exact kind: 交付枚数 and 保有枚数 are two figures, never one line.
What was not measured is a reading without a value, with its reason; it is no zero. Digits are kept as they were published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from bot.config import may_exist
from bot.language import say
from bot.strategy import areas, long_tables
from bot.strategy.areas import Area
from bot.strategy.long_tables import LongTable
from bot.text.moments import day
from bot.values.document import load as load_values
from bot.values.node import Node

FIELDS = ("value", "rate", "numerator", "denominator", "name", "unit", "date", "source")
REACH = "到達"  # the kind of what counts how many were reached
_NUMBERS = ("value", "rate", "numerator", "denominator")
_READING = (*_NUMBERS, "date", "date_of", "source", "source_url", "source_file", "note", "missing")
_KEYS = frozenset({"name", "unit", "kind", "area", "table", "readings", *_READING})
_DATES = ("measured", "published")
_HUNDRED = Decimal(100)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """`value` is the printed figure with its decimals, for a rate in percent, and the two numbers that it was computed from
    may be given; None where there is none, for the reason in `missing`. `date` is when it was measured, or, if `date_of` is
    "published", when the source appeared. `source_file` is the published file as it was read, below the strategy's folder and
    named by its SHA-256; "" for what was typed."""

    value: Decimal | None
    date: date
    date_of: str
    source: str
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    source_url: str = ""
    source_file: str = ""
    note: str = ""
    missing: str = ""


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """`kind` says exactly what is counted, "" where the name says it; `readings` stand in the order of their dates. `area` is
    the place that published tables have it for, None where it is taken from none; `table` how a published CSV in long form has
    it."""

    key: str
    name: str
    unit: str
    readings: tuple[Reading, ...]
    kind: str = ""
    area: Area | None = None
    table: LongTable | None = None

    @property
    def latest(self) -> Reading | None:
        """The newest reading that has a value."""
        return next((r for r in reversed(self.readings) if r.value is not None), None)

    def field(self, name: str) -> str:
        """The text that stands for `{{ indicator.KEY.name }}`, of the latest reading. Raises KeyError for a field that it
        lacks."""
        if name in ("name", "unit"):
            return str(getattr(self, name))
        if (reading := self.latest) is None:
            raise KeyError(name)
        match name:
            case "value" | "rate" | "numerator" | "denominator":
                number = reading.value if name in ("value", "rate") else getattr(reading, name)
                if number is None:
                    raise KeyError(name)
                return f"{number:,}"
            case "source":
                return reading.source
            case "date":
                return day(reading.date, with_year=True)
        raise KeyError(name)


def load(path: Path) -> Mapping[str, Indicator]:
    """All indicators by key; none if the file does not exist. Raises FileError naming file, line and indicator."""
    if not may_exist(path):
        return {}
    root = load_values(path)
    return {} if root.empty else {key.text(): _indicator(key.text(), value) for key, value in root.entries()}


def _indicator(key: str, value: Node) -> Indicator:
    entry = value.mapping(_KEYS, required=("name", "unit"))
    if "readings" in entry:
        for name in _READING:
            if name in entry:
                entry[name].fail(
                    say("「{name}」は、readings: のそれぞれに書きます", name=name), "readings: の並びの中に移してください"
                )
        readings = _series(entry["readings"])
    else:
        readings = (_reading(value, entry),)
    unit = entry["unit"].required_text()
    area = areas.read(entry["area"]) if "area" in entry else None
    return Indicator(
        key=key,
        name=entry["name"].required_text(),
        unit=unit,
        kind=entry["kind"].text().strip() if "kind" in entry else "",
        area=area,
        table=long_tables.declared(entry["table"], area, unit) if "table" in entry else None,
        readings=readings,
    )


def _series(value: Node) -> tuple[Reading, ...]:
    found: dict[date, Reading] = {}
    for node in value.some():
        reading = _reading(node, node.mapping(_READING))
        if reading.date in found:
            node.fail(
                say("「{name}」に、同じ日の値が2つあります", name=value.name),
                "日付を直すか、種類の違う値なら別の指標にしてください",
            )
        found[reading.date] = reading
    return tuple(found[on] for on in sorted(found))


def _reading(whole: Node, entry: Mapping[str, Node]) -> Reading:
    for key in ("date", "source"):
        if key not in entry or entry[key].empty:
            whole.lacks(key)
    shown = [name for name in ("value", "rate", "missing") if name in entry]
    if len(shown) != 1:
        whole.fail(
            say("「{name}」には「value」か「rate」のどちらか1つが要ります", name=whole.name),
            "value: 50 か rate: 46.5 のように書いてください。測られていないなら missing: に理由を書きます",
        )
    numbers = {name: entry[name].number() for name in _NUMBERS if name in entry}
    _require_quotient(entry, numbers)
    return Reading(
        value=numbers.get(shown[0]),
        numerator=numbers.get("numerator"),
        denominator=numbers.get("denominator"),
        date=entry["date"].day(),
        date_of=entry["date_of"].choice(_DATES) if "date_of" in entry else "measured",
        source=entry["source"].required_text(),
        source_url=entry["source_url"].text() if "source_url" in entry else "",
        source_file=entry["source_file"].text() if "source_file" in entry else "",
        note=entry["note"].text() if "note" in entry else "",
        missing=entry["missing"].required_text() if "missing" in entry else "",
    )


def _require_quotient(entry: Mapping[str, Node], numbers: Mapping[str, Decimal]) -> None:
    """A published rate may have been rounded up, down or to the nearest; beyond its last digit it is another number."""
    if not {"rate", "numerator", "denominator"} <= set(numbers):
        return
    if numbers["denominator"] <= 0:
        entry["denominator"].fail("「denominator」が0以下です", "割合の分母を書いてください")
    rate, exact = numbers["rate"], numbers["numerator"] / numbers["denominator"] * _HUNDRED
    if abs(exact - rate) >= Decimal(1).scaleb(int(rate.as_tuple().exponent)):
        entry["rate"].fail(
            say("割合 {rate} が、分子÷分母（{exact}）と合いません", rate=rate, exact=f"{exact:.4f}"),
            "出典を見て、どれかを直してください",
        )
