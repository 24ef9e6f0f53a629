"""Publishers say that they live; others see which of them have fallen silent."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from importlib.metadata import version

from django.db import DatabaseError

from bot.services.records.context import Context
from bot.store.heartbeats import Heartbeat

EVERY = 10.0  # seconds between two beats at most
_MISSED = timedelta(days=1)  # for how long a publisher that died is missed while others live
log = logging.getLogger(__name__)


class Heart:
    """Of one publisher process. `beat` after each turn that went well: a turn that hangs, and one that fails again and again,
    show as silence."""

    def __init__(self, ctx: Context, owner: str) -> None:
        self.ctx = ctx
        self._host, _, pid = owner.rpartition(":")
        self._pid, self._started_at = int(pid), ctx.clock.now()
        self._every = min(EVERY, ctx.config.watch_silence / 4)
        self._next, self._row = 0.0, 0

    def beat(self) -> None:
        """A write now and then, however often it is called. Raises what the database raises."""
        if time.monotonic() < self._next:
            return
        if not Heartbeat.objects.filter(id=self._row).update(at=self.ctx.clock.now(), ended_at=None):
            self._row = self._begin().id  # the first one, or the row went: the database was restored, or they slept for a year
        self._next = time.monotonic() + self._every

    def _begin(self) -> Heartbeat:
        return Heartbeat.objects.create(
            host=self._host[:80],
            pid=self._pid,
            version=version("dxbot"),
            started_at=self._started_at,
            at=self.ctx.clock.now(),
        )

    def end(self) -> None:
        """It was told to stop, and nobody need wonder. Without a database it falls silent like one that died."""
        try:
            Heartbeat.objects.filter(id=self._row).update(ended_at=self.ctx.clock.now())
        except DatabaseError as e:
            log.warning("the end of this publisher was not written down: %s", type(e).__name__)


def living(now: datetime, silence: timedelta) -> list[Heartbeat]:
    """Those seen within `silence`, and not told to stop."""
    return list(Heartbeat.objects.filter(ended_at=None, at__gte=now - silence).order_by("id"))


def lost(now: datetime, silence: timedelta) -> list[Heartbeat]:
    """Those that were not told to stop and have not been seen for `silence`. One that was started on the same host since has
    taken its place; after a day, whoever lives has."""
    rows = Heartbeat.objects.filter(ended_at=None, at__lt=now - silence, at__gt=now - _MISSED).order_by("id")
    return [row for row in rows if not Heartbeat.objects.filter(host=row.host, started_at__gt=row.at).exists()]


def last() -> Heartbeat | None:
    """The publisher that was seen last, however long ago."""
    return Heartbeat.objects.order_by("-at").first()


def prune(before: datetime) -> int:
    """The last one stays: that none lives is known by it."""
    newest = last()
    return Heartbeat.objects.filter(at__lt=before).exclude(id=newest.id if newest else 0).delete()[0]
