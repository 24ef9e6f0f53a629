"""The stop switch."""

from __future__ import annotations

import time
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from bot.errors import NotAllowed, ScheduleError
from bot.services.delivery import disasters, lookback, outlook, rollback, scheduling, waits, workers
from bot.services.delivery.gate import OTHER_ACCOUNT, STOPPED
from bot.services.records import audit, happenings
from bot.services.records.context import Context
from bot.services.records.transition import move_delivery
from bot.store import locks, queries
from bot.store.models import Delivery, Lane, Pause
from bot.workflow.actors import Actor, Permission
from bot.workflow.kinds import HELD_BY, Bar, Kind
from bot.workflow.states import DeliveryState
from bot.workflow.transitions import Event

_SEEN_OFF, _LOOK = 2.0, 0.02  # seconds: longer than any request waits before it begins; between two looks


class Stopped(NamedTuple):
    """What a stop found: `held` deliveries will not go out; `leaving` ones had their intent written: their requests have left
    or leave now, which no stop can prevent."""

    held: int
    leaving: int


def active() -> list[Pause]:
    return list(Pause.objects.filter(ended_at=None).order_by("id"))


def is_paused(channel: str) -> bool:
    """By a stop of everything there."""
    return Pause.objects.filter(ended_at=None, channel__in=("", channel)).exclude(cause=Bar.LIGHT).exists()


def pause(ctx: Context, actor: Actor, reason: str, channel: str = "") -> Stopped:
    """Stop one channel, or all with "": everything planned there is held at once."""
    actor.require(Permission.PAUSE)
    if channel:
        ctx.require_channel(channel)
    if not reason.strip():
        raise NotAllowed(
            "pause without a reason", summary="停止には理由が要ります", next_step="理由を書いてください", field="reason"
        )
    now = ctx.clock.now()
    with transaction.atomic():
        # Alone at the gate: after this transaction no turn writes an intent that has not seen the stop (ADR 14).
        locks.shut_gate()
        Pause.objects.create(channel=channel, reason=reason.strip(), set_by=actor.person, set_at=now)
        held = queries.hold(channel, STOPPED, Bar.STOP)
        happenings.moved(held, Event.HOLD)
        # An intent is written: the request has left or leaves now, and to call it held would be untrue.
        leaving = _leaving(channel).count()
        audit.record(now, actor.person, "pause", f"channel:{channel or '*'}", detail=reason.strip())
    return Stopped(len(held), leaving)


def see_off(channel: str = "") -> None:
    """After a stop, and outside its transaction: until what was leaving has left, for two seconds at most. A request whose
    intent is written may begin a moment later (it waits for its second, or for a thread); whoever pressed is to read "stopped"
    when nothing begins any more."""
    end = time.monotonic() + _SEEN_OFF
    while _leaving(channel).exists() and time.monotonic() < end:
        time.sleep(_LOOK)


def _leaving(channel: str) -> QuerySet[Delivery]:
    under_way = Delivery.objects.filter(state=DeliveryState.PUBLISHING).exclude(intent_at=None)
    return under_way.filter(channel=channel) if channel else under_way


def hold_while_paused() -> None:
    """What became due for planning during a pause (a thread's next part, a new approval) is held as well."""
    for entry in active():
        if entry.cause == Bar.LIGHT:
            continue  # the gate asks each post what it is
        with transaction.atomic():
            happenings.moved(queries.hold(entry.channel, STOPPED, Bar(entry.cause)), Event.HOLD)


def closed_lanes() -> list[Lane]:
    """Accounts that a platform shut on us, until a person has put them right."""
    return list(Lane.objects.exclude(closed_at=None).order_by("name"))


def resume(ctx: Context, actor: Actor, channel: str = "") -> int:
    """End the pauses of `channel` ("" = those of all channels), open its account again, and end its wait. What is held stays
    held until a person releases it."""
    actor.require(Permission.RESUME)
    if channel and not _stopped_by_name(channel):
        ctx.require_channel(channel)  # a stop of a channel that is gone since can be ended all the same
    now = ctx.clock.now()
    shut = Lane.objects.exclude(closed_at=None)
    if not channel:
        rollback.require_looked(now)
    with transaction.atomic():
        # Ending a stop releases nothing: what was planned before it may be wrong by now, so a person looks at each.
        ended = Pause.objects.filter(ended_at=None, channel=channel).update(ended_at=now, ended_by=actor.person)
        mended = shut.filter(name=channel) if channel else shut
        mended.filter(problem__startswith=OTHER_ACCOUNT).update(
            account=""
        )  # a person has looked: the next post proves the new one
        opened = mended.update(closed_at=None, problem="")
        waited = waits.end(now, channel)
        if ended or opened or waited:
            workers.wake()
            audit.record(now, actor.person, "resume", f"channel:{channel or '*'}")
    return ended + opened + waited


def _stopped_by_name(channel: str) -> bool:
    paused = Pause.objects.filter(ended_at=None, channel=channel).exists()
    return paused or Lane.objects.exclude(closed_at=None).filter(name=channel).exists()


def release(ctx: Context, actor: Actor, delivery_id: int) -> None:
    """Put one held delivery back on the schedule. Raises ScheduleError where it would be held or missed again at once: nobody
    is to believe that it goes out."""
    actor.require(Permission.RESUME)
    delivery = scheduling.find(delivery_id)
    require_no_stop(ctx, delivery)
    lookback.require_done(delivery)
    if delivery.state == DeliveryState.HELD:
        _require_it_would_leave(ctx, delivery)
    with transaction.atomic():
        if move_delivery(delivery, Event.RESUME, bar="", problem=""):
            workers.wake()
            audit.record(ctx.clock.now(), actor.person, "release", f"delivery:{delivery_id}")


def require_no_stop(ctx: Context, delivery: Delivery) -> None:
    """Raises NotAllowed where a person, a danger or a platform has stopped its channel, or it."""
    causes = HELD_BY[Kind(delivery.kind)] - {Bar.LIGHT}
    stops = Pause.objects.filter(ended_at=None, channel__in=("", delivery.channel), cause__in=causes)
    held = stops.exists() or disasters.holds(ctx, delivery)
    if held or Lane.objects.filter(name=delivery.lane).exclude(closed_at=None).exists():
        raise NotAllowed("still paused", summary="まだ停止中です", next_step="先に停止を解除してください")


def _require_it_would_leave(ctx: Context, delivery: Delivery) -> None:
    now = ctx.clock.now()
    late = delivery.last_at < now and Bar.LATE in HELD_BY[Kind(delivery.kind)]
    moment = max(now, delivery.run_at)
    summary = "予定の時刻を過ぎています" if late else outlook.objection(ctx, delivery, moment, outlook.rules(ctx))
    if summary:
        raise ScheduleError(
            "it would be held or missed again", summary=summary, next_step="別の時刻に変えてください。このままでは出ません"
        )
