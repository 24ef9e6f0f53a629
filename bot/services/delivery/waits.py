"""An account that must wait: how long at most, since when and why; who is told that a post will not make its time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from bot.services.delivery import scheduling
from bot.services.delivery.ledger import Ledger
from bot.services.records.context import Context
from bot.store.models import Delivery, Lane
from bot.workflow.states import DeliveryState

TOLD = "wait"  # in the audit log: planned posts will not make their time
_NAMED = 5  # posts in one message


def bounded(asked: float | None, least: timedelta) -> timedelta:
    """What a platform asks for in seconds, which the error keeps within a day, and never less than `least`."""
    return least if asked is None else max(least, timedelta(seconds=asked))


def put_off(ctx: Context, ledger: Ledger, lane: Lane, until: datetime, why: str) -> None:
    """Nothing leaves on this lane before `until`, or before what it had to wait for already. In the caller's transaction,
    after what it does to deliveries."""
    before = lane.not_before if lane.not_before and lane.not_before > ledger.now else None
    if before and before >= until:
        return
    since = lane.waiting_since if before else ledger.now
    Lane.objects.filter(name=lane.name).update(not_before=until, waiting_since=since, wait_reason=why[:200])
    tell_lane(ctx, ledger, lane.name, until, why)


def tell_lane(ctx: Context, ledger: Ledger, lane: str, until: datetime, why: str) -> None:
    """Of all that is planned there and will not make its time before `until`."""
    tell(ctx, ledger, Delivery.objects.filter(lane=lane, state=DeliveryState.SCHEDULED, last_at__lt=until), until, why)


def tell_of_new(ctx: Context, ledger: Ledger) -> None:
    """Of what has come to be planned since its account was told to wait, however that came about."""
    ahead = Lane.objects.filter(closed_at=None)
    for lane in ahead.filter(not_before__gt=ledger.now):
        _tell_of_new(ctx, ledger, lane, lane.not_before, lane.wait_reason)
    for lane in ahead.filter(window_end__gt=ledger.now, used__gte=F("quota")):
        _tell_of_new(ctx, ledger, lane, lane.window_end, used_up(ctx, lane.name))


def _tell_of_new(ctx: Context, ledger: Ledger, lane: Lane, until: datetime | None, why: str) -> None:
    untold = Q(told_until=None) | Q(told_until__lt=until)
    rows = Delivery.objects.filter(untold, lane=lane.name, state=DeliveryState.SCHEDULED, last_at__lt=until)
    if until is not None:
        tell(ctx, ledger, rows, until, why)


def used_up(ctx: Context, channel: str) -> str:
    of = next((f"{s.label}に出せる回数（{s.rate.count}回）" for s in ctx.specs if s.key == channel and s.rate), "出せる回数")
    return f"{of}を使い切りました"


def tell(ctx: Context, ledger: Ledger, late: QuerySet[Delivery], until: datetime, why: str) -> None:
    """At once, and not when each of these is missed: while there is still time to move them."""
    rows = list(late.select_related("submission").order_by("due_at", "id"))
    if rows:
        Delivery.objects.filter(id__in=[row.id for row in rows]).update(told_until=until)
        ledger.tell(TOLD, f"channel:{rows[0].channel}", _sentence(ctx, rows, until, why))


def _sentence(ctx: Context, rows: Sequence[Delivery], until: datetime, why: str) -> str:
    posts = "、".join(f"「{row.submission.told_title}」（{ctx.said(row.due_at)}の予定）" for row in rows[:_NAMED])
    more = f"ほか{len(rows) - _NAMED}件" if len(rows) > _NAMED else ""
    free = "".join(f"次に空いている時刻は{ctx.said(t)}です。" for t in scheduling.free_times(ctx, rows[0], 1, until))
    return f"{why}。{ctx.said(until)}まで待つため、予定の時刻に出せません：{posts}{more}。{free}"


def waiting(now: datetime) -> list[Lane]:
    """Accounts that a platform told to wait, by name."""
    return list(Lane.objects.filter(not_before__gt=now, closed_at=None).order_by("name"))


def end(now: datetime, channel: str = "") -> int:
    """A person ends the wait of one lane ("" = of all): what was put off is tried at once. How many waited?"""
    lanes = Lane.objects.filter(not_before__gt=now)
    names = list((lanes.filter(name=channel) if channel else lanes).values_list("name", flat=True))
    put_off_there = Delivery.objects.filter(lane__in=names, state=DeliveryState.SCHEDULED, due_at__lte=now, run_at__gt=now)
    put_off_there.update(run_at=now, fence=F("fence") + 1)
    return Lane.objects.filter(name__in=names).update(not_before=None, waiting_since=None, wait_reason="")
