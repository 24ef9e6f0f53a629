"""The publisher's heart: APScheduler wakes, the database decides.

The scheduler keeps nothing: its jobs are made anew at each start, and a wake-up that is lost, late or doubled claims nothing
that another has not left.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.background import BackgroundScheduler
from django.db import close_old_connections, connections

from bot.channels import registry
from bot.channels.base import Channel
from bot.services import reconcile, review, submit
from bot.services.context import Context
from bot.services.publish import Engine
from bot.store.models import Delivery
from bot.workflow.states import DeliveryState

_JOB = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}


class Runner:
    """One publisher process. `start`, then `stop`; `beat` is one wake-up by hand."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self._channels: dict[str, Channel] = {}
        self._connecting = threading.Lock()
        self.engine = Engine(ctx, self.channel, f"{socket.gethostname()}:{os.getpid()}")
        self._scheduler = BackgroundScheduler(timezone=UTC)
        self._one_at_a_time = threading.Lock()

    def channel(self, key: str) -> Channel:
        """Connected at first use, and kept."""
        with self._connecting:
            if key not in self._channels:
                self._channels[key] = registry.connect(key, self.ctx.config)
            return self._channels[key]

    def start(self) -> None:
        self._scheduler.add_job(self.beat, "interval", seconds=1, id="beat", **_JOB)
        self._scheduler.add_job(self.sweep, "interval", seconds=30, id="sweep", **_JOB)
        self._scheduler.start()
        self.wake()

    def stop(self) -> None:
        """Finish what is in flight, then end."""
        self._scheduler.shutdown(wait=True)
        self.engine.close()

    def wake(self) -> None:
        """Beat now, on the scheduler's thread, and wait until it is done."""
        done = threading.Event()

        def beat_and_tell() -> None:
            try:
                self.beat()
            finally:
                done.set()

        self._scheduler.add_job(beat_and_tell, "date", run_date=datetime.now(UTC), **_JOB)
        done.wait()

    def beat(self) -> None:
        self._with_database(self._beat)

    def sweep(self) -> None:
        """Void what has changed, expire what came too late."""
        self._with_database(lambda: (submit.sweep(self.ctx), review.expire(self.ctx)))

    def _beat(self) -> None:
        self.engine.tidy()
        self.engine.pump()
        self.engine.tidy()
        reconcile.look(self.ctx, self.channel)
        self._wake_at_next_due()

    def _wake_at_next_due(self) -> None:
        """So that a post is not up to a second late."""
        nearest = Delivery.objects.filter(state=DeliveryState.SCHEDULED).order_by("run_at").values_list("run_at", flat=True)
        if self._scheduler.running and (moment := nearest.first()) is not None:
            self._scheduler.add_job(self.beat, "date", run_date=moment, id="next_due", replace_existing=True, **_JOB)

    def _with_database(self, work: Callable[[], object]) -> None:
        with self._one_at_a_time:
            close_old_connections()
            try:
                work()
            finally:
                connections.close_all()
