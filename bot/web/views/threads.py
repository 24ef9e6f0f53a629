"""A thread of which only a part is out: an officer goes on with it, takes it down, or leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from bot.errors import ScheduleError
from bot.language import say
from bot.services.delivery import removal, takedowns, threads, vanished
from bot.services.records.context import Context
from bot.values import reading
from bot.web.office import actor_of, office
from bot.web.refusals import asked_at

if TYPE_CHECKING:
    from datetime import datetime


@login_required
@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    ctx, actor, way = office(), actor_of(request), request.POST.get("way")
    reason = request.POST.get("reason", "")
    if way == "go_on":
        with asked_at("at"):
            at = threads.go_on(ctx, actor, number, _moment(ctx, request.POST.get("at", "")))
        told = say("続きを{time}に出します。", time=office().said(at))
    elif way == "take_down":
        count = takedowns.take_down(ctx, actor, number, reason)
        told = say("{count}件の削除を始めました。1日以内に、ほかの広報担当に署名を頼んでください。", count=count)
    else:
        threads.leave(ctx, actor, number, reason)
        told = say("このままにすると記録しました。")
    messages.success(request, told)
    return redirect("deliveries")


def _moment(ctx: Context, typed: str) -> datetime | None:
    if not typed:
        return None
    try:
        return reading.moment(typed.replace("T", " "), ctx.config.timezone)
    except reading.Unclear:
        raise ScheduleError(
            "not a time", summary="時刻を読み取れません", next_step="2026-12-01 12:15 の形で書いてください"
        ) from None


@login_required
@require_POST
def take_down(request: HttpRequest, number: int) -> HttpResponse:
    """All that stands of a delivery's post on its channel, be it a thread or not."""
    count = takedowns.take_down(office(), actor_of(request), number, request.POST.get("reason", ""))
    said = say("{count}件の削除を始めました。1日以内に、ほかの広報担当に署名を頼んでください。", count=count)
    messages.success(request, said)
    return redirect("deliveries")


@login_required
@require_POST
def sign(request: HttpRequest, number: int) -> HttpResponse:
    takedowns.sign(office(), actor_of(request), number)
    messages.success(request, say("署名しました。"))
    return redirect("deliveries")


@login_required
@require_POST
def missed(request: HttpRequest, number: int) -> HttpResponse:
    """What a person saw of a post that the daily look missed."""
    decide_ = vanished.decide_gone if request.POST.get("verdict") == "gone" else vanished.decide_there
    decide_(office(), actor_of(request), number)
    messages.success(request, say("決着させました。"))
    return redirect("deliveries")


@login_required
@require_POST
def settle(request: HttpRequest, number: int) -> HttpResponse:
    """What became of one post whose removal nobody could look up."""
    decide_ = removal.decide_gone if request.POST.get("verdict") == "gone" else removal.decide_again
    decide_(office(), actor_of(request), number)
    messages.success(request, say("決着させました。"))
    return redirect("deliveries")
