"""What stands behind each channel's keys, asked once a day and kept for the page; what is wrong is told (ADR 23)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from bot.channel_kit.base import Account
from bot.errors import BotError, ChannelClosed, ConfigError, RetryLater
from bot.language import say
from bot.render.variant import ChannelSpec
from bot.services.delivery import outcome
from bot.services.delivery.calls import Connect
from bot.services.delivery.proving import Proving
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.connections import Connection
from bot.store.models import Lane
from bot.text.moments import day

TROUBLED, MENDED = "connection_troubled", "connection_mended"  # in the audit log
_AGAIN = timedelta(minutes=15)  # after something was wrong
_LONGEST = 300  # characters, as the table has them
log = logging.getLogger(__name__)


def look(ctx: Context, connect: Connect, proving: Proving) -> int:
    """Ask every account that was not asked today, and again where something was wrong; how many were asked?"""
    due = [spec for spec in offered(ctx) if _is_time(ctx, Connection.objects.filter(channel=spec.key).first())]
    for spec in due:
        _keep(ctx, spec.key, *_asked(ctx, spec.key, connect, proving))
    return len(due)


def offered(ctx: Context) -> list[ChannelSpec]:
    """Channels that send and that posts may name; all, where city.yml cannot be read."""
    sending = [spec for spec in ctx.specs if spec.sends]
    try:
        return [spec for spec in sending if spec.key in ctx.library.offered]
    except ConfigError:
        return sending


def known_account(lane: str) -> str:
    """The account that has published there so far, "" for none."""
    return Lane.objects.filter(name=lane).values_list("account", flat=True).first() or ""


def _is_time(ctx: Context, row: Connection | None) -> bool:
    if row is None:
        return True
    zone, now = ctx.config.timezone, ctx.clock.now()
    if row.problem or row.told_at is None:
        return now - row.asked_at >= _AGAIN
    return row.told_at.astimezone(zone).date() != now.astimezone(zone).date()


def _asked(ctx: Context, key: str, connect: Connect, proving: Proving) -> tuple[Account | None, str, bool]:
    """What was told, what is wrong, and whether people are told of it: not of what passes by itself, nor of what was never
    set up."""
    told: Account | None = None
    try:
        channel = connect(key)
        told = channel.probe()
        proving.heard(channel.account, told, ctx.clock.now())
    except ChannelClosed as e:
        if told is not None:  # another account's keys
            _shut(ctx, key, e)
        return told, _sentence(e), True
    except BotError as e:
        return told, _sentence(e), not isinstance(e, RetryLater | ConfigError)
    except Exception as e:
        log.exception("the account of %s could not be asked", key)
        return None, say("アカウントを調べる途中で、想定外の誤り（{name}）が起きました", name=type(e).__name__), False
    return told, "。".join(concerns(ctx, told, ctx.clock.now())), True


def _shut(ctx: Context, key: str, why: ChannelClosed) -> None:
    """Who opened the lane without putting the keys right is told once more."""
    now = ctx.clock.now()
    with transaction.atomic():
        if Lane.objects.filter(name=key, closed_at=None).exists():
            outcome.close_lane(key, why.summary, now)
            Connection.objects.filter(channel=key).update(problem="")


def concerns(ctx: Context, told: Account, now: datetime) -> Iterator[str]:
    if told.lacks:
        yield say("鍵に、投稿に要る権限がありません：{names}", names="、".join(told.lacks))
    if told.lacks_to_delete:
        yield say("鍵に、投稿を消すときに要る権限がありません：{names}", names="、".join(told.lacks_to_delete))
    if told.ends is not None and told.ends_soon(now):
        local = told.ends.astimezone(ctx.config.timezone)
        yield say("鍵は{date}に使えなくなります。期限の長い鍵に替えてください", date=day(local, with_year=True))


def _sentence(error: BotError) -> str:
    return say("{summary}。{next_step}", summary=error.summary, next_step=error.next_step)


def _keep(ctx: Context, key: str, told: Account | None, problem: str, telling: bool) -> None:
    now = ctx.clock.now()
    with transaction.atomic():
        before = Connection.objects.filter(channel=key).first()
        values = {"asked_at": now, "problem": problem[:_LONGEST]} | (_columns(told, now) if told else {})
        Connection.objects.update_or_create(channel=key, defaults=values)
        was = before.problem if before else ""
        if problem[:_LONGEST] != was and (telling or not problem):
            audit.record(now, audit.SYSTEM, TROUBLED if problem else MENDED, f"channel:{key}", detail=problem)


def _columns(told: Account, now: datetime) -> dict[str, Any]:
    return {
        "account": told.identity,
        "name": told.name[:120],
        "rights": None if told.rights is None else list(told.rights),
        "lacks": list(told.lacks),
        "ends_at": told.ends,
        "endless": told.endless,
        "used": told.used,
        "quota": told.quota,
        "told_at": now,
    }
