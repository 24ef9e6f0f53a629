"""The approval queue as a person works through it: what waits, in parts, and approving several at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from django.db.models import Q, QuerySet, Value

from bot.errors import BotError, NotAllowed
from bot.services.approval import review
from bot.services.files import viewed
from bot.services.records.context import Context
from bot.store.lists import Lists
from bot.store.models import Submission
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import IN_QUEUE, SubmissionState

Findings = Literal["", "none", "some"]


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
    """What became of one of several approvals; `refusal` is None where it was approved."""

    title: str
    deliveries: int = 0
    refusal: BotError | None = None


def approve_opened(ctx: Context, actor: Actor, chosen: Mapping[int, str]) -> list[Outcome]:
    """Approve each submission of `chosen` (number → digest seen), one by one: a refusal of one leaves the others alone."""
    actor.require(Permission.DECIDE)
    seen = viewed.opened(actor, chosen)
    # Each in a transaction of its own: one stale submission must not undo the others' approvals.
    return [_approve_one(ctx, actor, number, digest, number in seen) for number, digest in chosen.items()]


def _approve_one(ctx: Context, actor: Actor, number: int, digest: str, seen: bool) -> Outcome:
    submission = review.readable_by(ctx, actor, number)
    try:
        _require_plain(submission, seen)
        # The digest that the box carried, so that what is approved is what the page showed (ADR 2).
        made = review.approve(ctx, actor, number, digest)
    except BotError as refusal:
        return Outcome(title=submission.title, refusal=refusal)
    return Outcome(title=submission.title, deliveries=len(made))


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
