"""What the threads do, which touch no database: prepare, commit, read back. Each returns a Step and raises nothing.

Before the commit began, nothing can be visible: what fails there and is no answer of the platform's holds the delivery, for a
person to mend (a key that is missing, say). From the commit on, any surprise means that we do not know.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import trouble
from bot.channel_kit.base import Channel, Found, Outgoing, Prepared, Receipt, Sent
from bot.clock import Clock
from bot.errors import (
    AuthExpired,
    BotError,
    ChannelClosed,
    ChannelError,
    NotSent,
    OutcomeUnknown,
    PartGone,
    RateLimited,
    Rejected,
    RetryLater,
)
from bot.language import say
from bot.services.delivery.gate import Ready
from bot.services.delivery.outgoing import Job
from bot.services.delivery.proving import Proving

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
class Begun:
    """When it was written: by the clock, and by the seconds that nobody can set (`Clock.elapsed`) just before and just after:
    a standstill between the readings counts as one, and makes no request early."""

    at: datetime
    elapsed: float
    after: float


@dataclass(frozen=True)
class ReadBack:
    """What reading back came to; None where it failed, which says nothing about the post. `why` is for people."""

    job: Job
    found: Found | None
    why: str = ""


class NotBegun(BotError):
    """Something else than the platform failed before the commit began: surely nothing was sent."""


def surprise(error: Exception) -> NotBegun:
    """Of what no channel should raise. Its own words may hold a key or a text, so only its name is told, or what the machine
    lacks."""
    if (lacking := trouble.of(error) or trouble.of_file(error)) is not None:
        return NotBegun(
            lacking.message,
            summary=say("サーバーの不調のため、送る前に止めました（{summary}）。何も送っていません", summary=lacking.summary),
            next_step=lacking.next_step,
        )
    return NotBegun(
        type(error).__name__,
        summary=say("送る前の準備が、想定外の誤り（{name}）で止まりました。何も送っていません", name=type(error).__name__),
        next_step="運用担当者が記録で原因を調べ、直してから保留を解いてください",
    )


def prepare(connect: Connect, proving: Proving, job: Job, now: datetime) -> Step:
    """What was prepared before is used again while it can be: no try uploads pictures that are there."""
    result: Prepared | BotError
    account = way = ""
    try:
        channel = connect(job.channel)
        account, way = channel.account, way_of(channel)
        proving.require(channel, now)
        if job.asks:  # a thread that broke is gone on with: hours may have passed since
            _require_thread(channel, job)
        result = _kept(job, now, way) or replace(channel.prepare(_outgoing(job, way)), by=way)
    except BotError as e:
        result = NotSent(e.message, code=e.code) if isinstance(e, OutcomeUnknown) else e
        if isinstance(e, RetryLater):
            e.made_by = way
    except Exception as e:
        log.exception("delivery %s: preparing failed", job.id)
        result = surprise(e)
    return Step(job, result, account=account)


def _require_thread(channel: Channel, job: Job) -> None:
    """Raises PartGone where a part before this one is seen to be gone. What cannot be asked for stays as the database says."""
    gone = _gone(channel, job)
    if gone:
        numbers = "・".join(str(job.thread.index(remote) + 1) for remote in gone)
        why = say("前の投稿（{numbers}件目）が配信先で削除されていたため、続きを出していません", numbers=numbers)
        raise PartGone("parts before it are gone", gone=gone, summary=why)


def _gone(channel: Channel, job: Job) -> tuple[str, ...]:
    try:
        return tuple(remote for remote in job.thread if not channel.stands(remote))
    except ChannelError:
        return ()


def way_of(channel: Channel) -> str:
    """The account and the driver: another account's upload, or another driver's, is nothing to this one."""
    return f"{channel.account} {type(channel).__module__}"


def _outgoing(job: Job, way: str) -> Outgoing:
    return job.outgoing if job.prepared_by in ("", way) else replace(job.outgoing, earlier="")


def _kept(job: Job, now: datetime, way: str) -> Prepared | None:
    if job.prepared_by != way or job.prepared_until is None or job.prepared_until <= max(now, job.run_at):
        return None
    return Prepared(outgoing=job.outgoing, token=job.token, by=way)


def commit(connect: Connect, clock: Clock, ready: Ready, begun: Begun, latest: timedelta) -> Step:
    """One request, not before its time. A machine that stood still since the intent, for more than `latest`, lets it be:
    others may have taken over."""
    job, started = ready.job, begun.at
    try:
        channel = connect(job.channel)
        # Both by time that has passed: a clock that is set meanwhile neither moves the post nor hides a standstill (ADR 24).
        wait = min((job.run_at - begun.at).total_seconds() - (clock.elapsed() - begun.after), LEAD.total_seconds())
        if wait > 0:
            time.sleep(wait)
        now = clock.now()
        # Whoever slept past half of its lease may have been taken for dead, and its delivery be another's (ADR 3).
        if clock.elapsed() - begun.elapsed > latest.total_seconds():
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
    except Rejected as e:
        return _why_refused(channel, ready.job, e)
    except ChannelError as e:
        return e
    # A bug of ours, too, may come after the bytes have left: in doubt, never "not sent" (ADR 3).
    except Exception as e:
        log.exception("delivery %s: no clear outcome", ready.job.id)
        return OutcomeUnknown(type(e).__name__)


def _why_refused(channel: Channel, job: Job, refusal: Rejected) -> Rejected:
    """A platform takes no reply to what somebody deleted there; its answer does not always say so."""
    try:
        _require_thread(channel, job)
    except PartGone as gone:
        gone.code = refusal.code
        return gone
    return refusal


def read_back(connect: Connect, job: Job) -> ReadBack:
    try:
        channel = connect(job.channel)
        if job.prepared_by not in ("", way_of(channel)):
            return ReadBack(job, None, "送ったときと違うアカウントか接続方法です")
        prepared = Prepared(outgoing=job.outgoing, token=job.token)
        return ReadBack(job, channel.find(Sent(prepared=prepared, since=job.since, latest=job.latest)))
    except ChannelError as e:
        return ReadBack(job, None, _why_unread(e))
    except BotError as e:
        return ReadBack(job, None, e.summary)
    except Exception as e:
        log.exception("delivery %s: reading back failed", job.id)
        return ReadBack(job, None, f"想定外の誤り（{type(e).__name__}）")


# An error's own sentence speaks of what was to be sent.
_UNREAD: tuple[tuple[type[ChannelError], str], ...] = (
    (RateLimited, "読む回数の制限"),
    (NotSent, "接続できない"),
    (AuthExpired, "読む権限がないか、認証が切れている"),
    (ChannelClosed, "アカウントが使えない"),
)


def _why_unread(error: ChannelError) -> str:
    what = next((words for kind, words in _UNREAD if isinstance(error, kind)), "読める答えがない")
    return f"{what}（{error.code}）" if error.code else what
