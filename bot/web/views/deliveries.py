"""What goes out when, what became of it, and the stop switch."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from bot.services import pause as stop
from bot.services import plan, reconcile, review
from bot.store.models import Delivery, Submission
from bot.web.office import actor_of, office
from bot.workflow.actors import Permission
from bot.workflow.states import LABELS, PENDING, DeliveryState


@login_required
@require_GET
def deliveries(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    own = set(Submission.objects.filter(review.readable(office(), actor)).values_list("id", flat=True))
    rows = [d for d in plan.deliveries() if d.submission_id in own]
    return render(
        request,
        "deliveries.html",
        {
            "planned": [_row(d) for d in rows if d.state in PENDING or d.state == DeliveryState.PUBLISHING],
            "doubtful": [_row(d) for d in rows if d.state in (DeliveryState.UNKNOWN, DeliveryState.UNDECIDED)],
            "done": [_row(d) for d in reversed(rows) if d.state not in _OPEN],
            "may_plan": actor.may(Permission.PLAN),
            "may_resume": actor.may(Permission.RESUME),
        },
    )


_OPEN = PENDING | {DeliveryState.PUBLISHING, DeliveryState.UNKNOWN, DeliveryState.UNDECIDED}


def _row(delivery: Delivery) -> dict[str, object]:
    return {
        "delivery": delivery,
        "label": LABELS[DeliveryState(delivery.state)],
        "channel": office().spec(delivery.channel).label,
    }


@login_required
@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    plan.cancel(office(), actor_of(request), number)
    messages.success(request, "配信を取り消しました。")
    return redirect("deliveries")


@login_required
@require_POST
def release(request: HttpRequest, number: int) -> HttpResponse:
    stop.release(office(), actor_of(request), number)
    messages.success(request, "配信を予定に戻しました。")
    return redirect("deliveries")


@login_required
@require_POST
def decide(request: HttpRequest, number: int) -> HttpResponse:
    ctx, actor, verdict = office(), actor_of(request), request.POST.get("verdict")
    if verdict == "published":
        reconcile.decide_published(ctx, actor, number, request.POST.get("url", ""))
    elif verdict == "again":
        reconcile.decide_again(ctx, actor, number)
    else:
        reconcile.decide_let_be(ctx, actor, number)
    messages.success(request, "決着させました。")
    return redirect("deliveries")


@login_required
def stop_page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        held = stop.pause(office(), actor_of(request), request.POST.get("reason", ""), request.POST.get("channel", ""))
        messages.success(request, f"配信を止めました。{held}件を保留にしました。")
        return redirect("deliveries")
    channels = [spec for spec in office().specs if spec.publishes]
    return render(request, "stop.html", {"channels": channels, "may_pause": actor_of(request).may(Permission.PAUSE)})


@login_required
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    stop.resume(office(), actor_of(request), request.POST.get("channel", ""))
    messages.success(request, "停止を解除しました。保留中の配信を見直し、一つずつ予定に戻してください。")
    return redirect("deliveries")
