"""Once a day, is what was published still there? One list call for each account; what it lacks is asked for by its number.

A post that the platform says is gone is `removed`. Graph says the same of what is gone and of what it denies for a while
(100/33), so there a person looks. Nothing is concluded from another account's list, and nothing from one that failed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from bot.channel_kit.base import Channel, Lists, Newest
from bot.errors import BotError, ChannelError, NotFound
from bot.services.delivery.calls import Connect
from bot.services.delivery.connections import known_account, offered
from bot.services.delivery.removal import end_twins
from bot.services.records import audit
from bot.services.records.context import Context
from bot.services.records.transition import move_delivery, require_moved
from bot.store.models import Delivery
from bot.store.threads import Removal
from bot.store.vanished import ListLook, Vanished
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import DeliveryState
from bot.workflow.transitions import Event

VANISHED = "vanished"  # in the audit log
GONE = "配信先で削除されていました"
_BACK = timedelta(days=30)  # what is older than that, nobody looks at any more
_SHOWS_LATE = timedelta(hours=1)  # a platform's list may lack what is newer
_UNSEEN = "配信先で見当たりません"
log = logging.getLogger(__name__)


def look(ctx: Context, connect: Connect) -> int:
    """Look on every account where it is time to; how many posts are missing for the first time?"""
    return sum(_look(ctx, connect, spec.key) for spec in offered(ctx) if _is_time(ctx, spec.key))


def open_ones() -> list[Vanished]:
    """Those at which a person has to look, the oldest first."""
    return list(Vanished.objects.filter(ended_at=None).select_related("delivery__submission").order_by("id"))


def decide_gone(ctx: Context, actor: Actor, number: int) -> None:
    """A person saw that the post of delivery `number` is gone."""
    actor.require(Permission.PLAN)
    with transaction.atomic():
        row = _required(ctx, number)
        require_moved(_write_off(ctx, row.delivery, actor.person))


def decide_there(ctx: Context, actor: Actor, number: int) -> None:
    """A person saw that it is there."""
    actor.require(Permission.PLAN)
    with transaction.atomic():
        _required(ctx, number)
        audit.record(ctx.clock.now(), actor.person, Event.FOUND, f"delivery:{number}")


def _required(ctx: Context, number: int) -> Vanished:
    """Ended in the caller's transaction."""
    row = Vanished.objects.select_related("delivery__submission").filter(delivery=number, ended_at=None).first()
    if row is None or not Vanished.objects.filter(id=row.id, ended_at=None).update(ended_at=ctx.clock.now()):
        raise NotFound(
            f"delivery {number} is not missed",
            summary="見当たらないとされている投稿ではありません",
            next_step="画面を開き直して、いまの状態を確かめてください",
        )
    return row


def _is_time(ctx: Context, channel: str) -> bool:
    last = ListLook.objects.filter(channel=channel).order_by("-at").values_list("at", flat=True).first()
    zone, now = ctx.config.timezone, ctx.clock.now()
    return (last is None or last.astimezone(zone).date() != now.astimezone(zone).date()) and bool(_out(ctx, channel))


def _out(ctx: Context, channel: str) -> Sequence[Delivery]:
    """What should be seen there. What is on its way down is somebody's doing."""
    now = ctx.clock.now()
    rows = Delivery.objects.filter(
        channel=channel,
        state=DeliveryState.PUBLISHED,
        published_at__gte=now - _BACK,
        published_at__lte=now - _SHOWS_LATE,
    )
    going = Removal.objects.filter(ended_at=None).values("delivery")
    return list(rows.exclude(remote_id="").exclude(id__in=going).select_related("submission").order_by("id"))


def _look(ctx: Context, connect: Connect, channel: str) -> int:
    try:
        connected = connect(channel)
        if not isinstance(connected, Lists) or known_account(channel) not in ("", connected.account):
            return 0
        shown = connected.newest(ctx.clock.now() - _BACK)
    except BotError as e:
        log.warning("what stands on %s was not read: %s", channel, e.message)
        ListLook.objects.create(channel=channel, at=ctx.clock.now(), read=0)
        return 0
    ListLook.objects.create(channel=channel, at=ctx.clock.now(), read=shown.read)
    _seen_again(ctx, channel, shown)
    # One post may be known by two deliveries, its own and that of its correction.
    missing = {row.remote_id: row for row in _out(ctx, channel) if row.remote_id not in shown.ids and _reaches(shown, row)}
    return sum(_tell(ctx, row, _is_gone(connected, row)) for row in missing.values())


def _reaches(shown: Newest, row: Delivery) -> bool:
    published: datetime | None = row.published_at
    return published is not None and published > shown.since + _SHOWS_LATE


def _is_gone(channel: Channel, row: Delivery) -> bool | None:
    """None where it cannot be told."""
    try:
        return not channel.stands(row.remote_id)
    except ChannelError:
        return None


def _tell(ctx: Context, row: Delivery, gone: bool | None) -> int:
    """Once for each post."""
    if gone is False or Vanished.objects.filter(delivery=row, ended_at=None).exists():
        return 0
    now = ctx.clock.now()
    with transaction.atomic():
        if gone and not _write_off(ctx, row, audit.SYSTEM):
            return 0
        if not gone:
            Vanished.objects.create(delivery=row, at=now)
        detail = GONE if gone else _UNSEEN
        audit.record(now, audit.SYSTEM, VANISHED, f"delivery:{row.id}", digest=row.submission.digest, detail=detail)
    return 1


def _write_off(ctx: Context, row: Delivery, by: str) -> bool:
    """In the caller's transaction."""
    moved = move_delivery(row, Event.REMOVE, problem=GONE)
    if moved:
        end_twins(row, GONE)
    if moved and by != audit.SYSTEM:
        audit.record(ctx.clock.now(), by, Event.REMOVE, f"delivery:{row.id}", digest=row.submission.digest, detail=row.url)
    return moved


def _seen_again(ctx: Context, channel: str, shown: Newest) -> None:
    again = Vanished.objects.filter(ended_at=None, delivery__channel=channel, delivery__remote_id__in=list(shown.ids))
    again.update(ended_at=ctx.clock.now())
