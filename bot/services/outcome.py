"""What becomes of a delivery after an attempt: one place where an error's class turns into a state."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.channels.base import Receipt
from bot.errors import ChannelClosed, ChannelError, OutcomeUnknown, RateLimited, Rejected, RetryLater
from bot.services import audit
from bot.services.context import Context
from bot.services.transition import move_delivery
from bot.store.models import Attempt, Delivery, Lane
from bot.workflow.states import DeliveryState
from bot.workflow.transitions import Event

# After the n-th refusal that surely published nothing, wait so long.
BACKOFF = tuple(timedelta(seconds=s) for s in (15, 60, 180, 600, 1200))
# When to look whether a post of unknown outcome is there, counted from the loss of track; then a person decides.
LOOKS = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800))


def published(ctx: Context, row: Delivery, receipt: Receipt) -> bool:
    """In the caller's transaction. A receipt that comes after the row was given up for unknown is still the truth."""
    now = ctx.clock.now()
    facts: dict[str, Any] = {
        "remote_id": receipt.remote_id,
        "url": receipt.url,
        "published_at": receipt.at,
        "problem": "",
        "lease_owner": "",
        "look_at": None,
    }
    current = Delivery.objects.get(id=row.id)
    event = Event.ACCEPT if current.state == DeliveryState.PUBLISHING else Event.FOUND
    if current.state not in (DeliveryState.PUBLISHING, DeliveryState.UNKNOWN) or not move_delivery(current, event, **facts):
        return False
    _attempt(current, now, "published")
    audit.record(now, audit.SYSTEM, event, f"delivery:{row.id}", digest=row.submission.digest, detail=receipt.url)
    for follower in row.followers.filter(state=DeliveryState.WAITING):
        last = now + ctx.rules.grace
        expiry = row.submission.expires_at
        move_delivery(
            follower,
            Event.PREDECESSOR_PUBLISHED,
            parent_remote_id=receipt.remote_id,
            run_at=now,
            last_at=min(last, expiry) if expiry else last,
        )
    return True


def not_published(ctx: Context, row: Delivery, error: ChannelError) -> None:
    """In the caller's transaction."""
    now = ctx.clock.now()
    row.refresh_from_db()
    if row.state != DeliveryState.PUBLISHING:
        return  # reaped meanwhile: it is in doubt already, and this adds nothing certain
    match error:
        case RetryLater():
            _postpone(row, error, now)
        case Rejected():
            move_delivery(row, Event.REFUSE, problem=error.summary, lease_owner="")
            _drop_followers(row)
        case ChannelClosed():
            move_delivery(row, Event.HOLD, problem=error.summary, lease_owner="")
            _close_lane(row.lane, error.summary, now)
        case _:
            lose_track(row, now)
    _attempt(row, now, type(error).__name__, error.code)
    audit.record(now, audit.SYSTEM, type(error).__name__, f"delivery:{row.id}", detail=error.code)


def lose_track(row: Delivery, now: datetime) -> None:
    """Bytes may have left and no clear answer came: unknown, until someone looks."""
    summary = OutcomeUnknown.summary_ja
    move_delivery(row, Event.LOSE_TRACK, problem=summary, lease_owner="", looks=0, look_at=now + LOOKS[0])


def reap(row: Delivery, now: datetime) -> None:
    """A worker died with this row. Without an intent nothing was sent; with one, nobody knows."""
    if row.intent_at is None:
        move_delivery(row, Event.RELEASE, lease_owner="")
        return
    lose_track(row, now)
    _attempt(row, now, "worker_lost")
    audit.record(now, audit.SYSTEM, Event.LOSE_TRACK, f"delivery:{row.id}")


def _postpone(row: Delivery, error: RetryLater, now: datetime) -> None:
    pause = BACKOFF[min(row.tries.count(), len(BACKOFF) - 1)]
    if error.retry_after is not None:
        pause = timedelta(seconds=error.retry_after)
    if isinstance(error, RateLimited):
        Lane.objects.filter(name=row.lane).update(not_before=now + pause)
    move_delivery(row, Event.POSTPONE, run_at=now + pause, problem=error.summary, lease_owner="")


def _close_lane(lane: str, problem: str, now: datetime) -> None:
    """Nothing more is claimed there, and what was planned is held rather than missed in silence."""
    Lane.objects.filter(name=lane, closed_at=None).update(closed_at=now, problem=problem)
    for planned in Delivery.objects.filter(lane=lane, state=DeliveryState.SCHEDULED):
        move_delivery(planned, Event.HOLD, problem=problem)


def _drop_followers(row: Delivery) -> None:
    for later in row.submission.deliveries.filter(channel=row.channel, part__gt=row.part, state=DeliveryState.WAITING):
        move_delivery(later, Event.CANCEL, problem="前の投稿が出なかったため")


def _attempt(row: Delivery, now: datetime, result: str, detail: str = "") -> None:
    Attempt.objects.create(
        delivery=row,
        number=row.attempts,
        started_at=row.intent_at or now,
        ended_at=now,
        outcome=result,
        detail=detail,
    )
