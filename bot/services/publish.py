"""The pump: claim → prepare → intent → commit → outcome. The one road on which anything is ever published.

The database decides what is due; threads only talk to the platforms, and no transaction or connection is open while they do.
The commit request is sent once. What is not certain afterwards is `unknown`, and nothing here ever sends it again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction

from bot.channels.base import Channel, Prepared, Receipt
from bot.errors import BotError, ChannelError, NotSent, OutcomeUnknown, StaleApproval
from bot.services import audit, outcome, pause, submit
from bot.services.context import Context
from bot.services.outgoing import Job, job, require_unchanged
from bot.services.transition import move_delivery
from bot.store import queries
from bot.store.models import Delivery
from bot.workflow.states import PENDING, DeliveryState
from bot.workflow.transitions import Event

LEASE = timedelta(seconds=180)  # longer than any attempt may take, time-outs and all
WORKERS = 8
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Step:
    """What a thread came back with: a Prepared, a Receipt, or the error that stopped it."""

    job: Job
    result: Prepared | Receipt | BotError


class Engine:
    """`channel` gives the connected Channel for a key; `owner` names this worker in leases."""

    def __init__(self, ctx: Context, channel: Callable[[str], Channel], owner: str) -> None:
        self.ctx, self.channel, self.owner = ctx, channel, owner
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="send")

    def close(self) -> None:
        self._pool.shutdown(wait=True)

    def pump(self) -> int:
        """Send everything that is due now; how many commit requests left? Returns when nothing is due or in flight."""
        commits = 0
        running: set[Future[_Step]] = set()
        while True:
            running |= self._start(WORKERS - len(running))
            if not running:
                return commits
            # Look for new work every second, lest one slow platform keep the others waiting.
            done, running = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
            steps = [future.result() for future in done]
            going = self._intend([(s.job, s.result) for s in steps if isinstance(s.result, Prepared)])
            self._record([s for s in steps if not isinstance(s.result, Prepared)])
            commits += len(going)
            running |= {self._pool.submit(self._commit, claimed, prepared) for claimed, prepared in going}

    def tidy(self) -> None:
        """What time alone brings about: dead workers, missed times, pauses."""
        now = self.ctx.clock.now()
        pause.hold_while_paused()
        with transaction.atomic():
            for row in Delivery.objects.filter(state=DeliveryState.PUBLISHING, lease_until__lt=now):
                outcome.reap(row, now)
            for row in Delivery.objects.filter(state__in=sorted(PENDING), last_at__lt=now):
                if move_delivery(row, Event.MISS, problem="予定の時刻に出せなかったため、出していません"):
                    audit.record(now, audit.SYSTEM, Event.MISS, f"delivery:{row.id}")

    def _start(self, free: int) -> set[Future[_Step]]:
        if free <= 0:
            return set()
        now = self.ctx.clock.now()
        try:
            with transaction.atomic():
                ids = queries.claim(self.owner, now, now + LEASE, free)
        except IntegrityError:  # another worker took the same lane in the same instant
            return set()
        started: set[Future[_Step]] = set()
        for row in Delivery.objects.select_related("submission").filter(id__in=ids):
            try:
                started.add(self._pool.submit(self._prepare, job(row)))
            except StaleApproval as e:
                self._hold(row, e)
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

    def _intend(self, ready: list[tuple[Job, Prepared]]) -> list[tuple[Job, Prepared]]:
        """Write the intents of a batch in one transaction; those that may go. tidy() holds or misses the others."""
        now = self.ctx.clock.now()
        going: list[tuple[Job, Prepared]] = []
        with transaction.atomic():
            for claimed, prepared in ready:
                row = claimed.delivery
                if queries.intend(row.id, row.fence, now, now + LEASE, prepared.token, prepared.last_seen):
                    going.append((claimed, prepared))
                else:
                    move_delivery(row, Event.RELEASE)
        return going

    def _record(self, steps: list[_Step]) -> None:
        """Write the outcomes of a batch in one transaction."""
        with transaction.atomic():
            for step in steps:
                if isinstance(step.result, Receipt):
                    outcome.published(self.ctx, step.job.delivery, step.result)
                elif isinstance(step.result, ChannelError):
                    outcome.not_published(self.ctx, step.job.delivery, step.result)
        for step in steps:
            if isinstance(step.result, StaleApproval):
                self._hold(step.job.delivery, step.result)
                submit.void_if_changed(self.ctx, step.job.submission)

    def _hold(self, row: Delivery, why: BotError) -> None:
        now = self.ctx.clock.now()
        with transaction.atomic():
            if move_delivery(row, Event.HOLD, problem=why.summary):
                audit.record(now, audit.SYSTEM, "refuse_changed", f"delivery:{row.id}", detail=why.summary)
