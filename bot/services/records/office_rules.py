"""What the office has entered itself, as rules of the schedule: blackouts (ADR 14), and what it changed of the files' rules
(ADR 44)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from bot.errors import ConfigError
from bot.schedule import changes
from bot.schedule.changes import RuleChange
from bot.schedule.rules import Blackout, Rules
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


def over(written: Rules) -> Rules:
    """The files' rules with what the office has changed of them. Raises ConfigError."""
    return changes.applied(written, made())


def made() -> list[RuleChange]:
    """All that is in force or was, in the order in which it came into force."""
    return [as_change(row) for row in rows()]


def readable(written: Rules) -> list[store.RuleChange]:
    """As `rows`, without those that nobody can read: over these a rule can be said anew."""
    return [row for row in rows() if _is_readable(written, as_change(row))]


def _is_readable(written: Rules, change: RuleChange) -> bool:
    try:
        changes.applied(written, [change])
    except ConfigError:
        return False
    return True


def rows() -> QuerySet[store.RuleChange]:
    """As `made`, in the table."""
    return store.RuleChange.objects.filter(accepted=True).order_by("decided_at", "id")


def as_change(row: store.RuleChange) -> RuleChange:
    return RuleChange(topic=row.topic, item=row.item, value=row.value)
