"""content/strategy/charts.yml: which figures a chart shows, and how. A chart has no numbers of its own.

Figures of another kind or unit stand in no chart together, and what was not measured is drawn as missing, never as 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal, cast, get_args

from bot.config import may_exist
from bot.language import say
from bot.strategy.indicators import Indicator, Reading
from bot.text.moments import day
from bot.values.document import load as load_values
from bot.values.node import Node

Look = Literal["bars", "line", "goal", "change", "title"]
LOOK_LABELS: Mapping[Look, str] = {
    "bars": "横に比べる棒",
    "line": "移り変わりの線",
    "goal": "目標までの棒",
    "change": "前と後の数字",
    "title": "連載の題",
}
MAX_ROWS = 6  # more are unreadable on a phone
MAX_POINTS = 24
_KEYS = ("title", "look", "rows", "goal", "kicker")
_ROW_KEYS = ("indicator", "label")
_GOAL_KEYS = ("value", "date", "source")
_ROWS: Mapping[Look, tuple[int, int]] = {
    "bars": (2, MAX_ROWS),
    "line": (1, 3),
    "goal": (1, 1),
    "change": (1, 1),
    "title": (0, 0),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One figure of a chart, under the name that it has there."""

    label: str
    indicator: Indicator


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What is to be reached, in the unit of the chart's figure, by when ("": nobody said), and who said so."""

    value: Decimal
    source: str
    date: date | None = None


@dataclass(frozen=True, kw_only=True)
class Chart:
    """`rows` in the order of the file, the first is the city's own. `goal` is there where `look` is goal, `kicker` is the small
    line above the title."""

    key: str
    title: str
    look: Look
    rows: tuple[Row, ...] = ()
    goal: Goal | None = None
    kicker: str = ""

    @property
    def label(self) -> str:
        return LOOK_LABELS[self.look]

    @property
    def unit(self) -> str:
        return self.rows[0].indicator.unit if self.rows else ""


def of_indicator(indicator: Indicator) -> Chart | None:
    """The plain chart of one figure: its line over time. None where fewer than two of its readings have a value, or where one
    is below 0: a line stands on 0."""
    if sum(r.value is not None for r in indicator.readings) < 2 or _falls_below_0(indicator):
        return None
    return Chart(key=indicator.key, title=indicator.name, look="line", rows=(Row(label=indicator.name, indicator=indicator),))


def load(path: Path, known: Mapping[str, Indicator]) -> Mapping[str, Chart]:
    """All charts by key; none if the file does not exist. `known` are the figures by key. Raises FileError naming file, line
    and chart."""
    if not may_exist(path):
        return {}
    root = load_values(path)
    return {} if root.empty else {key.text(): _chart(key.text(), value, known) for key, value in root.entries()}


def _chart(key: str, value: Node, known: Mapping[str, Indicator]) -> Chart:
    entry = value.mapping(_KEYS, required=("title", "look"))
    look = cast(Look, entry["look"].choice(get_args(Look)))
    nodes = entry["rows"].items() if "rows" in entry else []
    rows = tuple(_row(node, known) for node in nodes)
    least, most = _ROWS[look]
    if not least <= len(rows) <= most:
        entry["rows" if "rows" in entry else "look"].fail(
            say("「{look}」の図に並べる指標が{count}件あります", look=look, count=len(rows)),
            say("rows: に {least} 件から {most} 件を書いてください", least=least, most=most),
        )
    for node, row in zip(nodes, rows, strict=True):
        _require_alike(node, rows[0].indicator, row.indicator)
        _require_drawable(node, look, row.indicator)
    if (look == "goal") != ("goal" in entry):
        entry["look"].fail("目標は、look: goal の図だけに書きます", "goal: に value と source を書くか、look: を変えてください")
    return Chart(
        key=key,
        title=entry["title"].required_text(),
        look=look,
        rows=rows,
        goal=_goal(entry["goal"]) if "goal" in entry else None,
        kicker=entry["kicker"].text().strip() if "kicker" in entry else "",
    )


def _row(value: Node, known: Mapping[str, Indicator]) -> Row:
    entry = value.mapping(_ROW_KEYS, required=("indicator",))
    indicator = known[entry["indicator"].choice(tuple(known))]
    label = entry["label"].text().strip() if "label" in entry else ""
    return Row(label=label or indicator.name, indicator=indicator)


def _require_alike(node: Node, first: Indicator, other: Indicator) -> None:
    if (first.kind, first.unit) != (other.kind, other.unit):
        node.fail(
            say("「{name}」は、「{first}」と種類か単位が違うため、並べられません", name=other.name, first=first.name),
            "同じ種類・同じ単位の指標だけを並べてください",
        )


def _require_drawable(node: Node, look: Look, indicator: Indicator) -> None:
    if _falls_below_0(indicator):
        node.fail(say("「{name}」には0より小さい値があります", name=indicator.name), "図にせず、文で書いてください")
    if look in ("line", "change") and of_indicator(indicator) is None:
        node.fail(
            say("「{name}」には、値のある時点が2つありません", name=indicator.name),
            "indicators.yml の readings: に書き足してください",
        )


def _falls_below_0(indicator: Indicator) -> bool:
    return any(r.value is not None and r.value < 0 for r in indicator.readings)


def _goal(value: Node) -> Goal:
    entry = value.mapping(_GOAL_KEYS, required=("value", "source"))
    number = entry["value"].number()
    if number <= 0:
        entry["value"].fail("目標が0以下です", "0より大きい数を書いてください")
    return Goal(value=number, source=entry["source"].required_text(), date=entry["date"].day() if "date" in entry else None)


# -- in words


def number(reading: Reading, unit: str) -> str:
    """46.5%, or why there is none."""
    return reading.missing if reading.value is None else f"{reading.value:,}{unit}"


def when(reading: Reading) -> str:
    """2026年1月31日, or 2022年12月5日公表 where the day of measuring is unknown."""
    said = day(reading.date, with_year=True)
    return f"{said}公表" if reading.date_of == "published" else said


def newest(row: Row) -> Reading:
    """The newest reading with a value, or the newest of those without."""
    return row.indicator.latest or row.indicator.readings[-1]


def recent(row: Row) -> tuple[Reading, ...]:
    """The readings that a line shows, the oldest first."""
    return row.indicator.readings[-MAX_POINTS:]


def before_and_after(row: Row) -> tuple[Reading, Reading]:
    """The oldest and the newest reading with a value."""
    valued = [r for r in row.indicator.readings if r.value is not None]
    return valued[0], valued[-1]


def shown(chart: Chart) -> tuple[Reading, ...]:
    """All readings that the chart shows."""
    match chart.look:
        case "line":
            return tuple(r for row in chart.rows for r in recent(row))
        case "change":
            return before_and_after(chart.rows[0])
    return tuple(newest(row) for row in chart.rows)


def sources(chart: Chart) -> tuple[str, ...]:
    named = [r.source for r in shown(chart)] + ([chart.goal.source] if chart.goal else [])
    return tuple(dict.fromkeys(named))


def alt(chart: Chart) -> str:
    """What the picture shows, for those who do not see it; written from the same readings."""
    if chart.look == "title":
        return f"「{chart.title}」と書いた題の図。" + (f"{chart.kicker}。" if chart.kicker else "")
    return f"{chart.title}の図（{LOOK_LABELS[chart.look]}）。{_in_words(chart)}。出典：{'、'.join(sources(chart))}。"


def _in_words(chart: Chart) -> str:
    unit = chart.unit
    match chart.look:
        case "line":
            return "。".join(_line_in_words(row, unit) for row in chart.rows)
        case "change":
            old, new = before_and_after(chart.rows[0])
            return f"{number(old, unit)}（{when(old)}）から{number(new, unit)}（{when(new)}）に"
        case "goal":
            assert chart.goal is not None  # noqa: S101 _chart
            now, by = newest(chart.rows[0]), f"{day(chart.goal.date, with_year=True)}までの" if chart.goal.date else ""
            return f"{number(now, unit)}（{when(now)}）。{by}目標は{chart.goal.value:,}{unit}"
    newest_of = [newest(row) for row in chart.rows]
    told = [f"{row.label} {number(r, unit)}" for row, r in zip(chart.rows, newest_of, strict=True)]
    if len(days := dict.fromkeys(when(r) for r in newest_of)) == 1:
        return f"{'、'.join(told)}（{next(iter(days))}）"
    return "、".join(f"{words}（{when(r)}）" for words, r in zip(told, newest_of, strict=True))


def _line_in_words(row: Row, unit: str) -> str:
    told = "、".join(f"{when(r)} {number(r, unit)}" for r in recent(row))
    return f"{row.label}：{told}"
