"""Whole posts, one or several, as they are planned: moved and cancelled with all their channels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bot.errors import ScheduleError
from bot.language import say
from bot.services.delivery import together
from bot.services.delivery.together import Shift
from bot.services.pages import overview
from bot.text import moments
from bot.values import reading
from bot.web import undo
from bot.web.office import actor_of, office
from bot.web.refusals import asked_at
from bot.web.views.decisions import moment
from bot.web.views.deliveries import Post, by_post
from bot.workflow.actors import Permission

if TYPE_CHECKING:
    from bot.store.models import Delivery

FREE_TIMES = 6
MOST_DAYS = 366


@login_required
def posts(request: HttpRequest) -> HttpResponse:
    """The page that shows what is meant and asks what is to be done; and what it, or a dragged post, sends."""
    ctx, actor = office(), actor_of(request)
    actor.require(Permission.PLAN)
    given = request.POST if request.method == "POST" else request.GET
    rows = together.heads(_chosen(request, given.getlist("chosen")))
    if request.method == "POST":
        return _cancelled(request, rows) if given.get("act") == "cancel" else _moved(request, rows)
    found = by_post(rows)
    shown = {
        "posts": found,
        "free": together.free_times(ctx, rows, FREE_TIMES) if len(found) == 1 else [],
        "first": rows[0].due_at if rows else ctx.clock.now(),
        "spread": len({_local(row).date() for row in rows}) > 1,
    }
    return render(request, "posts.html", shown)


def _chosen(request: HttpRequest, texts: Iterable[str]) -> list[int]:
    """By their numbers, or all of one day."""
    numbers = [number for text in texts if (number := reading.ordinal(text)) is not None]
    if not numbers and request.method == "GET" and (day := request.GET.get("day")):
        return overview.planned_on(office(), actor_of(request), _day(day))
    return numbers


def _day(text: str) -> date:
    try:
        return reading.day(text)
    except reading.Unclear:
        raise ScheduleError("not a day", summary="日付が読めません", next_step="日付を入れてください", field="day") from None


def _moved(request: HttpRequest, rows: Sequence[Delivery]) -> HttpResponse:
    to, versions = request.POST.get("to", "day"), _versions(request)
    with asked_at(to if to in ("at", "day", "by") else "to"):
        times = _times(request, rows, to)
        made = together.move(
            office(), actor_of(request), {row.id: Shift(moment=times[row.id], version=versions.get(row.id, -1)) for row in rows}
        )
    day = moments.said_day(min(times.values()).astimezone(office().config.timezone))
    undo.offer(request, say("{posts}を{day}に移しました。", posts=_said(rows), day=day), made)
    return redirect(f"{reverse('calendar')}?date={min(times.values()):%Y-%m-%d}")


def _times(request: HttpRequest, rows: Iterable[Delivery], to: str) -> Mapping[int, datetime]:
    """All at one time, or each at its own hour of another day."""
    zone = office().config.timezone
    if to == "day":
        day = _day(request.POST.get("day", ""))
        return {row.id: datetime.combine(day, _local(row).time(), zone) for row in rows}
    if to == "by":
        by = _days(request.POST.get("by", ""))
        return {row.id: datetime.combine(_local(row).date() + by, _local(row).time(), zone) for row in rows}
    chosen = moment(request.POST.get("at", "") if to == "at" else to)
    return {row.id: chosen for row in rows}


def _days(text: str) -> timedelta:
    days = reading.ordinal(text.strip().removeprefix("-"))
    if days is None or not 0 < days <= MOST_DAYS:
        raise ScheduleError(
            "not a number of days", summary="ずらす日数が読めません", next_step="1 や -1 のように書いてください", field="by"
        )
    return timedelta(days=-days if text.strip().startswith("-") else days)


def _local(row: Delivery) -> datetime:
    return row.due_at.astimezone(office().config.timezone)


def _cancelled(request: HttpRequest, rows: Sequence[Delivery]) -> HttpResponse:
    versions = _versions(request)
    made = together.cancel(office(), actor_of(request), {row.id: versions.get(row.id, -1) for row in rows})
    undo.offer(request, say("{posts}の配信を取り消しました。", posts=_said(rows)), made)
    return redirect("deliveries")


def _versions(request: HttpRequest) -> dict[int, int]:
    """The fences as the page showed them, as `Post.versions` writes them. What is no number belongs to no delivery."""
    pairs = (pair.partition(":") for text in request.POST.getlist("version") for pair in text.split())
    read = ((reading.ordinal(number), reading.ordinal(fence)) for number, _, fence in pairs)
    return {number: fence for number, fence in read if number is not None and fence is not None}


def _said(rows: Iterable[Delivery]) -> str:
    found: list[Post] = by_post(rows)
    if len(found) == 1:
        return say("「{title}」", title=found[0].submission.title)
    return say("{count}件の原稿", count=len(found))
