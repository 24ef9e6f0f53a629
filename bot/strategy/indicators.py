"""Figures with their source and date: content/strategy/indicators.yml. A post names a figure, it never types one again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from bot.config import may_exist
from bot.language import say
from bot.values.document import load as load_values
from bot.values.node import Node

FIELDS = ("value", "rate", "numerator", "denominator", "name", "unit", "date", "source")
_KEYS = frozenset({*FIELDS, "date_of", "source_url", "note"})


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """`value` is the printed figure with its decimals; for a rate it is `rate`, in percent, and the two numbers it was
    computed from may be given. `date` is when it was measured, or, if `date_of` is "published", when the source appeared."""

    key: str
    name: str
    unit: str
    value: Decimal
    date: date
    date_of: str
    source: str
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    source_url: str = ""
    note: str = ""

    def field(self, name: str) -> str:
        """The text that stands for `{{ indicator.KEY.name }}`. Raises KeyError for a field that this figure lacks."""
        match name:
            case "value" | "rate":
                return f"{self.value:,}"
            case "numerator" | "denominator":
                number = self.numerator if name == "numerator" else self.denominator
                if number is None:
                    raise KeyError(name)
                return f"{number:,}"
            case "name" | "unit" | "source":
                return str(getattr(self, name))
            case "date":
                return f"{self.date.year}年{self.date.month}月{self.date.day}日"
        raise KeyError(name)


def load(path: Path) -> Mapping[str, Indicator]:
    """All indicators by key; none if the file does not exist. Raises FileError naming file, line and indicator."""
    if not may_exist(path):
        return {}
    root = load_values(path)
    return {} if root.empty else {key.text(): _indicator(key.text(), value) for key, value in root.entries()}


def _indicator(key: str, value: Node) -> Indicator:
    entry = value.mapping(_KEYS, required=("name", "unit", "date", "source"))
    shown = [name for name in ("value", "rate") if name in entry]
    if len(shown) != 1:
        value.fail(
            say("「{name}」には「value」か「rate」のどちらか1つが要ります", name=value.name),
            "value: 50 か rate: 46.5 のように書いてください",
        )
    return Indicator(
        key=key,
        name=entry["name"].required_text(),
        unit=entry["unit"].required_text(),
        value=entry[shown[0]].number(),
        numerator=entry["numerator"].number() if "numerator" in entry else None,
        denominator=entry["denominator"].number() if "denominator" in entry else None,
        date=entry["date"].day(),
        date_of=entry["date_of"].choice(("measured", "published")) if "date_of" in entry else "measured",
        source=entry["source"].required_text(),
        source_url=entry["source_url"].text() if "source_url" in entry else "",
        note=entry["note"].text() if "note" in entry else "",
    )
