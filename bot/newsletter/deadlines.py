"""When the copy of an issue is due: by the monthly rule, unless the issue is listed with a day of its own (ADR 15)."""

from __future__ import annotations

import heapq
import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count, takewhile
from typing import Literal

IfClosed = Literal["earlier", "later", "next_week"]
Closed = Callable[[date], bool]
_MONTHLY = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_FIRST_YEAR, _LAST_YEAR = 1900, 9998  # what Python's date can hold with room on both sides
_DAY = timedelta(days=1)
# A month's day moves at most so far from a closed one, so that the order of the issues stays that of their months.
_MOST_DAYS = 28
_A_YEAR = 366


@dataclass(frozen=True, kw_only=True)
class Weekday:
    """The `week`-th (1 to 4) `weekday` (0 = Monday) of the month; on a closed day as `if_closed` says."""

    week: int
    weekday: int
    if_closed: IfClosed

    def day(self, first: date, closed: Closed) -> date:
        ahead = (self.weekday - first.weekday()) % 7
        return _moved(first + timedelta(days=ahead, weeks=self.week - 1), self.if_closed, closed)


@dataclass(frozen=True, kw_only=True)
class DayOfMonth:
    """The `day` (1 to 31) of the month, its last one where it has no such day."""

    number: int
    if_closed: IfClosed

    def day(self, first: date, closed: Closed) -> date:
        last = monthrange(first.year, first.month)[1]
        return _moved(first.replace(day=min(self.number, last)), self.if_closed, closed)


@dataclass(frozen=True, kw_only=True)
class WorkingDaysBefore:
    """So many open days before the 1st of the month."""

    days: int

    def day(self, first: date, closed: Closed) -> date:
        left, day = self.days, first
        # Bounded: an office that is closed every day must not hang the page.
        for _ in range(_A_YEAR):
            if not left:
                break
            day -= _DAY
            left -= not closed(day)
        return day


@dataclass(frozen=True, kw_only=True)
class Monthly:
    """An issue for every month (2026-12), except for those in `skip`. `due` is counted in the month `months_before` the
    issue's."""

    due: Weekday | DayOfMonth | WorkingDaysBefore
    months_before: int = 0
    skip: frozenset[str] = frozenset()

    def makes(self, issue: str) -> bool:
        return _month_of(issue) is not None and issue not in self.skip

    def deadline(self, month: int, closed: Closed) -> date:
        year, number = divmod(month - self.months_before, 12)
        return self.due.day(date(year, number + 1, 1), closed)


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """The copy deadlines of a paper for all time. `listed` days go before the rule. `closed` says whether the office is
    closed on a day; it is asked for a few days around the ones that are looked for, and of nothing else."""

    listed: Mapping[str, date]
    monthly: Monthly | None
    closed: Closed = field(repr=False, compare=False)

    def of(self, issue: str) -> date | None:
        """None for an issue that neither the list nor the rule knows."""
        if issue in self.listed:
            return self.listed[issue]
        month = _month_of(issue)
        if self.monthly is None or month is None or not self.monthly.makes(issue):
            return None
        return self.monthly.deadline(month, self.closed)

    def since(self, day: date) -> Iterator[tuple[date, str]]:
        """Deadline and issue, from that day on, the earliest first. With a rule it has no end: take what you need."""
        listed = sorted((due, issue) for issue, due in self.listed.items() if due >= day)
        # Merged lazily: the rule has no end, so a list of it cannot be sorted (ADR 15).
        return heapq.merge(listed, self._by_rule(day))

    def between(self, first: date, last: date) -> list[tuple[date, str]]:
        """The same until `last`, that day included."""
        return list(takewhile(lambda entry: entry[0] <= last, self.since(first)))

    def _by_rule(self, day: date) -> Iterator[tuple[date, str]]:
        rule = self.monthly
        if rule is None:
            return
        # A deadline lies at most 31 days and a move behind the 1st of the month in which it is counted.
        for month in count(max(_number(day) + rule.months_before - 2, _FIRST_YEAR * 12)):
            if month >= _LAST_YEAR * 12:
                return
            issue = _name(month)
            # A listed day goes before the rule (ADR 15).
            if issue in self.listed or not rule.makes(issue):
                continue
            if (due := rule.deadline(month, self.closed)) >= day:
                yield due, issue


def month_after(day: date) -> str:
    """The issue of the month after this day's."""
    return _name(_number(day) + 1)


def _number(day: date) -> int:
    """Months are counted from the year 0."""
    return day.year * 12 + day.month - 1


def _name(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def _month_of(issue: str) -> int | None:
    found = _MONTHLY.fullmatch(issue)
    if found is None or not _FIRST_YEAR <= int(found[1]) < _LAST_YEAR:
        return None
    return int(found[1]) * 12 + int(found[2]) - 1


def _moved(day: date, if_closed: IfClosed, closed: Closed) -> date:
    """The day itself where it is open, or where no open one is near."""
    step = {"earlier": -_DAY, "later": _DAY, "next_week": 7 * _DAY}[if_closed]
    tries = (day + n * step for n in range(_MOST_DAYS // abs(step.days) + 1))
    return next((moved for moved in tries if not closed(moved)), day)
