"""Which delivery goes out when, and in which state it is; a person settles those in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from bot.errors import ConfigError
from bot.language import say
from bot.render.variant import Media, read_variant
from bot.schedule.rules import Rules
from bot.services.delivery import outlook, reasons, reconcile, removal, scheduling, takedowns, together, vanished
from bot.services.delivery.threads import Half
from bot.services.pages import overview
from bot.services.records.context import Context
from bot.web import undo
from bot.web.asking import asks
from bot.web.office import actor_of, office
from bot.workflow.actors import Permission
from bot.workflow.states import LABELS, PENDING, DeliveryState, SubmissionState

if TYPE_CHECKING:
    from bot.store.models import Delivery, Submission
    from bot.store.threads import Removal, ThreadDecision

MOST_PLANNED, MOST_ENDED = 50, 10


@dataclass(frozen=True, kw_only=True)
class Line:
    """`missed`: its time has passed, and another one may be chosen for it. `why` is what keeps it from going out, as far as
    that is known now."""

    delivery: Delivery
    label: str
    channel: str
    pending: bool
    missed: bool = False
    why: str = ""


def lines(found: Iterable[Delivery]) -> list[Line]:
    rows = list(found)
    held = reasons.now_held(office(), rows)
    return [line(row, held.get(row.id)) for row in rows]


def line(delivery: Delivery, held: str | None = None) -> Line:
    return Line(
        why=delivery.problem if held is None else held,
        delivery=delivery,
        label=LABELS[DeliveryState(delivery.state)],
        channel=office().spec(delivery.channel).label + (f"（{delivery.part + 1}）" if delivery.part else ""),
        pending=delivery.state in PENDING,
        missed=delivery.state == DeliveryState.MISSED
        and (not delivery.after or delivery.after.state == DeliveryState.PUBLISHED),
    )


@dataclass(frozen=True, kw_only=True)
class Post:
    """One post of the list, with its channels; `at` where all of them go out at one time, None where they do not. `versions`
    are the fences of its deliveries, for a form."""

    submission: Submission
    lines: list[Line]
    at: datetime | None

    @property
    def versions(self) -> str:
        return " ".join(f"{row.delivery.id}:{row.delivery.fence}" for row in self.lines)

    @property
    def movable(self) -> bool:
        return any(row.pending for row in self.lines)


def by_post(found: Iterable[Delivery]) -> list[Post]:
    """In the order of each post's first delivery. Later parts of a thread stand in for nothing: the first one leads them."""
    posts: dict[int, list[Line]] = {}
    for row in lines(found):
        posts.setdefault(row.delivery.submission_id, []).append(row)
    return [
        Post(
            submission=rows[0].delivery.submission,
            lines=rows,
            at=rows[0].delivery.due_at if len({row.delivery.due_at for row in rows}) == 1 else None,
        )
        for rows in posts.values()
    ]


@login_required
@require_GET
def deliveries(request: HttpRequest) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    rules = outlook.rules(ctx)
    halves = [half for half in overview.broken(ctx, actor) if not half.going_down]
    may_plan = actor.may(Permission.PLAN)
    shown = {
        "broken": [_broken(ctx, half) for half in halves if not half.left],
        "left": [_broken(ctx, half) for half in halves if half.left][:MOST_ENDED],
        "down": [_down(ctx, actor.person, decision) for decision in takedowns.open_ones()] if may_plan else [],
        "vanished": [line(v.delivery) for v in vanished.open_ones()] if may_plan else [],
        "planned": by_post(overview.planned(ctx, actor, MOST_PLANNED)),
        "planned_count": overview.planned_count(ctx, actor),
        "by_hand": [_task(ctx, d, rules) for d in overview.by_hand(ctx, actor, MOST_PLANNED)],
        "by_hand_count": overview.by_hand_count(ctx, actor),
        "doubtful_count": overview.doubtful_count(ctx, actor),
        "doubtful": [line(d) for d in overview.doubtful(ctx, actor, MOST_PLANNED)],
        "ended": lines(overview.ended(ctx, actor, MOST_ENDED)),
        "may_plan": may_plan,
    }
    return render(request, "deliveries.html", shown)


@dataclass(frozen=True, kw_only=True)
class Broken:
    """`doubtful`: the next part's outcome is asked first. `may_go_on`: the rest may still go out, as
    approved and as a reply to what stands."""

    half: Half
    channel: str
    parts: Sequence[Line]
    doubtful: bool
    may_go_on: bool


@dataclass(frozen=True, kw_only=True)
class Down:
    """What is being taken down, or waits for a second name."""

    decision: ThreadDecision
    channel: str
    removals: Sequence[Removal]
    own: bool


def _broken(ctx: Context, half: Half) -> Broken:
    return Broken(
        half=half,
        channel=ctx.spec(half.torn.channel).label,
        parts=[line(part) for part in half.parts],
        doubtful=half.torn.state == DeliveryState.UNDECIDED,
        may_go_on=not half.gaps and half.torn.submission.state in (SubmissionState.APPROVED, SubmissionState.STALE),
    )


def _down(ctx: Context, person: str, decision: ThreadDecision) -> Down:
    return Down(
        decision=decision,
        channel=ctx.spec(decision.channel).label,
        removals=removal.of_decision(decision),
        own=decision.actor == person,
    )


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a person posts by hand: the text and the pictures, exactly as approved. `problem` is why not at its time, or, once
    that has come, why not now."""

    line: Line
    text: str
    media: tuple[Media, ...]
    problem: str
    due: bool


def _task(ctx: Context, delivery: Delivery, rules: Rules | ConfigError) -> Task:
    variant = read_variant(delivery.submission.bundle, delivery.channel)
    assert variant is not None  # noqa: S101 the delivery was made from it
    now = ctx.clock.now()
    return Task(
        line=line(delivery),
        text=variant.parts[delivery.part].text,
        media=variant.media,
        problem=outlook.objection(ctx, delivery, max(now, delivery.due_at), rules),
        due=delivery.due_at <= now,
    )


def _named(request: HttpRequest, number: int) -> str:
    actor_of(request).require(Permission.PLAN)
    found = line(scheduling.find(number))
    return f"{found.channel}「{found.delivery.submission.title}」"


@login_required
@require_POST
@asks("この配信を取り消しますか", "取り消す", _named)
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    made = together.cancel(office(), actor_of(request), {number: None})
    undo.offer(request, say("配信を取り消しました。"), made)
    return redirect("deliveries")


@login_required
@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    ctx, actor, verdict = office(), actor_of(request), request.POST.get("verdict")
    if verdict == "published":
        reconcile.decide_published(ctx, actor, number, request.POST.get("url", ""))
    elif verdict == "again":
        return _again(request, reconcile.decide_again(ctx, actor, number))
    else:
        reconcile.decide_let_be(ctx, actor, number)
    messages.success(request, say("決着させました。"))
    return redirect("deliveries")


def _again(request: HttpRequest, answer: reconcile.Again) -> HttpResponse:
    looking = answer is reconcile.Again.LOOKING
    said = say("配信先をもう一度見て、出ていなければ送ります。") if looking else say("もう一度送ります。")
    messages.success(request, said)
    return redirect("deliveries")
