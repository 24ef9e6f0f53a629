"""The blackouts that the office has entered, as rules of the schedule; see ADR 14."""

from __future__ import annotations

from datetime import datetime

from bot.schedule.rules import Blackout
from bot.store import rules as store


def in_force(now: datetime) -> tuple[Blackout, ...]:
    """Those of the office that are neither over at `now` nor lifted, the earliest first."""
    rows = store.Blackout.objects.filter(lifted_at=None, end_at__gt=now).order_by("start_at", "id")
    return tuple(as_rule(row) for row in rows)


def between(start: datetime, end: datetime) -> tuple[Blackout, ...]:
    """Those of the office that were or will be in force at some time from `start` until `end`."""
    rows = store.Blackout.objects.filter(lifted_at=None, start_at__lt=end, end_at__gt=start).order_by("start_at", "id")
    return tuple(as_rule(row) for row in rows)


def as_rule(row: store.Blackout) -> Blackout:
    """A row as a rule of the schedule."""
    return Blackout(
        start=row.start_at,
        end=row.end_at,
        kind=row.kind,
        why=row.why,
        set_by=row.set_by,
        channels=frozenset(row.channels),
        tags=frozenset(row.tags),
        words=frozenset(row.words),
    )
