"""The pump: claim → prepare → intent → commit → outcome. The one road on which anything is ever published.

The database decides what is due; threads only talk to the platforms, and no transaction or connection is open while they do.
The commit request is sent once. What is not certain afterwards is `unknown`, and nothing here ever sends it again.

Outcomes, intents and new claims of a turn share one transaction, so that the price of a durable write is paid once for all the
deliveries that are under way, not three times for each. A turn takes what has come back and waits for nobody (ADR 16).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import inf
from typing import TypeAlias, TypeGuard

from django.db import IntegrityError, connection, transaction

from bot.channel_kit.base import Prepared, Receipt
from bot.errors import BotError, CannotTell, ChannelError, NotSent, StaleApproval
from bot.services.delivery import calls, early, gate, outcome, reconcile, savepoints, stale, telegrams, upkeep, uploads, waits
from bot.services.delivery.calls import LEAD, Connect, ReadBack, Step
from bot.services.delivery.early import Early
from bot.services.delivery.guard import Guard, Lost
from bot.services.delivery.ledger import Ledger
from bot.services.delivery.outgoing import Job, jobs
from bot.services.delivery.proving import Proving
from bot.services.delivery.sender_pool import Desk, SenderPool
from bot.services.delivery.timekeeper import Timekeeper
from bot.services.files.freshness import require_fresh
from bot.services.records import happenings, mark
from bot.services.records.context import Context
from bot.services.records.mark import Mark, NotWritten
from bot.store import locks, queries
from bot.store.claimed import Claimed
from bot.store.models import Delivery, Submission
from bot.workflow.kinds import Bar

AHEAD = timedelta(seconds=3)  # before its time a delivery is taken up and prepared: pictures go up, containers are made
LEASE = timedelta(seconds=180)  # longer than any attempt may take, time-outs and all
WORKERS = 512  # deliveries under way at once, and so the size of a turn's transaction, if as many accounts share one system
READERS = 64  # looks at once
_PAUSE = 0.2  # seconds between two tries while the database is away
_FIRST_LOOK = 30.0  # seconds that a start waits for the agency's feed
_STILL = 1.0  # seconds that a turn waits for an answer at most: what time brings about is due each second
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Turn:
    """What a turn allows: requests that may leave now, and deliveries taken up."""

    begun: calls.Begun
    going: Sequence[gate.Ready]
    claimed: Sequence[int]
    early: Sequence[int] = ()
    mark: Mark | None = None  # to be kept before the requests leave


_Back: TypeAlias = Step | ReadBack | Early


class Engine:
    """`channel` gives the connected Channel for a key; `owner` names this worker in leases. To be used from one thread, but for
    `stop`."""

    def __init__(self, ctx: Context, channel: Connect, owner: str) -> None:
        self.ctx, self.channel, self.owner = ctx, channel, owner
        self.proving = Proving(ctx.config.timezone)
        self._desk: Desk[_Back] = Desk()
        # Threads of their own for each: neither preparing nor reading back keeps a commit from its second.
        self._sending = SenderPool(WORKERS, "send", self._desk)
        self._preparing = SenderPool(WORKERS, "prepare", self._desk)
        self._reading = SenderPool(READERS, "read", self._desk)
        self._back: list[_Back] = []  # answers that are not written down yet
        self._uploads: list[uploads.Upload] = []  # hidden ones that are not written down yet
        self._ready: list[Step] = []  # prepared, before their time
        self._looking: set[int] = set()
        self._proved: dict[str, str] = {}  # by lane, the account that this process has written down
        self._guard = Guard(ctx)
        self._stopping = threading.Event()
        self._began = ctx.clock.elapsed()
        self.timekeeper = Timekeeper(ctx, channel)

    def stop(self) -> None:
        """From here on nothing new begins. What is in flight is written down as it comes back. From any thread."""
        self._stopping.set()

    def close(self, patience: float = 60.0) -> None:
        """End the threads; what hangs for more than `patience` seconds is left behind."""
        end = time.monotonic() + patience
        for pool in (self._sending, self._preparing, self._reading):
            pool.close(max(0.0, end - time.monotonic()))

    def pump(self, seconds: float = inf) -> bool:
        """Turn upon turn, until nothing is in flight or `seconds` are over: is there still something? Each turn writes down
        what has come back, sends what is due, and takes up what will be soon, however long others are in flight."""
        end = time.monotonic() + seconds
        while True:
            self._take_turn()
            if not self._desk.busy and not self._back:
                return False
            left = end - time.monotonic()
            if left <= 0:
                return True
            self._back += self._desk.gather(min(self._patience(), left))

    def look(self) -> int:
        """Begin to read back what is in doubt and due for a look; how many? A later turn writes down what that came to. Also
        while the database is behind its mark: only so is it known what left."""
        if self._stopping.is_set() or not self.timekeeper.trusts():
            return 0
        begun = reconcile.due(self.ctx, self._looking)
        for job in begun:
            self._looking.add(job.id)
            self._reading.submit(partial(calls.read_back, self.channel, job))
        return len(begun)

    def tidy(self) -> int:
        """What time alone brings about. How many dead workers' deliveries were there?"""
        return upkeep.tidy(self.ctx) if self.timekeeper.trusts() else 0

    def next_moment(self) -> datetime | None:
        """When to write the next intents, those that are near in one go; None if nothing is ready."""
        return min((step.job.run_at - LEAD / 2 for step in self._ready), default=None)

    def release(self) -> None:
        """Leave what is ready to others, or to the next start. While the database is away, its lease does that."""
        try:
            for step in self._ready:
                # By no clock that may be wrong is it too late: who takes it up next will know.
                gate.put_back(self.ctx, min(self.ctx.clock.now(), step.job.run_at), step.job)
        except savepoints.AWAY:
            log.warning("what is ready was not left to others", exc_info=True)
        self._ready = []

    def _take_turn(self) -> None:
        """Answers are kept until they are written down, also while the database is away."""
        self._uploads += uploads.made(self.ctx, self._back)
        self._ready += [step for step in self._back if _is_prepared(step)]
        self._back = [step for step in self._back if not _is_prepared(step)]
        if not self.timekeeper.trusts():
            self.release()  # else its lease would run out while it waits
        due: list[Step] = []
        try:
            self._guard.look()
            due = self._due()
            steps = [*self._back, *self._looked_at(due)]
            turn = self._turn_or_without_claims(steps)
        except Lost:
            self._ready += due
            return
        except savepoints.AWAY:
            log.warning("the database does not answer, trying again", exc_info=True)
            self._ready += due
            connection.close()
            self._stopping.wait(_PAUSE)
            return
        except Exception:
            self._ready += due
            raise
        self._back, self._uploads = [], []
        self._looking -= {look.job.id for look in steps if isinstance(look, ReadBack)}
        self._begin(turn)
        self._void(steps)

    def _begin(self, turn: _Turn) -> None:
        """Before anything else may fail: their intents are written. Without a mark of them nothing leaves (ADR 25)."""
        for ready in self._marked(turn):
            call = partial(calls.commit, self.channel, self.ctx.clock, ready, turn.begun, LEASE / 2)
            self._sending.submit(call)
        for job in self._jobs(turn.claimed):
            self._preparing.submit(partial(calls.prepare, self.channel, self.proving, job, turn.begun.at))
        for job in self._jobs(turn.early):
            self._preparing.submit(partial(early.prepare, self.channel, self.proving, job, turn.begun.at))

    def _may_begin(self) -> bool:
        """Nothing new once told to stop, by a database that is behind its mark (ADR 25), nor by a clock that is wrong or that
        nobody vouches for (ADR 24), nor before the feed was heard once after a gap (ADR 32)."""
        stands = not self._stopping.is_set() and self._guard.stands and self.timekeeper.trusts()
        return stands and not self._is_listening()

    def _is_listening(self) -> bool:
        """A publisher that begins after a gap hears first what came meanwhile. If that takes long, the gate decides: it holds
        what is due while nobody hears the feed."""
        began_now = self.ctx.clock.elapsed() - self._began < _FIRST_LOOK
        return began_now and telegrams.is_blind(self.ctx, self.ctx.clock.now())

    def _marked(self, turn: _Turn) -> Sequence[gate.Ready]:
        try:
            if turn.mark is not None:
                self._guard.leave(turn.mark)
        except NotWritten as e:
            unsent = NotSent(e.message, summary=e.summary, next_step=e.next_step)
            self._back += [Step(ready.job, unsent, turn.begun.at, ready.account) for ready in turn.going]
            return ()
        return turn.going

    def _due(self) -> list[Step]:
        """What is ready and has its time come; it is ready no more. None once told to stop: what is ready is left to others."""
        if not self._may_begin():
            return []
        soon = self.ctx.clock.now() + LEAD
        due = [step for step in self._ready if step.job.run_at <= soon]
        self._ready = [step for step in self._ready if step.job.run_at > soon]
        return due

    def _patience(self) -> float:
        """Seconds to wait for an answer: none when something that is ready may go."""
        moment = self.next_moment()
        if moment is None or self._stopping.is_set() or not self._guard.stands:
            return _STILL
        return min(_STILL, max(0.0, (moment - self.ctx.clock.now()).total_seconds()))

    def _looked_at(self, due: Sequence[Step]) -> list[Step]:
        """The gate's look at the files: what was approved must still be what they give. It reads files, so it comes before
        the transaction. A thread that has begun is not torn by an edit: its first part was looked at for all."""
        seen: dict[str, str] = {}
        return [self._look_at_files(step, seen) if step.job.first else step for step in due]

    def _look_at_files(self, step: Step, seen: dict[str, str]) -> Step:
        try:
            require_fresh(self.ctx, step.job.origin, seen)
        except BotError as e:
            return Step(step.job, e)
        except Exception as e:  # one post's files must not keep the others from their time
            log.exception("delivery %s: the look at its files failed", step.job.id)
            return Step(step.job, calls.surprise(e))
        return step

    def _turn_or_without_claims(self, steps: Sequence[_Back]) -> _Turn:
        free = WORKERS - self._desk.busy - len(self._ready) if self._may_begin() else 0
        try:
            return self._turn(steps, free)
        except IntegrityError:  # another worker took the same lane in the same instant
            return self._turn(steps, 0)

    def _turn(self, steps: Sequence[_Back], free: int) -> _Turn:
        """One transaction: outcomes first, which free their lanes; then intents; then new claims. Each stage lets nobody pay
        for what another brought."""
        answers = [s for s in steps if isinstance(s, Step) and isinstance(s.result, (Receipt, ChannelError))]
        stopped = [s for s in steps if isinstance(s, Step) and _holds(s)]
        asking = [
            gate.Ready(job=s.job, prepared=s.result, account=s.account)
            for s in steps
            if isinstance(s, Step) and isinstance(s.result, Prepared)
        ]
        going, proved = list[gate.Ready](), dict[str, str]()
        with transaction.atomic(durable=True):  # within another one no intent would be kept before its request
            if asking:
                locks.pass_gate()
                self._guard.require()
            elapsed = self.ctx.clock.elapsed()
            ledger = Ledger(self.timekeeper.now())
            begun = calls.Begun(ledger.now, elapsed, self.ctx.clock.elapsed())
            savepoints.each(ledger, answers, partial(self._settle, ledger, proved), partial(self._lose, ledger))
            looks = [s for s in steps if isinstance(s, ReadBack)]
            savepoints.each(ledger, looks, partial(reconcile.conclude, self.ctx, ledger))
            savepoints.each(ledger, stopped, partial(self._hold_all, ledger))
            savepoints.each(ledger, asking, partial(self._intend, ledger, going), partial(self._not_written, ledger))
            savepoints.each(ledger, [s for s in steps if isinstance(s, Early)], partial(early.keep, self.ctx))
            uploads.keep(self._uploads)
            soon = early.take(self.ctx, ledger.now, AHEAD, min(free, early.AT_ONCE))
            until, lease = ledger.now + AHEAD, ledger.now + LEASE
            ids = queries.claim(self.owner, ledger.now, until, lease, free - len(going))
            left = self._leave(ledger, going)
        self._proved |= proved
        return _Turn(begun, going, ids, soon, left)

    def _leave(self, ledger: Ledger, going: Sequence[gate.Ready]) -> Mark | None:
        """Close the ledger, with an entry of its own for what leaves: a database that lacks it does not know of it."""
        if going:
            ledger.tell(happenings.LEAVE, "deliveries:", " ".join(str(ready.job.id) for ready in going))
        ledger.close()
        return mark.newest(ledger.now) if going else None

    def _settle(self, ledger: Ledger, proved: dict[str, str], answers: Sequence[Step]) -> None:
        told = [(s.job, s.result, s.started) for s in answers if isinstance(s.result, (Receipt, ChannelError))]
        outcome.settle(self.ctx, ledger, told)
        accounts = {s.job.lane: s.account for s in answers if isinstance(s.result, Receipt) and s.account}
        new = {lane: account for lane, account in accounts.items() if self._proved.get(lane) != account}
        gate.prove(new)
        proved |= new

    def _lose(self, ledger: Ledger, answer: Step) -> None:
        """What cannot be written as it is: unknown if its request may have left, and looked up like any other doubt."""
        if answer.started is None:
            self._hold(ledger, answer.job, calls.surprise(ValueError("the answer could not be written")))
        else:
            outcome.unsettled(ledger, answer.job)

    def _intend(self, ledger: Ledger, going: list[gate.Ready], asking: Sequence[gate.Ready]) -> None:
        allowed = gate.pass_through(self.ctx, ledger, asking, LEASE)
        for ready in allowed:
            self._use(ledger, ready.job)
        going += allowed

    def _not_written(self, ledger: Ledger, ready: gate.Ready) -> None:
        self._hold(ledger, ready.job, calls.surprise(ValueError("the intent could not be written")))

    def _void(self, steps: Sequence[_Back]) -> None:
        for step in steps:
            if isinstance(step, Step) and isinstance(step.result, StaleApproval):
                stale.void_if_changed(self.ctx, Submission.objects.get(id=step.job.submission))

    def _jobs(self, ids: Sequence[int]) -> list[Job]:
        """What was claimed, or is to be prepared early; held is what the database has no longer as it was approved."""
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

    def _use(self, ledger: Ledger, job: Job) -> None:
        rate = self.ctx.spec(job.channel).rate
        if rate is not None and (until := queries.use(job.lane, ledger.now, ledger.now + rate.per)):
            waits.tell_lane(self.ctx, ledger, job.lane, until, waits.used_up(self.ctx, job.channel))

    def _hold_all(self, ledger: Ledger, stopped: Sequence[Step]) -> None:
        for step in stopped:
            if isinstance(step.result, BotError):
                self._hold(ledger, step.job, step.result)

    def _hold(self, ledger: Ledger, claimed: Job | Claimed, why: BotError) -> None:
        row = Delivery.objects.get(id=claimed.id)
        if row.fence == claimed.fence:
            bar = Bar.FILES if isinstance(why, StaleApproval | CannotTell) else Bar.ACCOUNT
            gate.hold(ledger, row, gate.Barred(bar=bar, reason=why.summary))


def _is_prepared(step: _Back) -> TypeGuard[Step]:
    return isinstance(step, Step) and isinstance(step.result, Prepared)


def _holds(step: Step) -> bool:
    """It was stopped before its commit, and not by the platform."""
    return isinstance(step.result, BotError) and not isinstance(step.result, ChannelError)
