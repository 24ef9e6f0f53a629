"""The calendar by month, week and list; moving a delivery; the feed for one's own calendar program."""

from __future__ import annotations

from calendar import SUNDAY, Calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, cast, get_args

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.views.decorators.http import require_GET, require_POST, require_safe

from bot.language import say
from bot.services.approval import review
from bot.services.delivery import reasons, scheduling, series, together
from bot.services.delivery.together import Shift
from bot.services.pages import calendar as calendar_page
from bot.services.pages import disasters, feeds
from bot.values import reading
from bot.web import undo
from bot.web.office import actor_of, office, user_of
from bot.web.refusals import asked_at
from bot.web.views.decisions import moment
from bot.workflow.actors import Permission
from bot.workflow.states import PENDING, DeliveryState

View = Literal["month", "week", "list"]
LIST_DAYS = 60
MOST_IN_A_CELL: Mapping[View, int] = {"month": 6, "week": 20, "list": 100}
FREE_TIMES = 8


@dataclass(frozen=True, kw_only=True)
class Period:
    """The days that a view shows, and the days from which the neighbouring views start."""

    first: date
    count: int
    before: date
    after: date
    title: str


@login_required
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, feed: str = "") -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    today = ctx.clock.now().astimezone(ctx.config.timezone).date()
    day = _day(request.GET.get("date", ""), today)
    asked = request.GET.get("view", "month")
    view = cast(View, asked if asked in get_args(View) else "month")
    period = _period(view, day)
    days = calendar_page.days(ctx, actor, period.first, period.count)
    shown = {
        "view": view,
        "most": MOST_IN_A_CELL[view],
        "views": [("month", "月ごと"), ("week", "週ごと"), ("list", "一覧")],
        "day": day,
        "today": today,
        "period": period,
        "weeks": [days[n : n + 7] for n in range(0, len(days), 7)],
        "days": [d for d in days if d.posts or d.blackouts or d.deadlines],
        "may_plan": actor.may(Permission.PLAN),
        "subscribed": feeds.is_issued(ctx, user_of(request)),
        "feed": feed,
        "problems": calendar_page.problems(ctx, actor),
        "usual": calendar_page.week(ctx),
        "deaf": disasters.notice(ctx),
    }
    return render(request, "calendar.html", shown)


def _day(text: str, today: date) -> date:
    try:
        return reading.day(text)
    except reading.Unclear:
        return today


def _period(view: View, day: date) -> Period:
    if view == "list":
        step = timedelta(days=LIST_DAYS)
        return Period(
            first=day,
            count=LIST_DAYS,
            before=day - step,
            after=day + step,
            title=say("{day}から", day=date_format(day, say("Y年n月j日"))),
        )
    if view == "week":
        # Weeks begin on Sunday, as calendars in Japan do.
        first = day - timedelta(days=(day.weekday() + 1) % 7)
        week = timedelta(days=7)
        return Period(
            first=first,
            count=7,
            before=day - week,
            after=day + week,
            title=say("{day}の週", day=date_format(first, say("Y年n月j日"))),
        )
    weeks = Calendar(SUNDAY).monthdatescalendar(day.year, day.month)
    return Period(
        first=weeks[0][0],
        count=7 * len(weeks),
        before=day.replace(day=1) - timedelta(days=1),
        # The 28th and four days are in the next month, however long this one is.
        after=day.replace(day=28) + timedelta(days=4),
        title=date_format(day, say("Y年n月")),
    )


@login_required
def move(request: HttpRequest, number: int) -> HttpResponse:
    """The form; and what the form, or a dragged entry, sends."""
    ctx, actor = office(), actor_of(request)
    actor.require(Permission.PLAN)
    delivery = scheduling.find(number)
    review.readable_by(ctx, actor, delivery.submission_id)
    if request.method == "POST":
        chosen = request.POST.get("free") or request.POST.get("at", "")
        target = moment(chosen)
        with asked_at("at"):
            made = together.move(ctx, actor, {number: Shift(moment=target, version=_version(request))})
        time = ctx.said(target)
        undo.offer(request, say("「{title}」を{time}に移しました。", title=delivery.submission.title, time=time), made)
        back = reverse("held") if request.POST.get("back") == "held" else f"{reverse('calendar')}?date={target:%Y-%m-%d}"
        return redirect(back)
    shown = {
        "delivery": delivery,
        "channel": ctx.spec(delivery.channel).label,
        "why": reasons.now_held(ctx, [delivery]).get(number, delivery.problem),
        "movable": delivery.state in PENDING | {DeliveryState.MISSED},
        "free": scheduling.free_times(ctx, delivery, FREE_TIMES),
        "behind": series.waits_for(ctx, delivery),
    }
    return render(request, "move.html", shown)


@login_required
@require_POST
def alone(request: HttpRequest, number: int) -> HttpResponse:
    """A part of a series waits for those before it no longer."""
    ctx, actor = office(), actor_of(request)
    actor.require(Permission.PLAN)
    found = review.readable_by(ctx, actor, scheduling.find(number).submission_id)
    series.go_alone(ctx, actor, number)
    messages.success(
        request, say("「{title}」は、前の回を待たずに出せるようになりました。時刻を確かめてください。", title=found.title)
    )
    return redirect("move", number)


def _version(request: HttpRequest) -> int:
    """The fence of the delivery as the form showed it. A form that carries none is one of before, and overwrites nobody."""
    version = reading.ordinal(request.POST.get("version", ""))
    return -1 if version is None else version


@login_required
@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    key = feeds.issue(office(), user_of(request))
    return _page(request, request.build_absolute_uri(reverse("feed", args=(key.reveal(),))))


@login_required
@require_POST
def unsubscribe(request: HttpRequest) -> HttpResponse:
    feeds.revoke(office(), user_of(request))
    messages.success(request, say("カレンダーのアドレスを使えなくしました。"))
    return redirect("calendar")


@require_safe
def feed(request: HttpRequest, key: str) -> HttpResponse:
    site = request.build_absolute_uri("/").rstrip("/")
    return HttpResponse(feeds.feed(office(), key, site), content_type="text/calendar; charset=utf-8")
