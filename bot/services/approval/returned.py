"""What came back to its author and is still to be mended, with all that was asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from bot.services.approval import review
from bot.services.records.approved import approved
from bot.services.records.context import Context
from bot.store.models import Comment, Decision, Submission
from bot.workflow.actors import Actor
from bot.workflow.states import SubmissionState
from bot.workflow.transitions import Action


@dataclass(frozen=True, kw_only=True)
class Returned:
    """`reason` in the words of whoever returned it (`by`). `points` are the comments that this return asks to be seen to, those
    that are ticked as well; `remarks` are the others, on any submission of the same post, that nobody had settled when it came
    back: one that is ticked since stays, so that the tick can be seen and taken back. Both in the order of the text."""

    submission: Submission
    reason: str
    by: str
    at: datetime
    points: list[Comment]
    remarks: list[Comment]

    @property
    def unticked(self) -> list[Comment]:
        return [point for point in self.points if point.settled_at is None]


def count(actor: Actor) -> int:
    return _unmended(Q(author=actor.person) | Q(submitted_by=actor.person)).count()


def mine(actor: Actor) -> list[Returned]:
    """What this person wrote or handed in and has to mend, the newest first."""
    return _told(_unmended(Q(author=actor.person) | Q(submitted_by=actor.person)))


def everybodys(within: Q) -> list[Returned]:
    """What anybody still has to mend, of those submissions that `within` lets through."""
    return _told(_unmended(within))


def at_path(path: str) -> Returned | None:
    """What was asked of the post in this file, if its newest submission came back."""
    newest = Submission.objects.filter(path=path).order_by("-id").first() if path else None
    return of(newest) if newest else None


def of(submission: Submission) -> Returned | None:
    """None for a submission that was not returned."""
    found = _told([submission]) if submission.state == SubmissionState.RETURNED else []
    return found[0] if found else None


def before(ctx: Context, actor: Actor, submission: Submission) -> Returned | None:
    """What was asked when this post last came back, before this submission of it, as far as this person may read it; None once
    it was approved since."""
    earlier = Submission.objects.filter(identity=submission.identity, id__lt=submission.id)
    mine = earlier.filter(review.readable(ctx, actor), state=SubmissionState.RETURNED)
    last = mine.defer("bundle", "source").order_by("-id").first()
    if last is None or earlier.filter(approved(), id__gt=last.id).exists():
        return None
    return of(last)


def _unmended(whose: Q) -> QuerySet[Submission]:
    """A post that was handed in again is no longer to be mended, whatever became of it."""
    newer = Submission.objects.filter(identity=OuterRef("identity"), id__gt=OuterRef("id"))
    found = Submission.objects.filter(whose, ~Exists(newer), state=SubmissionState.RETURNED)
    return found.defer("bundle", "source").order_by("-id")


def _told(submissions: Iterable[Submission]) -> list[Returned]:
    by_number = {one.id: one for one in submissions}
    # In one query for all: this stands on a person's first page.
    reasons = {
        d.submission_id: d for d in Decision.objects.filter(submission__in=by_number, action=Action.RETURN).order_by("id")
    }
    if not reasons:
        return []
    identities = [one.identity for one in by_number.values()]
    remarks: dict[str, list[Comment]] = {identity: [] for identity in identities}
    points: dict[int, list[Comment]] = {decision.id: [] for decision in reasons.values()}
    unsettled = Q(settled_at=None) | Q(settled_at__gte=min(decision.at for decision in reasons.values()))
    wanted = Q(unsettled, submission__identity__in=identities) | Q(asked_in__in=points)
    found = Comment.objects.filter(wanted).select_related("submission").defer("submission__bundle", "submission__source")
    for remark in found.order_by("part", "start", "id"):
        asked = points.get(remark.asked_in_id or 0)
        (remarks[remark.submission.identity] if asked is None else asked).append(remark)
    return [
        Returned(
            submission=one,
            reason=reasons[number].reason,
            by=reasons[number].actor,
            at=reasons[number].at,
            points=points[reasons[number].id],
            remarks=[r for r in remarks[one.identity] if r.settled_at is None or r.settled_at >= reasons[number].at],
        )
        for number, one in by_number.items()
        if number in reasons
    ]
