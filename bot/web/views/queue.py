"""The approval queue, and the page of one submission."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from bot.errors import NotFound
from bot.render.variant import Variant, read_bundle
from bot.services import review
from bot.services.context import Context
from bot.store.models import Submission
from bot.web.office import actor_of, office
from bot.workflow.actors import Permission
from bot.workflow.states import IN_QUEUE, LABELS, SubmissionState


@login_required
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    rows = [s for s in review.waiting() if review.may_read(actor, s)]
    recent = [s for s in review.decided(limit=20) if review.may_read(actor, s)]
    return render(request, "queue.html", {"rows": map(_row, rows), "count": len(rows), "recent": map(_row, recent)})


def _row(submission: Submission) -> dict[str, object]:
    return {
        "submission": submission,
        "label": LABELS[SubmissionState(submission.state)],
        "channels": [office().spec(v.channel).label for v in read_bundle(submission.bundle).variants],
        "wish": _wish(submission),
    }


def _wish(submission: Submission) -> object:
    return submission.publish_at or (f"配信枠「{submission.slot}」" if submission.slot else "次の空いている配信枠")


@login_required
@require_GET
def submission(request: HttpRequest, number: int) -> HttpResponse:
    found = _readable(request, number)
    actor = actor_of(request)
    own = actor.person in (found.author, found.submitted_by)
    waiting = found.state in IN_QUEUE
    unconfirmed = found.needs_confirmation and found.state == SubmissionState.SUBMITTED
    shown = {
        **_row(found),
        "variants": [_shown(office(), v) for v in read_bundle(found.bundle).variants],
        "decisions": found.decisions.order_by("at"),
        "deliveries": found.deliveries.order_by("channel", "part"),
        "own": own,
        "unconfirmed": unconfirmed,
        "may_decide": waiting and not own and not unconfirmed and actor.may(Permission.DECIDE),
        "may_return": waiting and actor.may(Permission.DECIDE),
        "may_confirm": unconfirmed and not own and actor.may(Permission.CONFIRM),
        "may_withdraw": (waiting or found.state == SubmissionState.APPROVED) and (own or actor.may(Permission.DECIDE)),
    }
    return render(request, "submission.html", shown)


def _shown(ctx: Context, variant: Variant) -> dict[str, object]:
    return {"variant": variant, "spec": ctx.spec(variant.channel)}


def _readable(request: HttpRequest, number: int) -> Submission:
    found = review.find(number)
    if not review.may_read(actor_of(request), found):
        raise NotFound(
            f"submission {number} is not for this person",
            summary=f"申請 {number} はありません",
            next_step="承認待ちの一覧で番号を確かめてください",
        )
    return found


@login_required
@require_POST
def confirm(request: HttpRequest, number: int) -> HttpResponse:
    review.confirm(office(), actor_of(request), number, request.POST.get("digest", ""))
    messages.success(request, "確認しました。広報担当の承認を待ちます。")
    return redirect("submission", number)


@login_required
@require_POST
def approve(request: HttpRequest, number: int) -> HttpResponse:
    made = review.approve(office(), actor_of(request), number, request.POST.get("digest", ""))
    messages.success(request, f"承認しました。{len(made)}件の配信を予定に入れました。")
    return redirect("submission", number)


@login_required
@require_POST
def return_(request: HttpRequest, number: int) -> HttpResponse:
    review.return_(office(), actor_of(request), number, request.POST.get("reason", ""))
    messages.success(request, "差し戻しました。")
    return redirect("submission", number)


@login_required
@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    review.withdraw(office(), actor_of(request), number)
    messages.success(request, "取り下げました。")
    return redirect("submission", number)
