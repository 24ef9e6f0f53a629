"""Moving a state: a conditional UPDATE along the machine, and a look at the row count."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q

from bot.errors import AlreadyDecided
from bot.services.records import happenings
from bot.store.models import Delivery, Submission
from bot.workflow.states import NEVER_OUT, PENDING, DeliveryState, SubmissionState
from bot.workflow.transitions import DELIVERY, SUBMISSION, Action, Event, after

# On the schedule, or taken up by a worker that has sent nothing: still to be stopped with certainty.
NOT_BEGUN = Q(state__in=sorted(PENDING)) | Q(state=DeliveryState.PUBLISHING, intent_at=None)


def move_submission(submission: Submission, action: Action) -> None:
    """Raises AlreadyDecided if the step does not exist, or someone else was quicker."""
    before = SubmissionState(submission.state)
    target = after(SUBMISSION, before, action)
    if not Submission.objects.filter(id=submission.id, state=before).update(state=target):
        raise _too_late()
    submission.state = target


def move_delivery(delivery: Delivery, event: Event, only: Q | None = None, **changes: Any) -> bool:
    """Move one delivery if it is still as we saw it (state and fence, and `only`); true if so. Every move raises the fence, so
    that whoever held the row before can no longer write to it. Where it ends without a post, so do the later parts that wait
    for it (ADR 19)."""
    before = DeliveryState(delivery.state)
    target = after(DELIVERY, before, event)
    # The fence in the condition: the state alone may have gone round and come back to the same word.
    moved = Delivery.objects.filter(only or Q(), id=delivery.id, state=before, fence=delivery.fence).update(
        state=target, fence=F("fence") + 1, **changes
    )
    if moved:
        happenings.moved([delivery.id], event)
    if moved and target in NEVER_OUT:
        _end_with_it(delivery, target)
    return moved == 1


def _end_with_it(delivery: Delivery, ended: DeliveryState) -> None:
    """Later parts are tried by nobody, so nothing else would ever end them."""
    later = Delivery.objects.filter(
        submission=delivery.submission_id, channel=delivery.channel, part__gt=delivery.part, state=DeliveryState.WAITING
    )
    fate = DeliveryState.MISSED if ended == DeliveryState.MISSED else DeliveryState.CANCELLED
    happenings.moved(later.values_list("id", flat=True), Event.MISS if fate == DeliveryState.MISSED else Event.CANCEL)
    later.update(state=fate, fence=F("fence") + 1, problem="前の投稿が出なかったため")


def require_moved(moved: bool) -> None:
    if not moved:
        raise _too_late()


def _too_late() -> AlreadyDecided:
    return AlreadyDecided(
        "the row had moved on",
        summary="ほかの操作が先に行われました",
        next_step="画面を開き直して、いまの状態を確かめてください",
    )
