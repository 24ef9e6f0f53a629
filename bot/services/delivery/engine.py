"""The pump: claim → prepare → intent → commit → outcome. The one road on which anything is ever published.

The database decides what is due; threads only talk to the platforms, and no transaction or connection is open while they do.
The commit request is sent once. What is not certain afterwards is `unknown`, and nothing here ever sends it again.

Outcomes, intents and new claims of a turn share one transaction, so that the price of a durable write is paid once for all the
deliveries that are under way, not three times for each.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import inf

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from bot.channel_kit.base import Channel, Prepared, Receipt
from bot.errors import BotError, CannotTell, ChannelError, NotSent, OutcomeUnknown, StaleApproval
from bot.services.delivery import gate, outcome, pause, stale
from bot.services.delivery.ledger import Ledger
from bot.services.delivery.outgoing import Job, jobs
from bot.services.delivery.sender_pool import SenderPool
from bot.services.files.freshness import require_fresh
from bot.services.records.context import Context
from bot.store import locks, queries
from bot.store.models import Delivery, Submission
from bot.store.queries import Claimed
from bot.workflow.kinds import Bar

AHEAD = timedelta(seconds=3)  # before its time a delivery is taken up and prepared: pictures go up, containers are made
LEAD = timedelta(milliseconds=200)  # before its time at most the intent is written; the request itself never leaves early
LEASE = timedelta(seconds=180)  # longer than any attempt may take, time-outs and all
WORKERS = 512  # deliveries under way at once, and so the size of a turn's transaction, if as many accounts share one system
MISSED_AT_ONCE = 500
# Waits while the database does not answer, in seconds. Then the leases tell what is lost.
_PATIENCE = (0.1, 0.5, 2, 5, 10, 20, 30)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Step:
    """What a thread came back with: a Prepared, a Receipt, or the error that stopped it. `started` is when its commit was
    about to leave, `account` whose it is ("" where the channel names none)."""

    job: Job
    result: Prepared | Receipt | BotError
    started: datetime | None = None
    account: str = ""


@dataclass(frozen=True)
class _Turn:
    """What a turn allows: requests that may leave now, and deliveries taken up."""

    at: datetime
    going: Sequence[gate.Ready]
    claimed: Sequence[int]


class Engine:
    """`channel` gives the connected Channel for a key; `owner` names this worker in leases."""

    def __init__(self, ctx: Context, channel: Callable[[str], Channel], owner: str) -> None:
        self.ctx, self.channel, self.owner = ctx, channel, owner
        self._pool: SenderPool[_Step] = SenderPool(WORKERS, "send")
        self._ready: list[_Step] = []  # prepared, before their time
        self._proved: dict[str, str] = {}  # by lane, the account that this process has written down

    def close(self) -> None:
        self._pool.close()

    def pump(self, seconds: float = inf) -> bool:
        """Send what is due and prepare what will be soon, until nothing is in flight. Nothing new is begun after `seconds`; did
        that leave something?"""
        pool, steps = self._pool, list[_Step]()
        end = time.monotonic() + seconds
        while True:
            over = time.monotonic() >= end
            steps += self._looked_at(self._due())
            turn = self._patiently(steps, 0 if over else WORKERS - pool.busy - len(self._ready))
            for ready in turn.going:
                pool.submit(partial(self._commit, ready, turn.at))
            for job in self._jobs(turn.claimed):
                pool.submit(partial(self._prepare, job))
            if not pool.busy:
                return over
            back = pool.gather(self._patience())
            self._ready += [step for step in back if isinstance(step.result, Prepared)]
            steps = [step for step in back if not isinstance(step.result, Prepared)]

    def next_moment(self) -> datetime | None:
        """When to write the next intents, those that are near in one go; None if nothing is ready."""
        return min((step.job.run_at - LEAD / 2 for step in self._ready), default=None)

    def release(self) -> None:
        """Leave what is ready to others, or to the next start. While the database is away, its lease does that."""
        try:
            for step in self._ready:
                gate.put_back(self.ctx, self.ctx.clock.now(), step.job)
        except (OperationalError, InterfaceError):
            log.warning("what is ready was not left to others", exc_info=True)
        self._ready = []

    def _due(self) -> list[_Step]:
        """What is ready and has its time come; it is ready no more."""
        soon = self.ctx.clock.now() + LEAD
        due = [step for step in self._ready if step.job.run_at <= soon]
        self._ready = [step for step in self._ready if step.job.run_at > soon]
        return due

    def _patience(self) -> float:
        """Seconds to wait for an answer: no more than one, lest one slow platform keep the others waiting, and none when
        something that is ready may go."""
        moment = self.next_moment()
        return 1.0 if moment is None else min(1.0, max(0.0, (moment - self.ctx.clock.now()).total_seconds()))

    def _looked_at(self, steps: Sequence[_Step]) -> list[_Step]:
        """The gate's look at the files: what was approved must still be what they give. It reads files, so it comes before
        the transaction. A thread that has begun is not torn by an edit: its first part was looked at for all."""
        seen: dict[str, str] = {}
        looked: list[_Step] = []
        for step in steps:
            try:
                if isinstance(step.result, Prepared) and step.job.first:
                    require_fresh(self.ctx, step.job.origin, seen)
                looked.append(step)
            except (StaleApproval, CannotTell) as e:
                looked.append(_Step(step.job, e))
        return looked

    def tidy(self) -> int:
        """What time alone brings about: dead workers, missed times, pauses. How many dead workers' deliveries were there?"""
        pause.hold_while_paused()
        now = self.ctx.clock.now()
        if lost := queries.lost(now):
            with transaction.atomic():
                ledger = Ledger(now)
                for row in Delivery.objects.filter(id__in=lost):
                    outcome.reap(ledger, row)
                ledger.close()
        while late := queries.too_late(now, MISSED_AT_ONCE):
            with transaction.atomic():
                ledger = Ledger(now)
                for row in Delivery.objects.filter(id__in=late):
                    gate.miss(ledger, row)
                ledger.close()
        return len(lost)

    def _patiently(self, steps: Sequence[_Step], free: int) -> _Turn:
        """A turn, begun again while the database is away, or without taking anything up where others were first: what the
        platforms answered must not be forgotten."""
        for seconds in _PATIENCE:
            try:
                return self._turn(steps, free)
            except IntegrityError:  # another worker took the same lane in the same instant
                free = 0
            except (OperationalError, InterfaceError):
                log.warning("the database does not answer, trying again", exc_info=True)
                connection.close()
                time.sleep(seconds)
        return self._turn(steps, free)

    def _turn(self, steps: Sequence[_Step], free: int) -> _Turn:
        """One transaction: outcomes first, which free their lanes; then intents; then new claims."""
        stopped = [
            (s.job, s.result) for s in steps if isinstance(s.result, BotError) and not isinstance(s.result, ChannelError)
        ]
        asking = [gate.Ready(job=s.job, prepared=s.result, account=s.account) for s in steps if isinstance(s.result, Prepared)]
        with transaction.atomic():
            if asking:
                locks.pass_gate()
            ledger = Ledger(self.ctx.clock.now())
            answers = [(s.job, s.result, s.started) for s in steps if isinstance(s.result, (Receipt, ChannelError))]
            outcome.settle(self.ctx, ledger, answers)
            proved = self._prove(steps)
            for job, why in stopped:
                self._hold(ledger, job, why)
            going = gate.pass_through(self.ctx, ledger, asking, LEASE)
            for ready in going:
                self._use(ledger, ready.job)
            until, lease = ledger.now + AHEAD, ledger.now + LEASE
            ids = queries.claim(self.owner, ledger.now, until, lease, free - len(going))
            ledger.close()
        self._proved |= proved
        for job, why in stopped:
            if isinstance(why, StaleApproval):
                stale.void_if_changed(self.ctx, Submission.objects.get(id=job.submission))
        return _Turn(ledger.now, going, ids)

    def _jobs(self, ids: Sequence[int]) -> list[Job]:
        """What was claimed; held is what the database has no longer as it was approved."""
        ready: list[Job] = []
        for row, found in jobs(ids):
            if isinstance(found, Job):
                ready.append(found)
                continue
            with transaction.atomic():
                ledger = Ledger(self.ctx.clock.now())
                self._hold(ledger, row, found)
                ledger.close()
        return ready

    def _prepare(self, job: Job) -> _Step:
        """In a thread. Whatever fails here, nothing can be visible."""
        result: Prepared | BotError
        account = ""
        try:
            channel = self.channel(job.channel)
            account, result = channel.account, channel.prepare(job.outgoing)
        except BotError as e:
            result = NotSent(e.message, code=e.code) if isinstance(e, OutcomeUnknown) else e
        except Exception as e:
            log.exception("delivery %s: preparing failed", job.id)
            result = NotSent(type(e).__name__)
        return _Step(job, result, account=account)

    def _commit(self, ready: gate.Ready, started: datetime) -> _Step:
        """In a thread. One request, not before its time; from here on, any surprise means that we do not know. A machine that
        stood still since the intent lets it be: others may have taken over."""
        job, prepared = ready.job, ready.prepared
        result: Receipt | ChannelError
        try:
            channel = self.channel(job.channel)
            wait = min(job.run_at - self.ctx.clock.now(), LEAD).total_seconds()  # no longer, should the clock be put back
            if wait > 0:
                time.sleep(wait)
            now = self.ctx.clock.now()
            if now - started > LEASE / 2:
                raise NotSent("stood still")
            result = channel.commit(prepared, now)
        except ChannelError as e:
            result = e
        except Exception as e:
            log.exception("delivery %s: no clear outcome", job.id)
            result = OutcomeUnknown(type(e).__name__)
        return _Step(job, result, started, ready.account)

    def _prove(self, steps: Sequence[_Step]) -> dict[str, str]:
        """Whose account a lane is, once something was published there; what was new of that."""
        told = {s.job.lane: s.account for s in steps if isinstance(s.result, Receipt) and s.account}
        new = {lane: account for lane, account in told.items() if self._proved.get(lane) != account}
        gate.prove(new)
        return new

    def _use(self, ledger: Ledger, job: Job) -> None:
        rate = self.ctx.spec(job.channel).rate
        if rate is not None:
            queries.use(job.lane, ledger.now, ledger.now + rate.per)

    def _hold(self, ledger: Ledger, claimed: Job | Claimed, why: BotError) -> None:
        row = Delivery.objects.get(id=claimed.id)
        if row.fence == claimed.fence:
            gate.hold(ledger, row, gate.Barred(bar=Bar.FILES, reason=why.summary))
