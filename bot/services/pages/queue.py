"""The approval queue as a person works through it: what waits, in parts, and approving several at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from django.db import transaction
from django.db.models import Q, QuerySet, Value

from bot.errors import BotError, NotAllowed
from bot.services.approval import review, undone
from bot.services.approval.undone import Given
from bot.services.delivery import foresight, scheduling
from bot.services.delivery.foresight import Foreseen
from bot.services.files import viewed
from bot.services.people import hands
from bot.services.records.context import Context
from bot.store.lists import Lists
from bot.store.models import Delivery, Submission
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import IN_QUEUE, SubmissionState

Findings = Literal["", "none", "some"]
_AHEAD = 20  # looked at for the next one


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What of the queue is asked for; an empty field asks for everything."""

    words: str = ""
    department: str = ""
    channel: str = ""
    findings: Findings = ""
    unopened: bool = False


def waiting(ctx: Context, actor: Actor, wanted: Wanted) -> QuerySet[Submission, int]:
    """The numbers of what awaits a decision and this person may see, oldest first; for `rows`, a page at a time."""
    found = Submission.objects.filter(review.readable(ctx, actor), _asked(wanted), state__in=sorted(IN_QUEUE))
    if wanted.unopened:
        found = found.exclude(viewings__person=actor.person)
    return found.order_by("submitted_at", "id").values_list("id", flat=True)


def after(ctx: Context, actor: Actor, submission: Submission) -> int | None:
    """The next one that waits and that this person had no hand in, in the order of the queue; None where there is none."""
    later = Q(submitted_at__gt=submission.submitted_at) | Q(submitted_at=submission.submitted_at, id__gt=submission.id)
    found = rows(waiting(ctx, actor, Wanted()).filter(later)[:_AHEAD])
    return next((s.id for s in found if actor.person not in hands.contributors(s)), None)


def waiting_count(ctx: Context, actor: Actor) -> int:
    return waiting(ctx, actor, Wanted()).count()


def rows(found: Iterable[int]) -> list[Submission]:
    """The submissions of these numbers, in this order, without the long texts. Numbers come from a narrow index; the wide rows
    are read for one page only."""
    numbers = list(found)
    # The bundle and the source are most of a row's bytes, and no list shows them (ADR 9).
    by_number = Submission.objects.defer("bundle", "source").in_bulk(numbers)
    return [by_number[number] for number in numbers]


def _asked(wanted: Wanted) -> Q:
    asked = Q(title__icontains=wanted.words) if wanted.words else Q()
    if wanted.department:
        asked &= Q(department=wanted.department)
    if wanted.channel:
        asked &= Q(Lists("channels", Value(wanted.channel)))
    if wanted.findings:
        asked &= Q(findings=[]) if wanted.findings == "none" else ~Q(findings=[])
    return asked


def departments(ctx: Context, actor: Actor) -> list[str]:
    """The departments that have something in the queue."""
    rows = Submission.objects.filter(review.readable(ctx, actor), state__in=sorted(IN_QUEUE))
    return sorted(rows.values_list("department", flat=True).distinct())


def decided(ctx: Context, actor: Actor, limit: int) -> list[Submission]:
    """What left the queue last, newest first."""
    over = sorted(frozenset(SubmissionState) - IN_QUEUE)
    found = Submission.objects.filter(review.readable(ctx, actor), state__in=over).order_by("-submitted_at", "-id")
    return rows(found.values_list("id", flat=True)[:limit])


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one of several approvals; `refusal` is None where it was approved, and `given` is then what may be taken
    back: None of what begins to go out at once."""

    title: str
    deliveries: int = 0
    refusal: BotError | None = None
    given: Given | None = None


@dataclass(frozen=True, kw_only=True)
class Ready:
    """One of several that are to be approved together, with the minute of each channel. `planned` is for the form; `refusal` is
    why it cannot be approved so, None where it can."""

    submission: Submission
    foreseen: list[Foreseen] = field(default_factory=list)
    planned: str = ""
    refusal: BotError | None = None


def before_approving(ctx: Context, actor: Actor, chosen: Mapping[int, str]) -> list[Ready]:
    """What approving all of `chosen` (number → digest seen) in this order would plan, found by planning it and taking it back:
    two posts that wish for one slot do not get the same one."""
    actor.require(Permission.DECIDE)
    seen = viewed.opened(actor, chosen)
    with transaction.atomic():
        found = [_ready(ctx, actor, number, digest, number in seen) for number, digest in chosen.items()]
        transaction.set_rollback(True)
    return found


def _ready(ctx: Context, actor: Actor, number: int, digest: str, seen: bool) -> Ready:
    submission = review.readable_by(ctx, actor, number)
    try:
        _require_plain(submission, seen)
        review.require_decidable(ctx, actor, submission, digest, review.Terms())
        with transaction.atomic():
            firsts = [d for d in scheduling.create(ctx, submission) if d.part == 0]
    except BotError as refusal:
        return Ready(submission=submission, refusal=refusal)
    return Ready(
        submission=submission,
        foreseen=[_foreseen(ctx, d) for d in firsts],
        planned=foresight.written(ctx, [(d.channel, d.due_at) for d in firsts]),
    )


def _foreseen(ctx: Context, row: Delivery) -> Foreseen:
    at_once = row.due_at <= ctx.clock.now()
    return Foreseen(channel=row.channel, label=ctx.spec(row.channel).label, due=row.due_at, at_once=at_once)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Of one submission: its digest, and the times as the page showed them (`Ready.planned`)."""

    digest: str
    planned: str


def approve_opened(ctx: Context, actor: Actor, chosen: Mapping[int, Seen]) -> list[Outcome]:
    """Approve each submission of `chosen`, one by one: a refusal of one leaves the others alone."""
    actor.require(Permission.DECIDE)
    opened = viewed.opened(actor, chosen)
    # Each in a transaction of its own: one stale submission must not undo the others' approvals.
    return [_approve_one(ctx, actor, number, seen, number in opened) for number, seen in chosen.items()]


def _approve_one(ctx: Context, actor: Actor, number: int, seen: Seen, opened: bool) -> Outcome:
    submission = review.readable_by(ctx, actor, number)
    try:
        _require_plain(submission, opened)
        with transaction.atomic():
            # The digest and the times that the page showed, so that what is approved is what was seen (ADR 2).
            made = review.approve(ctx, actor, number, seen.digest, review.Terms(shown=seen.planned))
            _require_times(made, seen)
    except BotError as refusal:
        return Outcome(title=submission.title, refusal=refusal)
    given = Given(submission=number, state=submission.state, issue=submission.issue, deliveries=len(made))
    back = given if undone.may_come_back(submission) else None
    return Outcome(title=submission.title, deliveries=len(made), given=back)


def _require_times(made: Sequence[Delivery], seen: Seen) -> None:
    """Nobody approves in passing what they have not been told the minute of."""
    if made and not seen.planned:
        raise NotAllowed("no times shown", summary="配信の時刻を見ていません", next_step="時刻を確かめてから承認してください")


def _require_plain(submission: Submission, seen: bool) -> None:
    """Only what this person has opened, and what the checks had nothing to say about, may be approved in passing."""
    if not seen:
        raise NotAllowed("not opened", summary="まだ開いていない申請です", next_step="開いて、出るとおりの形を確かめてください")
    if submission.comments.filter(settled_at=None).exists():
        raise NotAllowed(
            "has open comments",
            summary="対応の済んでいないコメントがあります",
            next_step="開いて、コメントを確かめてから承認してください",
        )
    if submission.findings:
        raise NotAllowed("has findings", summary="指摘のある申請です", next_step="開いて、指摘を確かめてから承認してください")
