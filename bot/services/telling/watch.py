"""Tells the office that the files' rules cannot be read before anything is due: until they can, nothing goes out (ADR 14)."""

from __future__ import annotations

from django.db import transaction

from bot.errors import ConfigError
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.models import AuditEntry

UNREADABLE, READABLE = "rules_unreadable", "rules_readable"
_TARGET = "rules:schedules"


class RulesWatch:
    """One for each process, which sees the files of its machine. It speaks of what has changed since it last looked; what
    stands in the log already, by another process or before a restart, is not said again."""

    def __init__(self) -> None:
        self._seen: str | None = None

    def look(self, ctx: Context) -> None:
        problem = _problem(ctx)
        if problem != self._seen:
            _say(ctx, problem)
            self._seen = problem


def _problem(ctx: Context) -> str:
    try:
        _ = ctx.written
    except ConfigError as e:
        return f"{e.summary}。{e.next_step}"
    return ""


def _say(ctx: Context, problem: str) -> None:
    with transaction.atomic():
        last = AuditEntry.objects.filter(object=_TARGET).order_by("-id").first()
        if problem != (last.detail if last else ""):
            audit.record(ctx.clock.now(), audit.SYSTEM, UNREADABLE if problem else READABLE, _TARGET, detail=problem)
