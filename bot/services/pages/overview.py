"""Deliveries as the office's pages list them: what is planned, in doubt, held, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from bot.services.approval import review
from bot.services.delivery import threads
from bot.services.delivery.threads import Half
from bot.services.records.context import Context
from bot.store.models import Delivery, Submission
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import IN_DOUBT, PENDING, DeliveryState


def readable(ctx: Context, actor: Actor) -> QuerySet[Delivery]:
    """Those of submissions that this person may see."""
    if actor.may(Permission.READ_ALL):
        return Delivery.objects.all()
    return Delivery.objects.filter(submission__in=Submission.objects.filter(review.readable(ctx, actor)))


def rows(found: Iterable[int]) -> list[Delivery]:
    """The deliveries of these numbers, in this order, with what a list shows. Numbers come from narrow indexes; the wide rows
    are read for one page only."""
    wide = Delivery.objects.select_related("submission", "after")
    wide = wide.defer("submission__bundle", "submission__source", "token", "after__token")
    # Numbers first, from an index; the wide rows of one page afterwards (ADR 9).
    numbers = list(found)
    by_number = wide.in_bulk(numbers)
    return [by_number[number] for number in numbers]


def planned(ctx: Context, actor: Actor, limit: int) -> list[Delivery]:
    """The earliest first, and of each post that is among the first `limit` all that is planned."""
    found = _planned(ctx, actor).order_by("due_at", "id")
    posts = set(found.values_list("submission_id", flat=True)[:limit])
    return rows(found.filter(submission__in=posts).values_list("id", flat=True))


def planned_count(ctx: Context, actor: Actor) -> int:
    return _posts(_planned(ctx, actor))


def planned_on(ctx: Context, actor: Actor, day: date) -> list[int]:
    """The numbers of the posts that are planned for this day of the city's."""
    start = datetime.combine(day, time(), ctx.config.timezone)
    found = _planned(ctx, actor).filter(due_at__gte=start, due_at__lt=start + timedelta(days=1))
    return sorted(set(found.values_list("submission_id", flat=True)))


def _planned(ctx: Context, actor: Actor) -> QuerySet[Delivery]:
    return readable(ctx, actor).filter(state__in=sorted(PENDING | {DeliveryState.PUBLISHING}))


def _first(found: QuerySet[Delivery], limit: int) -> list[Delivery]:
    return rows(found.values_list("id", flat=True)[:limit])


def by_hand(ctx: Context, actor: Actor, limit: int) -> list[Delivery]:
    """What a person posts where there is no API, with its texts, the earliest first."""
    found = readable(ctx, actor).filter(state=DeliveryState.BY_HAND).select_related("submission")
    return list(found.order_by("due_at", "id")[:limit])


def broken(ctx: Context, actor: Actor) -> list[Half]:
    """Threads of which only a part is out, those left so included."""
    return threads.broken(readable(ctx, actor))


def doubtful(ctx: Context, actor: Actor, limit: int) -> list[Delivery]:
    return _first(readable(ctx, actor).filter(state__in=sorted(IN_DOUBT)).order_by("due_at", "id"), limit)


def ended(ctx: Context, actor: Actor, limit: int) -> list[Delivery]:
    """Newest first."""
    # By subtraction, so that a state that is added some day is shown and not lost.
    over = frozenset(DeliveryState) - PENDING - IN_DOUBT - {DeliveryState.PUBLISHING}
    return _first(readable(ctx, actor).filter(state__in=sorted(over)).order_by("-due_at", "-id"), limit)


def held(ctx: Context, actor: Actor) -> list[Delivery]:
    """What was stopped and waits to be looked at again, with its texts."""
    stopped = readable(ctx, actor).filter(state=DeliveryState.HELD)
    return list(stopped.select_related("submission").order_by("due_at", "id"))


def held_count(ctx: Context, actor: Actor) -> int:
    return _posts(readable(ctx, actor).filter(state=DeliveryState.HELD))


def doubtful_count(ctx: Context, actor: Actor) -> int:
    return _posts(readable(ctx, actor).filter(state__in=sorted(IN_DOUBT)))


def by_hand_count(ctx: Context, actor: Actor) -> int:
    return _posts(readable(ctx, actor).filter(state=DeliveryState.BY_HAND))


def _posts(found: QuerySet[Delivery]) -> int:
    """How many posts these are of: what people count, whatever the number of channels and parts."""
    return found.order_by().values("submission").distinct().count()
