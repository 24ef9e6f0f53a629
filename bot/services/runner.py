"""The publisher's heart: APScheduler wakes, the database decides.

The scheduler keeps nothing: its jobs are made anew at each start, and a wake-up that is lost, late or doubled claims nothing
that another has not left. With PostgreSQL any number of publishers share the work; see `bot.services.delivery.workers`.
"""

from __future__ import annotations

import gc
import logging
import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from apscheduler.executors.pool import BasePoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from django.db import close_old_connections, connections

from bot import registry
from bot.channel_kit.base import Channel
from bot.errors import BotError
from bot.services.approval import review
from bot.services.delivery import reconcile, stale, workers
from bot.services.delivery.engine import Engine
from bot.services.handing_in import sync
from bot.services.paper import proof_build
from bot.services.records.context import Context
from bot.services.telling import watch
from bot.store import queries

SLICE = 5.0  # seconds of sending after which dead workers, missed times and doubtful outcomes get their turn
SYNC_EVERY = 5.0  # seconds between two looks whether a sync is wanted; also the least time between two of them
log = logging.getLogger(__name__)
_JOB = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
_THREADS = ("beat", "sweep", "sync")  # a thread each, with a database connection that stays open


class _Thread(BasePoolExecutor):  # type: ignore[misc]  # APScheduler has no types
    """An executor of APScheduler on a pool that others may use too."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        super().__init__(pool)


class Runner:
    """One publisher process. `start`, then `stop`; `beat` is one wake-up by hand."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.owner = f"{socket.gethostname()}:{os.getpid()}"
        self.engine = Engine(ctx, self.channel, self.owner)
        self._channels: dict[str, Channel] = {}
        self._connecting, self._beating = threading.Lock(), threading.Lock()
        self._swept = 0
        self._watches = (watch.of_rules(), watch.of_shared_files())
        self._threads = {name: ThreadPoolExecutor(1, thread_name_prefix=name) for name in _THREADS}
        executors = {name: _Thread(pool) for name, pool in self._threads.items()}
        self._scheduler = BackgroundScheduler(timezone=UTC, executors=executors)
        self._worker = workers.worker(self.wake, self.owner)

    def channel(self, key: str) -> Channel:
        """Connected at first use, and kept."""
        if key in self._channels:  # the threads that send need not queue up for it
            return self._channels[key]
        with self._connecting:
            if key not in self._channels:
                self._channels[key] = registry.connect(key, self.ctx.config)
            return self._channels[key]

    def start(self) -> None:
        self._scheduler.add_job(self.beat, "interval", seconds=1, id="beat", executor="beat", **_JOB)
        self._scheduler.add_job(self.sweep, "interval", seconds=30, id="sweep", executor="sweep", **_JOB)
        if self.ctx.config.content_repository:
            self._scheduler.add_job(self.sync, "interval", seconds=SYNC_EVERY, id="sync", executor="sync", **_JOB)
        gc.collect()
        gc.freeze()  # what was imported stays until the end: the collector need not walk through it in the middle of sending
        self._scheduler.start()
        self.wake()
        if self._worker:
            self._worker.start()

    def stop(self) -> None:
        """Finish what is in flight, then end."""
        if self._worker:
            self._worker.stop()
        self._scheduler.pause()
        self._threads["beat"].submit(self.engine.release).result()
        for thread in self._threads.values():
            thread.submit(connections.close_all).result()
        self._scheduler.shutdown(wait=True)
        self.engine.close()

    def wake(self) -> None:
        """Beat now, on the beat's thread, and wait until it is done."""
        self._threads["beat"].submit(self.beat).result()

    def beat(self) -> None:
        """Whatever is due now, and what time alone brings about."""
        self._work(self._slice)

    def send(self) -> None:
        """What is due now and no more, to be on time; the rest is left to the next beat."""
        self._work(lambda: self.engine.pump(SLICE))

    def _work(self, part: Callable[[], bool]) -> None:
        """`part` as long as there is more to do at once."""
        with self._beating:
            close_old_connections()
            while True:
                begin = self.ctx.clock.now()
                if not part():
                    break
            self._wake_at_next_moment(begin)

    def _slice(self) -> bool:
        """Sending comes first, so that a post is on time; what is stopped, late, or a dead worker's is not claimed anyway."""
        more = self.engine.pump(SLICE)
        return self.engine.tidy() + reconcile.reconcile_due(self.ctx, self.channel) > 0 or more

    def sweep(self) -> None:
        """Void what has changed, expire what came too late: a stretch of the open submissions at a time."""
        close_old_connections()
        for each in self._watches:
            each.look(self.ctx)
        self._swept = stale.sweep(self.ctx, after=self._swept)
        review.expire(self.ctx)
        try:
            proof_build.build_proofs(self.ctx)
        except BotError as e:
            log.warning("no issue's proof was built: %s", e.message)

    def sync(self) -> None:
        """Take what leaders committed, when it is time or somebody said so. What goes wrong waits for the next time."""
        close_old_connections()
        if not sync.wanted(self.ctx):
            return
        try:
            sync.sync(self.ctx)
        except BotError as e:
            log.warning("the content branch was not taken: %s", e.message)

    def _wake_at_next_moment(self, since: datetime) -> None:
        """So that a post is not up to a second late. `since` is before the last claim: what has become due after that, during
        what came then, is for now."""
        moments = (queries.next_moment(since), self.engine.next_moment())
        moment = min(filter(None, moments), default=None)
        if self._scheduler.running and moment is not None:
            # Two, since it is a beat that plans the next one, and may itself be the one before.
            again = _JOB | {"id": "next", "replace_existing": True, "max_instances": 2}
            self._scheduler.add_job(self.send, "date", run_date=moment, executor="beat", **again)
