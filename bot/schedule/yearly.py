"""schedules/yearly.yml: what the office tells citizens every year, and who writes it anew from last year's post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bot.language import say
from bot.values.document import load as load_values
from bot.values.node import Node

FILE = "yearly.yml"
LONGEST_NAME = 60
_WEEKS, _MOST_WEEKS = 4, 26


@dataclass(frozen=True, kw_only=True)
class Yearly:
    """Told around this (month, day) of each year; its draft is made `weeks` before. `post` is the id of the first year's post,
    `author` a key of people.yml."""

    name: str
    day: tuple[int, int]
    weeks: int
    post: str
    author: str

    def due(self, today: date) -> date | None:
        """The day for which a draft is to be there today; None while it is too early."""
        day = next(day for day in (self._in(today.year), self._in(today.year + 1)) if day >= today)
        return day if today >= day - timedelta(weeks=self.weeks) else None

    def _in(self, year: int) -> date:
        month, day = self.day
        is_lacking = (month, day) == (2, 29) and not _is_leap(year)
        return date(year, month, 28 if is_lacking else day)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def load(path: Path) -> tuple[Yearly, ...]:
    """Raises FileError naming file, line and item."""
    root, found = load_values(path), dict[str, Yearly]()
    for node in () if root.empty else root.items():
        one = _yearly(node)
        if one.name in found:
            node.fail(say("「{name}」が2回書かれています", name=one.name), "どちらか1つを消してください")
        found[one.name] = one
    return tuple(found.values())


def _yearly(node: Node) -> Yearly:
    needed = ("name", "day", "post", "author")
    entry = node.mapping((*needed, "weeks"), required=needed)
    name = entry["name"].required_text()
    if len(name) > LONGEST_NAME:
        entry["name"].fail("名前が長すぎます", say("{most}字までで書いてください", most=LONGEST_NAME))
    return Yearly(
        name=name,
        day=entry["day"].month_day(),
        weeks=entry["weeks"].integer(1, _MOST_WEEKS) if "weeks" in entry else _WEEKS,
        post=entry["post"].required_text(),
        author=entry["author"].required_text(),
    )
