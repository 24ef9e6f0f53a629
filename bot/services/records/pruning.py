"""What nobody needs any more goes: ended sessions, old notices, old viewings, pictures of no submission.

Never the audit log, and never what was sent or decided upon: who saw what they decided stays with the decision.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q

from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.models import Blob, Decision, Viewing
from bot.store.notices import Message
from bot.workflow.states import OPEN


@dataclass(frozen=True, kw_only=True)
class Pruned:
    """How many rows went."""

    sessions: int
    messages: int
    viewings: int
    pictures: int


def prune(ctx: Context) -> Pruned:
    """Of what has ended, that which is older than `keep_days`. What is still to be told, or still open, stays however old."""
    now = ctx.clock.now()
    before = now - timedelta(days=ctx.config.keep_days)
    by_the_viewer = Q(actor=OuterRef("person")) | Q(countersigned_by=OuterRef("person"))
    decided = Decision.objects.filter(by_the_viewer, submission=OuterRef("submission"))
    old = Viewing.objects.filter(at__lt=before).exclude(submission__state__in=OPEN)
    with transaction.atomic():
        gone = Pruned(
            sessions=_delete(Session, expire_date__lt=now),
            messages=_delete(Message, ended_at__lt=before),  # their notices with them
            viewings=old.exclude(Exists(decided)).delete()[0],
            pictures=_delete(Blob, submission=None),
        )
        if any(asdict(gone).values()):
            counted = "、".join(f"{name} {count}" for name, count in asdict(gone).items() if count)
            audit.record(now, audit.SYSTEM, "prune", "rows", detail=counted)
    return gone


def _delete(rows: type[Model], **which: object) -> int:
    """Rows of this kind alone are counted, not those that go with them."""
    return rows._default_manager.filter(**which).delete()[1].get(rows._meta.label, 0)
