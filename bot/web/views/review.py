"""The page of one submission, and every decision about it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from bot.render.variant import Variant, read_bundle
from bot.services import looks, review
from bot.services.context import Context
from bot.web.office import actor_of, office
from bot.web.views.queue import row
from bot.workflow.actors import Permission
from bot.workflow.states import IN_QUEUE, SubmissionState


@login_required
@require_GET
def submission(request: HttpRequest, number: int) -> HttpResponse:
    ctx, actor = office(), actor_of(request)
    found = review.readable_by(ctx, actor, number)
    looks.record(ctx, actor, found)
    own = actor.person in (found.author, found.submitted_by)
    waiting = found.state in IN_QUEUE
    unconfirmed = found.needs_confirmation and found.state == SubmissionState.SUBMITTED
    shown = {
        "submission": found,
        "row": row(ctx, found, True, False),
        "variants": [_shown(ctx, v) for v in read_bundle(found.bundle).variants],
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
    return redirect("queue")
