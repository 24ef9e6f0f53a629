"""A practice: sandbox, publisher and pages in one process, whose clock a person may move. No office in earnest has one: nothing
but `dxbot demo --serve` opens it, and where posts would leave this machine it cannot be opened."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Max

from bot.clock import PracticeClock, elapsed
from bot.errors import NotAllowed, NotFound
from bot.schedule.slots import next_free
from bot.services.approval import review
from bot.services.records import audit
from bot.services.records.context import Context
from bot.services.runner import Runner
from bot.store.models import AuditEntry, Delivery, Submission
from bot.workflow.actors import Actor, Role
from bot.workflow.states import DeliveryState, SubmissionState

MOVED = "move_clock"  # in the audit log
_SHORTLY = timedelta(seconds=20)  # before a post is due, the agency is heard: it may not seem silent since the clock was moved
_SANDBOX = re.compile(r"http://127\.0\.0\.1:\d+(?=/)")
_PATIENCE, _LOOK = 15.0, 0.2  # seconds
_ON_THE_WAY = (DeliveryState.SCHEDULED, DeliveryState.PUBLISHING)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Practice:
    """`timelines` is where people see what went out."""

    ctx: Context
    clock: PracticeClock
    runner: Runner
    timelines: str


_opened: list[Practice] = []  # at most one for the process


def open_(practice: Practice) -> None:
    """Raises NotAllowed where posts would leave this machine."""
    if not practice.ctx.config.sandbox:
        raise NotAllowed(
            "a practice outside the sandbox",
            summary="研修モードは、練習用サーバーでだけ使えます",
            next_step="make serve か dxbot demo --serve で始めてください",
        )
    _opened[:] = [practice]


def close() -> None:
    _opened.clear()


def current() -> Practice | None:
    return _opened[0] if _opened else None


def required() -> Practice:
    """Raises NotFound where none is open: there, nothing tells that there could be one."""
    if not _opened:
        raise NotFound("no practice", summary="見つかりません", next_step="画面の上の「今日」から入り直してください")
    return _opened[0]


def last_moment() -> datetime:
    """The latest of all that this state has seen: a practice's clock never goes back behind it."""
    seen = (AuditEntry.objects.aggregate(at=Max("at")), Delivery.objects.aggregate(at=Max("published_at")))
    return max((found["at"] for found in seen if found["at"]), default=_NEVER)


def stand_at(timelines: str) -> None:
    """Where the sandbox has another port than when a post went out, its address follows: a link that is shown is alive."""
    for found in Delivery.objects.exclude(url="").exclude(url__startswith=f"{timelines}/").only("id", "url"):
        if _SANDBOX.match(found.url):
            Delivery.objects.filter(id=found.id).update(url=_SANDBOX.sub(timelines, found.url))


def next_moment(ctx: Context) -> datetime:
    """When the next post is due; where none is planned, the next slot. Raises ConfigError, SlotTaken."""
    now = ctx.clock.now()
    due = (
        Delivery.objects.filter(state=DeliveryState.SCHEDULED, run_at__gt=now)
        .order_by("run_at")
        .values_list("run_at", flat=True)
    )
    return due.first() or next_free("", "", now, (), ctx.rules)


def wait_until_sent() -> bool:
    """Until nothing that is due by the practice's clock is still to begin or under way, for a few seconds; is it so?"""
    due = Delivery.objects.filter(state__in=sorted(_ON_THE_WAY), run_at__lte=required().ctx.clock.now())
    return wait_until(lambda: not due.exists())


def wait_until(is_over: Callable[[], bool]) -> bool:
    """For what the publisher does meanwhile, so that whoever pressed a button sees it done; False where it takes long."""
    end = elapsed() + _PATIENCE
    while not is_over():
        if elapsed() > end:
            return False
        time.sleep(_LOOK)
    return True


def approve(ctx: Context, officer: Actor, handed_in: Iterable[Submission]) -> int:
    """A trainee's post is confirmed by a leader first. How many were approved? Only what is named: whatever else waits was
    handed in by somebody who wants to decide on it."""
    leaders = {author.department: author.key for author in ctx.library.people.values() if author.role == "leader"}
    named = {submission.id for submission in handed_in}
    waiting = [submission for submission in review.waiting() if submission.id in named]
    for submission in waiting:
        if submission.needs_confirmation and submission.state == SubmissionState.SUBMITTED:
            leader = Actor(person=leaders[submission.department], role=Role.LEADER)
            review.confirm(ctx, leader, submission.id, submission.digest)
        review.approve(ctx, officer, submission.id, submission.digest)
    return len(waiting)


def move(actor: Actor) -> datetime:
    """Move the clock to `next_moment`, as if the time between had passed; what is due then goes out. Raises NotFound,
    NotAllowed while something due is on its way, ConfigError, SlotTaken."""
    practice = required()
    if not wait_until_sent():  # moved on now, what is still to be sent would have missed its time
        raise NotAllowed(
            "something is on its way",
            summary="前の枠の投稿を、まだ送っています",
            next_step="少し待って、もう一度押してください",
        )
    moment = next_moment(practice.ctx)
    practice.runner.listen_after(lambda: practice.clock.advance_to(moment - _SHORTLY))
    practice.clock.advance_to(moment)
    audit.note(practice.ctx, actor.person, MOVED, "clock", practice.ctx.said(moment))
    practice.runner.wake()
    return moment
