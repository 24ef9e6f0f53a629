"""Deliveries as the office's pages list them: what is planned, in doubt, held, and what came of it."""

from __future__ import annotations

from django.db.models import QuerySet

from bot.services import review
from bot.services.context import Context
from bot.store.models import Delivery, Submission
from bot.workflow.actors import Actor
from bot.workflow.states import IN_DOUBT, PENDING, DeliveryState


def readable(ctx: Context, actor: Actor) -> QuerySet[Delivery]:
    """Those of submissions that this person may see, without the long texts."""
    own = Submission.objects.filter(review.readable(ctx, actor))
    rows = Delivery.objects.filter(submission__in=own).select_related("submission")
    return rows.defer("submission__bundle", "submission__source", "token")


def planned(ctx: Context, actor: Actor) -> QuerySet[Delivery]:
    states = sorted(PENDING | {DeliveryState.PUBLISHING})
    return readable(ctx, actor).filter(state__in=states).order_by("due_at", "id")


def doubtful(ctx: Context, actor: Actor) -> QuerySet[Delivery]:
    return readable(ctx, actor).filter(state__in=sorted(IN_DOUBT)).order_by("due_at", "id")


def ended(ctx: Context, actor: Actor) -> QuerySet[Delivery]:
    """Newest first."""
    still_open = PENDING | IN_DOUBT | {DeliveryState.PUBLISHING}
    return readable(ctx, actor).exclude(state__in=sorted(still_open)).order_by("-due_at", "-id")


def held(ctx: Context, actor: Actor) -> list[Delivery]:
    """What was stopped and waits to be looked at again, with its texts."""
    own = Submission.objects.filter(review.readable(ctx, actor))
    rows = Delivery.objects.filter(submission__in=own, state=DeliveryState.HELD).select_related("submission")
    return list(rows.order_by("due_at", "id"))


def held_count(ctx: Context, actor: Actor) -> int:
    return readable(ctx, actor).filter(state=DeliveryState.HELD).count()
