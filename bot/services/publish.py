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
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from math import inf

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from bot.channels.base import Channel, Prepared, Receipt
from bot.errors import BotError, ChannelError, NotSent, OutcomeUnknown, StaleApproval
from bot.services import outcome, pause, submit
from bot.services.context import Context
from bot.services.ledger import Ledger
from bot.services.outgoing import Job, jobs, require_unchanged
from bot.services.transition import move_delivery
from bot.store import queries
from bot.store.models import Delivery, Submission
from bot.store.queries import Intent
from bot.workflow.states import SubmissionState
from bot.workflow.transitions import Event

LEASE = timedelta(seconds=180)  # longer than any attempt may take, time-outs and all
WORKERS = 16
MISSED_AT_ONCE = 500
# Waits while the database does not answer, in seconds. Then the leases tell what is lost.
_PATIENCE = (0.1, 0.5, 2, 5, 10, 20, 30)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Step:
    """What a thread came back with: a Prepared, a Receipt, or the error that stopped it."""

    job: Job
    result: Prepared | Receipt | BotError


@dataclass(frozen=True)
class _Turn:
    """What a turn allows: requests that may leave now, and deliveries taken up."""

    going: Sequence[tuple[Job, Prepared]]
    claimed: Sequence[int]


class Engine:
    """`channel` gives the connected Channel for a key; `owner` names this worker in leases."""

    def __init__(self, ctx: Context, channel: Callable[[str], Channel], owner: str) -> None:
        self.ctx, self.channel, self.owner = ctx, channel, owner
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="send")

    def close(self) -> None:
        self._pool.shutdown(wait=True)

    def pump(self, seconds: float = inf) -> int:
        """Send what is due; how many commit requests left? Nothing new is begun after `seconds`; returns when nothing is
        in flight."""
        commits, steps = 0, list[_Step]()
        running: set[Future[_Step]] = set()
        end = time.monotonic() + seconds
        while True:
            turn = self._patiently(steps, WORKERS - len(running) if time.monotonic() < end else 0)
            commits += len(turn.going)
            running |= {self._pool.submit(self._commit, claimed, prepared) for claimed, prepared in turn.going}
            running |= self._start(turn.claimed)
            if not running:
                return commits
            # Look for new work every second, lest one slow platform keep the others waiting.
            done, running = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
            steps = [future.result() for future in done]

    def tidy(self) -> None:
        """What time alone brings about: dead workers, missed times, pauses."""
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
                    if move_delivery(row, Event.MISS, problem="予定の時刻に出せなかったため、出していません"):
                        ledger.note(Event.MISS, row)
                ledger.close()

    def _patiently(self, steps: Sequence[_Step], free: int) -> _Turn:
        """A turn, begun again while the database is away: what the platforms answered must not be forgotten."""
        for seconds in _PATIENCE:
            try:
                return self._turn(steps, free)
            except (OperationalError, InterfaceError):
                log.warning("the database does not answer, trying again", exc_info=True)
                connection.close()
                time.sleep(seconds)
        return self._turn(steps, free)

    def _turn(self, steps: Sequence[_Step], free: int) -> _Turn:
        """One transaction: outcomes first, which free their lanes; then intents; then new claims."""
        stale = [(s.job, s.result) for s in steps if isinstance(s.result, StaleApproval)]
        with transaction.atomic():
            ledger = Ledger(self.ctx.clock.now())
            answers = [(s.job.delivery, s.result) for s in steps if isinstance(s.result, Receipt | ChannelError)]
            outcome.settle(self.ctx, ledger, answers)
            for claimed, why in stale:
                self._hold(ledger, claimed.delivery, why)
            going = self._intend(ledger, [(s.job, s.result) for s in steps if isinstance(s.result, Prepared)])
            ids = self._claim(ledger, free - len(going))
            ledger.close()
        for claimed, _ in stale:
            submit.void_if_changed(self.ctx, claimed.submission)
        return _Turn(going, ids)

    def _claim(self, ledger: Ledger, free: int) -> list[int]:
        if free <= 0:
            return []
        try:
            with transaction.atomic():
                return queries.claim(self.owner, ledger.now, ledger.now + LEASE, free)
        except IntegrityError:  # another worker took the same lane in the same instant
            return []

    def _start(self, ids: Sequence[int]) -> set[Future[_Step]]:
        started: set[Future[_Step]] = set()
        for row, found in jobs(ids):
            if isinstance(found, Job):
                started.add(self._pool.submit(self._prepare, found))
                continue
            with transaction.atomic():
                ledger = Ledger(self.ctx.clock.now())
                self._hold(ledger, row, found)
                ledger.close()
        return started

    def _prepare(self, claimed: Job) -> _Step:
        """In a thread. Whatever fails here, nothing can be visible."""
        try:
            prepared = self.channel(claimed.delivery.channel).prepare(claimed.outgoing)
            require_unchanged(self.ctx, claimed)
            return _Step(claimed, prepared)
        except BotError as e:
            return _Step(claimed, NotSent(e.message, code=e.code) if isinstance(e, OutcomeUnknown) else e)
        except Exception as e:
            log.exception("delivery %s: preparing failed", claimed.delivery.id)
            return _Step(claimed, NotSent(type(e).__name__))

    def _commit(self, claimed: Job, prepared: Prepared) -> _Step:
        """In a thread. One request; from here on, any surprise means that we do not know."""
        try:
            return _Step(claimed, self.channel(claimed.delivery.channel).commit(prepared, self.ctx.clock.now()))
        except ChannelError as e:
            return _Step(claimed, e)
        except Exception as e:
            log.exception("delivery %s: no clear outcome", claimed.delivery.id)
            return _Step(claimed, OutcomeUnknown(type(e).__name__))

    def _intend(self, ledger: Ledger, ready: Sequence[tuple[Job, Prepared]]) -> list[tuple[Job, Prepared]]:
        """Write the intents; those that may go."""
        rows = [(claimed.delivery, prepared) for claimed, prepared in ready]
        intents = [Intent(id=r.id, fence=r.fence, token=p.token, last_seen=p.last_seen) for r, p in rows]
        allowed = queries.intend(intents, ledger.now, ledger.now + LEASE)
        for row, _ in rows:
            if row.id in allowed:
                row.attempts, row.intent_at = row.attempts + 1, ledger.now
                self._use(ledger, row)
            else:
                self._step_back(row)
        return [(claimed, prepared) for claimed, prepared in ready if claimed.delivery.id in allowed]

    def _use(self, ledger: Ledger, row: Delivery) -> None:
        rate = self.ctx.spec(row.channel).rate
        if rate is not None:
            queries.use(row.lane, ledger.now, ledger.now + rate.per)

    def _step_back(self, row: Delivery) -> None:
        """It must not leave. Withdrawn: never. Stopped or too late: tidy() holds or misses it."""
        if Submission.objects.filter(id=row.submission_id, state=SubmissionState.APPROVED).exists():
            move_delivery(row, Event.RELEASE, lease_owner="")
        else:
            move_delivery(row, Event.CANCEL, lease_owner="", problem="承認が取り消されたため")

    def _hold(self, ledger: Ledger, row: Delivery, why: BotError) -> None:
        if move_delivery(row, Event.HOLD, problem=why.summary):
            ledger.note("refuse_changed", row, detail=why.summary)
