"""By what a wished time is looked at: the office's clock and the rules that are in force."""

from __future__ import annotations

from bot.checks.registry import Wishes
from bot.checks.rule import Timetable
from bot.services.records.context import Context


def timetable(ctx: Context) -> Timetable:
    # Not read before a post wishes for a time: most looks do not need the calendar (ADR 11).
    return Timetable(ctx.clock.now(), lambda: ctx.rules)


def every_wish(ctx: Context) -> Wishes:
    """For the checks of files that somebody has named, without a database: by what the schedules folder says."""
    return Wishes(Timetable(ctx.clock.now(), lambda: ctx.written), lambda _: True)
