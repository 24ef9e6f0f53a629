"""Sending Notices: several for one address in one message, each message once, tried again only while surely not delivered."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from bot.config import Config
from bot.errors import ChannelError, ConfigError, OutcomeUnknown, Rejected
from bot.notify import mail, webhook
from bot.notify.letter import Letter
from bot.services.records.context import Context
from bot.services.telling import notices
from bot.services.telling.kinds import LABELS, Kind
from bot.store.notices import Message, Notice
from bot.workflow.states import MessageState

# After the n-th failure that surely delivered nothing, wait so long; then give up.
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360))
# At most one message to an address in this time: what comes meanwhile is told in the next one.
GAP = timedelta(minutes=10)
LEASE = timedelta(minutes=3)  # longer than one exchange may take
_SEND: dict[str, Callable[[Config, Letter], None]] = {"mail": mail.send, "webhook": webhook.send}
log = logging.getLogger(__name__)


def work(ctx: Context) -> int:
    """One round: read the log, warn, compose, send what is due; returns the number of messages sent."""
    while notices.take_in(ctx):
        pass
    notices.warn_of_ending_tokens(ctx)
    compose(ctx)
    return send_due(ctx)


def compose(ctx: Context) -> int:
    """Put what is due for each address into one message; returns the number made."""
    due = Notice.objects.filter(message=None, due_at__lte=ctx.clock.now())
    return sum(_compose_for(ctx, *target) for target in set(due.values_list("channel", "address")))


def _compose_for(ctx: Context, channel: str, address: str) -> int:
    now = ctx.clock.now()
    # A disaster makes dozens of notices in a minute; they come as one message.
    if Message.objects.filter(channel=channel, address=address, created_at__gt=now - GAP, created_at__lte=now).exists():
        return 0
    waiting = Notice.objects.filter(message=None, due_at__lte=now, channel=channel, address=address)
    with transaction.atomic():
        found = list(waiting.select_for_update().order_by("id"))
        told = [notice for notice in found if notices.still_true(notice)]
        Notice.objects.filter(id__in={n.id for n in found} - {n.id for n in told}).delete()
        if not told:
            return 0
        message = Message.objects.create(
            channel=channel,
            address=address,
            subject=_subject(ctx, told),
            body="\n\n".join(notice.line for notice in told),
            created_at=now,
            due_at=now,
        )
        Notice.objects.filter(id__in=[n.id for n in told]).update(message=message)
    return 1


def _subject(ctx: Context, told: list[Notice]) -> str:
    counts = Counter(LABELS[Kind(notice.kind)] for notice in told)
    return f"【{city(ctx)}広報配信】" + "、".join(f"{label} {count}件" for label, count in counts.items())


def city(ctx: Context) -> str:
    """Also what is wrong with city.yml must reach somebody."""
    try:
        return f"{ctx.library.city.name} "
    except ConfigError:
        return ""


def send_due(ctx: Context) -> int:
    """Send what is due; returns the number sent. A message whose sender died may have arrived: it is not sent again."""
    now = ctx.clock.now()
    # The sender died in the middle: the message may have arrived, so it is left at that (ADR 7).
    Message.objects.filter(state=MessageState.SENDING, lease_until__lt=now).update(
        state=MessageState.UNCLEAR, ended_at=now, problem="worker_lost"
    )
    due = Message.objects.filter(state=MessageState.PENDING, due_at__lte=now).order_by("id")
    return sum(_send(ctx, message) for message in due)


def troubled(limit: int = 100) -> list[Message]:
    """What did not go through, or not yet, newest first."""
    return list(Message.objects.exclude(state=MessageState.SENT).order_by("-id")[:limit])


def _send(ctx: Context, message: Message) -> bool:
    """No transaction is open during the exchange."""
    now = ctx.clock.now()
    # Claimed by one conditional UPDATE, as a post is: of several publishers one sends it (ADR 7).
    mine = Message.objects.filter(id=message.id, state=MessageState.PENDING).update(
        state=MessageState.SENDING, attempts=F("attempts") + 1, lease_until=now + LEASE
    )
    if not mine:
        return False
    letter = Letter(
        id=f"{message.id}.{message.created_at:%Y%m%d%H%M%S}",
        address=message.address,
        subject=message.subject,
        body=message.body,
        at=now,
    )
    try:
        _SEND[message.channel](ctx.config, letter)
    except ChannelError as e:
        _failed(ctx, message, e)
        return False
    _end(ctx, message, MessageState.SENT)
    return True


def _failed(ctx: Context, message: Message, error: ChannelError) -> None:
    problem = f"{type(error).__name__} {error.code or error.message}".strip()[:80]
    log.warning("message %s: %s", message.id, problem)
    if isinstance(error, OutcomeUnknown):
        _end(ctx, message, MessageState.UNCLEAR, problem)
    # An address that does not exist will not exist in five minutes either.
    elif isinstance(error, Rejected) or message.attempts >= len(BACKOFF):
        _end(ctx, message, MessageState.GIVEN_UP, problem)
    else:
        later = ctx.clock.now() + BACKOFF[message.attempts]
        Message.objects.filter(id=message.id).update(
            state=MessageState.PENDING, due_at=later, lease_until=None, problem=problem
        )


def _end(ctx: Context, message: Message, state: MessageState, problem: str = "") -> None:
    Message.objects.filter(id=message.id).update(state=state, ended_at=ctx.clock.now(), lease_until=None, problem=problem)
