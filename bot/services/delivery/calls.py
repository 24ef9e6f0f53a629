"""What the threads do, which touch no database: prepare, commit, read back. Each returns a Step and raises nothing.

Before the commit began, nothing can be visible: what fails there and is no answer of the platform's holds the delivery, for a
person to mend (a key that is missing, say). From the commit on, any surprise means that we do not know.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channel_kit.base import Channel, Found, Prepared, Receipt, Sent
from bot.clock import Clock
from bot.errors import BotError, ChannelError, NotSent, OutcomeUnknown
from bot.language import say
from bot.services.delivery.gate import Ready
from bot.services.delivery.outgoing import Job

LEAD = timedelta(milliseconds=200)  # before its time at most the intent is written; the request itself never leaves early
log = logging.getLogger(__name__)
Connect = Callable[[str], Channel]


@dataclass(frozen=True)
class Step:
    """What a thread came back with: a Prepared, a Receipt, or the error that stopped it. `started` is when its commit was
    about to leave, `account` whose it is ("" where the channel names none)."""

    job: Job
    result: Prepared | Receipt | BotError
    started: datetime | None = None
    account: str = ""


@dataclass(frozen=True)
class ReadBack:
    """What reading back came to; None where it failed, which says nothing about the post."""

    job: Job
    found: Found | None


class NotBegun(BotError):
    """Something else than the platform failed before the commit began: surely nothing was sent."""


def surprise(error: Exception) -> NotBegun:
    """Of what no channel should raise. Its own words may hold a key or a text, so only its name is told."""
    return NotBegun(
        type(error).__name__,
        summary=say("送る前の準備が、想定外の誤り（{name}）で止まりました。何も送っていません", name=type(error).__name__),
        next_step="運用担当者が記録で原因を調べ、直してから保留を解いてください",
    )


def prepare(connect: Connect, job: Job, now: datetime) -> Step:
    """What was prepared before is used again while it can be: no try uploads pictures that are there."""
    result: Prepared | BotError
    account = ""
    try:
        channel = connect(job.channel)
        account, result = channel.account, _kept(job, now) or channel.prepare(job.outgoing)
    except BotError as e:
        result = NotSent(e.message, code=e.code) if isinstance(e, OutcomeUnknown) else e
    except Exception as e:
        log.exception("delivery %s: preparing failed", job.id)
        result = surprise(e)
    return Step(job, result, account=account)


def _kept(job: Job, now: datetime) -> Prepared | None:
    if job.prepared_until is None or job.prepared_until <= max(now, job.run_at):
        return None
    return Prepared(outgoing=job.outgoing, token=job.token, last_seen=job.last_seen)


def commit(connect: Connect, clock: Clock, ready: Ready, started: datetime, latest: timedelta) -> Step:
    """One request, not before its time. A machine that stood still since the intent, for more than `latest`, lets it be:
    others may have taken over."""
    job = ready.job
    try:
        channel = connect(job.channel)
        wait = min(job.run_at - clock.now(), LEAD).total_seconds()  # no longer, should the clock be put back
        if wait > 0:
            time.sleep(wait)
        now = clock.now()
        if now - started > latest:
            raise NotSent("stood still")
    except BotError as e:
        return Step(job, e, started, ready.account)
    except Exception as e:
        log.exception("delivery %s: not begun", job.id)
        return Step(job, surprise(e), started, ready.account)
    return Step(job, _request(channel, ready, now), started, ready.account)


def _request(channel: Channel, ready: Ready, now: datetime) -> Receipt | ChannelError:
    try:
        return channel.commit(ready.prepared, now)
    except ChannelError as e:
        return e
    except Exception as e:
        log.exception("delivery %s: no clear outcome", ready.job.id)
        return OutcomeUnknown(type(e).__name__)


def read_back(connect: Connect, job: Job) -> ReadBack:
    try:
        prepared = Prepared(outgoing=job.outgoing, token=job.token, last_seen=job.last_seen)
        return ReadBack(job, connect(job.channel).find(Sent(prepared=prepared, since=job.since)))
    except BotError:
        return ReadBack(job, None)
    except Exception:
        log.exception("delivery %s: reading back failed", job.id)
        return ReadBack(job, None)
