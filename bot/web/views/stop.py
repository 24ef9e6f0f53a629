"""The stop switch; and going through what it held, post by post, before anything goes out again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bot.errors import ConfigError, NotAllowed, StaleApproval
from bot.language import say
from bot.render.appearance import Appearance, appearance
from bot.render.variant import Media, Variant, read_bundle
from bot.schedule.rules import Rules
from bot.services.approval import review
from bot.services.delivery import disasters, duty, outlook, pause, scheduling, together, waits
from bot.services.pages import overview
from bot.services.records.context import Context
from bot.values import reading
from bot.web.office import actor_of, office
from bot.web.views.deliveries import Line, lines
from bot.workflow.actors import Permission
from bot.workflow.kinds import MOVED_ON

if TYPE_CHECKING:
    from bot.store.models import Submission

OFFERED = 3  # free times for a click


@dataclass(frozen=True, kw_only=True)
class Held:
    """A held delivery as it will look. `blocked` while its channel is still stopped; `late` if its time has passed;
    `barred` is what hours or a blackout have against putting it back as it is. `free` are then the next free times:
    choosing one puts it back on the schedule."""

    line: Line
    look: Appearance | None
    blocked: bool
    late: bool
    barred: str
    free: Sequence[datetime] = ()

    @property
    def ready(self) -> bool:
        """It can be put back as it is."""
        return not (self.blocked or self.late or self.barred)


@dataclass(frozen=True, kw_only=True)
class HeldPost:
    """A post with those of its channels that are held; `ready` are the numbers of what can be put back as it is."""

    submission: Submission
    rows: list[Held]

    @property
    def ready(self) -> str:
        return " ".join(str(row.line.delivery.id) for row in self.rows if row.ready)

    @property
    def whole(self) -> bool:
        """Several channels can be put back at once."""
        return sum(row.ready for row in self.rows) > 1


@login_required
def stop(request: HttpRequest) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    if request.method == "POST":
        stopped = pause.pause(ctx, actor, request.POST.get("reason", ""), channel := request.POST.get("channel", ""))
        pause.see_off(channel)
        messages.success(request, say("配信を止めました。{count}件を保留にしました。", count=stopped.held))
        if stopped.leaving:
            still = say("ほかに%(count)d件は送信の途中で、止められません。結果は「配信」の画面で確かめてください。")
            messages.error(request, still % {"count": stopped.leaving})
        return redirect("held")
    channels = [spec for spec in ctx.specs if spec.publishes]
    may_pause = actor.may(Permission.PAUSE)
    shown = {"channels": channels, "may_pause": may_pause, "duties": duty.standing(ctx) if may_pause else []}
    return render(request, "stop.html", shown)


@login_required
@require_GET
def held(request: HttpRequest) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    shut, rules = {lane.name for lane in pause.closed_lanes()}, outlook.rules(ctx)
    shown = {
        "posts": _by_post([_held(ctx, row, shut, rules) for row in lines(overview.held(ctx, actor))]),
        "waiting": waits.waiting(ctx.clock.now()),
        "may_resume": actor.may(Permission.RESUME),
        "may_plan": actor.may(Permission.PLAN),
    }
    return render(request, "held.html", shown)


def _by_post(rows: Iterable[Held]) -> list[HeldPost]:
    posts: dict[int, HeldPost] = {}
    for row in rows:
        submission = row.line.delivery.submission
        posts.setdefault(submission.id, HeldPost(submission=submission, rows=[])).rows.append(row)
    return list(posts.values())


def _held(ctx: Context, found: Line, shut: set[str], rules: Rules | ConfigError) -> Held:
    delivery = found.delivery
    variant = read_bundle(delivery.submission.bundle).variant(delivery.channel)

    def address(media: Media) -> str:
        return reverse("preview_media", args=(delivery.submission_id, media.sha256))

    now = ctx.clock.now()
    return Held(
        line=found,
        look=_look(ctx, variant, address) if variant else None,
        blocked=pause.is_paused(delivery.channel) or delivery.lane in shut or disasters.holds(ctx, delivery),
        late=delivery.last_at <= now,
        barred=outlook.objection(ctx, delivery, max(now, delivery.run_at), rules),
        free=scheduling.free_times(ctx, delivery, OFFERED) if delivery.bar in MOVED_ON else (),
    )


def _look(ctx: Context, variant: Variant, address: Callable[[Media], str]) -> Appearance | None:
    """None while city.yml cannot be read: what is held can be let go or cancelled all the same."""
    try:
        return appearance(ctx.spec(variant.channel), variant, ctx.library.city, address)
    except ConfigError:
        return None


@login_required
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    pause.resume(office(), actor_of(request), request.POST.get("channel", ""))
    messages.success(request, say("停止を解除しました。まだ何も出ません。下の保留を一つずつ見直して、予定に戻してください。"))
    return redirect("held")


@login_required
@require_POST
def release(request: HttpRequest, number: int) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    found = _looked_at(request, scheduling.find(number).submission_id)
    pause.release(ctx, actor, number)
    messages.success(request, say("「{title}」の配信を予定に戻しました。", title=found.title))
    return redirect("held")


@login_required
@require_POST
def release_post(request: HttpRequest, number: int) -> HttpResponse:
    """All channels of a post that the page showed as ready, or none."""
    actor_of(request).require(Permission.RESUME)
    found = _looked_at(request, number)
    chosen = [n for text in request.POST.get("ready", "").split() if (n := reading.ordinal(text)) is not None]
    together.release(office(), actor_of(request), number, chosen)
    messages.success(request, say("「{title}」の配信を予定に戻しました。", title=found.title))
    return redirect("held")


def _looked_at(request: HttpRequest, submission: int) -> Submission:
    """Only from the page that shows the post, and only for what it showed."""
    found = review.readable_by(office(), actor_of(request), submission)
    if not request.POST.get("looked"):
        raise NotAllowed(
            "not looked at",
            summary="見直しの印がありません",
            next_step="内容を見直し、印を付けてから戻してください",
            field="looked",
        )
    if request.POST.get("digest") != found.digest:
        raise StaleApproval("not what was seen", summary="見ていた内容と違います", next_step="画面を開き直してください")
    return found
