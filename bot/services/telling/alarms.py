"""What the watchman found: told to the chat and to one person at once, then to the next, until somebody says that they know of
it; and told once more when it is well again.

The watchman sends by itself, for the notifier sits in the publisher, which may be what is dead. Of several watchmen one tells:
each step is a conditional update, as with a post.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from bot.config import Config
from bot.errors import ChannelError, OutcomeUnknown
from bot.language import say
from bot.notify import mail, webhook
from bot.notify.letter import Letter
from bot.services.records import audit
from bot.services.records.context import Context
from bot.services.telling import messages
from bot.store.alarms import Alarm
from bot.store.models import User
from bot.workflow.actors import Actor, Permission, Role

CHAT = "chat"  # among those who were told
SEEN = "see_alarm"  # in the audit log
_ORDER = (Role.OPERATOR, Role.OFFICER, Role.HEAD)
_AGAIN = timedelta(minutes=1)  # after a try in which nobody could be reached
lines = structlog.stdlib.get_logger(__name__)
log = logging.getLogger(__name__)


def people(ctx: Context) -> list[str]:
    """The addresses of those who are told, one after the other: operators, officers, heads, then the configured ones."""
    if not ctx.config.smtp_server:
        return []
    known = User.objects.filter(is_active=True, role__in=_ORDER).exclude(email="")
    users = sorted(known, key=lambda user: (_ORDER.index(Role(user.role)), user.id))
    configured = [address.strip() for address in ctx.config.watch_mail.split(",") if address.strip()]
    return list(dict.fromkeys([*(user.email for user in users), *configured]))


def settle(ctx: Context, found: Mapping[str, str]) -> None:
    """Raise what is new, go on to the next person where nobody looked, and end what is well again. `found` has the lines of
    what is wrong now, by kind."""
    for kind, line in found.items():
        _raise(ctx, kind, line)
    for alarm in open_ones():
        if alarm.kind not in found:
            _end(ctx, alarm)
        elif alarm.next_at is not None and alarm.next_at <= ctx.clock.now():
            _tell_next(ctx, alarm)


def open_ones() -> list[Alarm]:
    """What is wrong, the oldest first."""
    return list(Alarm.objects.filter(ended_at=None).order_by("id"))


def unseen_by(actor: Actor) -> list[Alarm]:
    """Those that this person is asked to look at."""
    return list(Alarm.objects.filter(ended_at=None, seen_by="").order_by("id")) if actor.may(Permission.WATCH) else []


def see(ctx: Context, actor: Actor, number: int) -> bool:
    """This person knows of it and sees to it: nobody else is told. False if somebody was first, or it is over."""
    actor.require(Permission.WATCH)
    now = ctx.clock.now()
    with transaction.atomic():
        mine = Alarm.objects.filter(id=number, ended_at=None, seen_by="").update(seen_by=actor.person, seen_at=now)
        if mine:
            audit.record(now, actor.person, SEEN, f"alarm:{number}")
    return bool(mine)


def prune(before: datetime) -> int:
    return Alarm.objects.filter(ended_at__lt=before).delete()[0]


def send(ctx: Context, letters: Callable[[Config, Letter], None], letter: Letter) -> bool:
    """Once. Whether it may have arrived."""
    try:
        letters(ctx.config, letter)
    except OutcomeUnknown:
        return True
    except ChannelError as e:
        log.warning("the watchman could not tell somebody: %s %s", type(e).__name__, e.code)
        return False
    return True


def _raise(ctx: Context, kind: str, line: str) -> None:
    if Alarm.objects.filter(kind=kind, ended_at=None).exists():
        return
    now = ctx.clock.now()
    # Another watchman may have been quicker; there is one open alarm of a kind.
    Alarm.objects.bulk_create([Alarm(kind=kind, line=line, since=now, next_at=now)], ignore_conflicts=True)
    lines.warning("alarm", kind=kind)


def _tell_next(ctx: Context, alarm: Alarm) -> None:
    """The chat at first, and the next person who can be reached."""
    now = ctx.clock.now()
    mine = Alarm.objects.filter(id=alarm.id, next_at=alarm.next_at, seen_by="", ended_at=None)
    if not mine.update(next_at=now + _AGAIN):
        return
    told, waiting = list(alarm.told), [address for address in people(ctx) if address not in alarm.told]
    if ctx.config.webhook_url and CHAT not in told and send(ctx, webhook.send, _letter(ctx, alarm, "", told)):
        told.append(CHAT)
    reached = next((address for address in waiting if send(ctx, mail.send, _letter(ctx, alarm, address, told))), None)
    told += [reached] if reached else []
    left = [address for address in waiting if address != reached] or (ctx.config.webhook_url and CHAT not in told)
    later = timedelta(seconds=ctx.config.watch_next) if reached else _AGAIN
    Alarm.objects.filter(id=alarm.id).update(told=told, next_at=now + later if left else None)


def _end(ctx: Context, alarm: Alarm) -> None:
    now = ctx.clock.now()
    if not Alarm.objects.filter(id=alarm.id, ended_at=None).update(ended_at=now, next_at=None):
        return
    lines.info("alarm_ended", kind=alarm.kind)
    alarm.refresh_from_db()
    subject = say("【{city}広報配信】見張り：もとに戻りました", city=messages.city(ctx))
    body = say("{since}に知らせたことは、もとに戻りました。\n\n{line}", since=ctx.said(alarm.since), line=alarm.line)
    for address in alarm.told:
        to = "" if address == CHAT else address
        letter = Letter(id=f"alarm.{alarm.id}.end", address=to, subject=subject, body=body, at=now)
        send(ctx, mail.send if to else webhook.send, letter)


def _letter(ctx: Context, alarm: Alarm, address: str, told: list[str]) -> Letter:
    before = [who for who in told if who != CHAT]
    lines = [alarm.line]
    if before:
        names = "、".join(before)
        lines.append(say("先に知らせた人：{names}。まだ、だれも確認していません。", names=names))
    lines.append(
        say(
            "対応する人は、次の画面で「確認しました」を押してください。{minutes}分たってもだれも押さなければ、次の人に知らせます。",
            minutes=ctx.config.watch_next // 60,
        )
        + f"\n{ctx.config.site_url}/alarms/"
    )
    return Letter(
        id=f"alarm.{alarm.id}.{len(told)}",
        address=address,
        subject=say("【{city}広報配信】見張り：確かめてください", city=messages.city(ctx)),
        body="\n\n".join(lines),
        at=ctx.clock.now(),
    )
