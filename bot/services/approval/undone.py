"""Taking approvals back a moment after they were given: the submissions wait again, and nothing of them is planned any more.

An approval that was taken back never was one for whoever asks later: hands are counted past it (ADR 20). Its deliveries, of
which nothing was tried or prepared, are taken away with it, so that the next approval plans afresh.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bot.errors import AlreadyDecided
from bot.services.approval import review
from bot.services.delivery import undoing
from bot.services.records.context import Context
from bot.services.records.transition import move_submission
from bot.store import locks
from bot.store.models import Delivery, Submission
from bot.store.newsletter import SignOff
from bot.workflow.actors import Actor, Permission
from bot.workflow.kinds import Kind
from bot.workflow.states import PENDING, SubmissionState
from bot.workflow.transitions import Action


@dataclass(frozen=True, kw_only=True)
class Given:
    """An approval: the submission, the state and the issue of the paper that it had before, and how many deliveries it made."""

    submission: int
    state: str
    issue: str
    deliveries: int


@dataclass(frozen=True, kw_only=True)
class Approvals:
    """What `person` may take back until ten seconds after `at`."""

    person: str
    at: datetime
    rows: tuple[Given, ...]


def may_come_back(submission: Submission) -> bool:
    """A correction and an emergency text begin to go out at once."""
    return not submission.correction and submission.kind != Kind.EMERGENCY


def undo(ctx: Context, actor: Actor, offer: Approvals) -> None:
    """All of them, or none. Raises NotAllowed when it is too late, AlreadyDecided where something has begun to go out or was
    changed meanwhile."""
    actor.require(Permission.DECIDE)
    undoing.require_in_time(ctx, actor, offer.person, offer.at)
    with transaction.atomic():
        _lock_lanes(given.submission for given in offer.rows)
        for given in offer.rows:
            submission = Submission.objects.select_for_update().get(id=given.submission)
            if not _is_own(actor, submission) or SignOff.objects.filter(submissions=submission).exists():
                raise _too_late(submission)
            _take_away(submission, given)
            review.decide(ctx, actor, submission, Action.UNDO)
            if given.state == SubmissionState.CONFIRMED:  # the leader's look was not what was taken back
                move_submission(submission, Action.CONFIRM)
            submission.issue = given.issue
            submission.save(update_fields=["issue"])


def _is_own(actor: Actor, submission: Submission) -> bool:
    """Does it stand by this person's approval? Another officer may have approved it anew since this one was taken back."""
    last = submission.decisions.order_by("-id").first()
    given = last is not None and (last.action, last.actor) == (Action.APPROVE, actor.person)
    return given and submission.state == SubmissionState.APPROVED


def _lock_lanes(submissions: Iterable[int]) -> None:
    lanes = Delivery.objects.filter(submission__in=list(submissions)).values_list("lane", flat=True)
    for lane in sorted(set(lanes)):  # in one order everywhere, so that no two wait for each other
        locks.lane(lane)


def _take_away(submission: Submission, given: Given) -> None:
    rows = list(Delivery.objects.select_for_update(of=("self",)).filter(submission=submission).order_by("-part"))
    if len(rows) != given.deliveries or not all(map(_is_untouched, rows)):
        raise _too_late(submission)
    for row in rows:  # later parts first: they point to those before them
        row.delete()


def _is_untouched(row: Delivery) -> bool:
    """The first one to take it up raises its fence. A publisher may be uploading its picture, and will tell what it made."""
    prepared = row.token or row.preparing_until is not None or row.uploads.exists()
    return row.state in PENDING and not row.fence and not row.attempts and not prepared


def _too_late(submission: Submission) -> AlreadyDecided:
    return AlreadyDecided(
        f"submission {submission.id} had moved on",
        summary="元に戻せません。もう送り始めたか、ほかの操作が先に行われました",
        next_step="いまの状態を確かめて、あらためて操作してください",
    )
