"""Submissions whose files have changed since: they, their approvals and what is planned of them become void."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from bot.errors import CannotTell, StaleApproval
from bot.services.delivery import scheduling
from bot.services.files import freshness
from bot.services.records import audit
from bot.services.records.context import Context
from bot.services.records.transition import move_submission
from bot.store.models import Delivery, Submission
from bot.workflow.states import OPEN, PENDING, SubmissionState
from bot.workflow.transitions import Action

log = logging.getLogger(__name__)


def void_if_changed(ctx: Context, submission: Submission) -> bool:
    """Void the submission, its approval and its pending deliveries if its files have changed; true if so. What cannot be read
    has not changed as far as anybody knows: it voids nothing."""
    try:
        freshness.require_fresh(ctx, freshness.origin(submission))
    except StaleApproval:
        with transaction.atomic():
            current = Submission.objects.select_for_update().get(id=submission.id)
            if current.state in OPEN:  # another channel's delivery may have found it out first
                make_stale(ctx, current, audit.SYSTEM)
        return True
    except CannotTell as e:
        log.warning("submission %s: %s", submission.id, e.message)
    return False


def sweep(ctx: Context, after: int = 0, limit: int = 200) -> int:
    """Look at the next `limit` open submissions beyond number `after`; the number to go on from, 0 when all were seen."""
    numbers = list(unsettled().filter(id__gt=after).values_list("id", flat=True)[:limit])
    for number in numbers:
        void_if_changed(ctx, Submission.objects.get(id=number))
    return numbers[-1] if len(numbers) == limit else 0


def unsettled() -> QuerySet[Submission]:
    """What awaits a decision, and what is approved and not all out, by number."""
    planned = Delivery.objects.filter(submission=OuterRef("pk"), state__in=sorted(PENDING))
    undecided = Q(state__in=(SubmissionState.SUBMITTED, SubmissionState.CONFIRMED))
    return Submission.objects.filter(undecided | Q(Exists(planned), state=SubmissionState.APPROVED)).order_by("id")


def make_stale(ctx: Context, submission: Submission, by: str) -> None:
    """Void it and what is planned of it, but for the rest of a thread that has begun: its text is the one that was approved,
    and half of it is out (ADR 19). Within a transaction of the caller's."""
    move_submission(submission, Action.CHANGE)
    scheduling.cancel_pending(submission, "原稿が変わったため取り消し", begun_too=False)
    audit.record(ctx.clock.now(), by, Action.CHANGE, f"submission:{submission.id}", digest=submission.digest)
