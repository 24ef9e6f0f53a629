"""What people do to a submission: decide, comment, look at it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Literal, cast, get_args

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bot.errors import ScheduleError, StaleApproval
from bot.language import say
from bot.services.approval import comments, compare, review, suggestions, withdrawing
from bot.services.pages import queue
from bot.values import reading
from bot.web.asking import asks
from bot.web.office import actor_of, office
from bot.web.refusals import asked_at
from bot.web.views.review import shown_changes
from bot.workflow.actors import Permission

Late = Literal["now", "next"]


def _bound_to_what_was_seen(act: Callable[[HttpRequest, int], HttpResponse]) -> Callable[[HttpRequest, int], HttpResponse]:
    """A page that is no longer true is refused, and what changed meanwhile is shown."""

    @login_required
    @require_POST
    @wraps(act)
    def guarded(request: HttpRequest, number: int) -> HttpResponse:
        try:
            return act(request, number)
        except StaleApproval as stale:
            ctx = office()
            found = review.readable_by(ctx, actor_of(request), number)
            meanwhile = compare.meanwhile(ctx, found)
            changes = shown_changes(ctx, meanwhile.changes, found, meanwhile.newer) if meanwhile.changes else None
            shown = {"error": stale, "submission": found, "newer": meanwhile.newer, "changes": changes}
            return render(request, "stale.html", shown, status=409)

    return guarded


@_bound_to_what_was_seen
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    review.confirm(office(), actor_of(request), number, request.POST.get("digest", ""))
    messages.success(request, say("確認しました。広報担当の承認を待ちます。"))
    return redirect("submission", number)


@_bound_to_what_was_seen
def endorse(request: HttpRequest, number: int) -> HttpResponse:
    review.endorse(office(), actor_of(request), number, request.POST.get("digest", ""))
    messages.success(request, say("所属長として確認しました。広報担当の承認を待ちます。"))
    return redirect("submission", number)


@_bound_to_what_was_seen
def approve(request: HttpRequest, number: int) -> HttpResponse:
    given = request.POST
    terms = review.Terms(
        at=moment(given.get("at", "")) if given.get("when") == "at" else None,
        late=cast(Late, given.get("when")) if given.get("when") in get_args(Late) else "",
        shown=given.get("planned", "")[:500],
        reference=given.get("reference", "").strip()[:60],
        on_behalf_of=given.get("on_behalf_of", ""),
    )
    with asked_at("at" if terms.at else "when"):
        made = review.approve(office(), actor_of(request), number, given.get("digest", ""), terms)
    messages.success(request, say("承認しました。{count}件の配信を予定に入れました。", count=len(made)))
    return _next(request, number) if given.get("then") == "next" else redirect("submission", number)


def _next(request: HttpRequest, number: int) -> HttpResponse:
    """For a morning with many: the next page is the next submission, or the queue where none waits."""
    ctx, actor = office(), actor_of(request)
    following = queue.after(ctx, actor, review.readable_by(ctx, actor, number))
    return redirect("submission", following) if following else redirect("queue")


def moment(text: str) -> datetime:
    """A time as a form sends it, in the city's time zone. Raises ScheduleError."""
    try:
        return reading.moment(text, office().config.timezone)
    except reading.Unclear:
        raise ScheduleError(
            "not a time", summary="日時が読めません", next_step="日付と時刻の両方を入れてください", field="at"
        ) from None


@login_required
@require_POST
def return_(request: HttpRequest, number: int) -> HttpResponse:
    """The reason is the ticked stock phrases as they were edited, then the officer's own words; ticked comments go along."""
    given = request.POST
    ticked = [given.get(f"phrase-{name}", "").strip() for name in given.getlist("phrase")]
    reason = "\n".join(text for text in (*ticked, given.get("reason", "").strip()) if text)
    points = [reading.ordinal(said) or 0 for said in given.getlist("point")]
    review.return_(office(), actor_of(request), number, reason, points)
    messages.success(request, say("差し戻しました。理由は書いた人に伝わります。"))
    return redirect("submission", number)


def _named(request: HttpRequest, number: int) -> str:
    actor_of(request).require(Permission.WITHDRAW)
    return review.readable_by(office(), actor_of(request), number).title


@login_required
@require_POST
@asks("この申請を取り下げますか。まだ出ていない配信は取り消されます", "取り下げる", _named)
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    done = withdrawing.withdraw(office(), actor_of(request), number)
    messages.success(request, done.told)
    return redirect("submission", number) if done.stands else redirect("queue")


@login_required
@require_POST
def countersign(request: HttpRequest, number: int) -> HttpResponse:
    review.countersign(office(), actor_of(request), number)
    messages.success(request, say("後閲しました。"))
    return redirect("queue")


@login_required
@require_POST
def comment(request: HttpRequest, number: int) -> HttpResponse:
    given = request.POST
    channel, place, body, tell = (given.get(name, "") for name in ("channel", "place", "body", "tell"))
    made = comments.add(office(), actor_of(request), number, channel, place, body, tell)
    messages.success(request, say("コメントを付けました。"))
    return redirect(f"/submissions/{number}/#comment-{made.id}")


@login_required
@require_POST
def suggest(request: HttpRequest, number: int) -> HttpResponse:
    given = request.POST
    before, after, why = (given.get(name, "") for name in ("before", "after", "why"))
    known = bool(given.get("known"))
    suggestions.suggest(office(), actor_of(request), number, before, after, reason=why, known=known)
    messages.success(request, say("直しを提案しました。書いた人に伝わります。"))
    return redirect(f"/submissions/{number}/#suggestions")


@login_required
@require_POST
def settle(request: HttpRequest, number: int) -> HttpResponse:
    settled = comments.settle(office(), actor_of(request), number)
    messages.success(request, say("コメントを対応済みにしました。"))
    return redirect("submission", settled.submission_id)


@login_required
@require_POST
def unsettle(request: HttpRequest, number: int) -> HttpResponse:
    opened = comments.unsettle(office(), actor_of(request), number)
    messages.success(request, say("コメントを、まだ対応していないものに戻しました。"))
    return redirect("submission", opened.submission_id)
