"""Tells the office that files of this machine cannot be read, before anything is due: rules, without which nothing goes out
(ADR 14), and the other files that all posts share, without which nobody knows what a post would say (ADR 17)."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from bot.errors import ConfigError
from bot.services.files import spoilt
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.models import AuditEntry

UNREADABLE, READABLE = "rules_unreadable", "rules_readable"
SPOILT, IN_ORDER = "files_unreadable", "files_readable"


class Watch:
    """One for each process, which sees the files of its machine. It speaks of what has changed since it last looked; what
    stands in the log already, by another process or before a restart, is not said again."""

    def __init__(self, about: str, look: Callable[[Context], str], verbs: tuple[str, str]) -> None:
        self._about, self._problem, self._verbs = about, look, verbs
        self._seen: str | None = None

    def look(self, ctx: Context) -> None:
        problem = self._problem(ctx)
        if problem != self._seen:
            self._say(ctx, problem)
            self._seen = problem

    def _say(self, ctx: Context, problem: str) -> None:
        wrong, well = self._verbs
        with transaction.atomic():
            last = AuditEntry.objects.filter(object=self._about).order_by("-id").first()
            if problem != (last.detail if last else ""):
                audit.record(ctx.clock.now(), audit.SYSTEM, wrong if problem else well, self._about, detail=problem)


def of_rules() -> Watch:
    """For the rules of the schedules folder."""
    return Watch("rules:schedules", _rules, (UNREADABLE, READABLE))


def of_shared_files() -> Watch:
    """For all other files that posts share."""
    return Watch("files:shared", lambda ctx: "\n".join(spoilt.lines(ctx)), (SPOILT, IN_ORDER))


def _rules(ctx: Context) -> str:
    try:
        _ = ctx.rules
    except ConfigError as e:
        return f"{e.summary}。{e.next_step}"
    return ""
