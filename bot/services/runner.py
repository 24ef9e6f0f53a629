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
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.executors.pool import BasePoolExecutor
from django.db import connections as databases

from bot import registry, systemd
from bot.channel_kit.base import Channel
from bot.language import say
from bot.services.approval import review
from bot.services.delivery import (
    connections,
    disasters,
    heartbeats,
    removal,
    stale,
    takedowns,
    telegrams,
    uploads,
    vanished,
    workers,
)
from bot.services.delivery.engine import LEASE, Engine
from bot.services.delivery.heartbeats import Heart
from bot.services.handing_in import push, sync, yearly
from bot.services.paper import proof_build
from bot.services.records import days, pruning, stamps, steps
from bot.services.records.context import Context
from bot.services.records.waker import Every, Waker
from bot.services.telling import alarms, heads, watch
from bot.services.telling.faults import Faults
from bot.store import queries, session

SLICE = 1.0  # seconds of sending after which dead workers, missed times and doubtful outcomes get their turn
FAREWELL = 70.0  # seconds that a stop waits for what is in flight: longer than any commit may last
SYNC_EVERY = 5.0  # seconds between two looks whether a sync is wanted; also the least time between two of them
ACCOUNTS_EVERY = 60.0  # seconds between two looks whether an account is to be asked, which is once a day
LISTEN_EVERY = 5.0  # seconds between two looks whether the agency's feeds are to be asked, which is once a minute
REMOVE_EVERY = 2.0  # seconds between two looks for posts that are to be taken down
log = logging.getLogger(__name__)
_JOB = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
_BEHIND = {"max_instances": 2}  # a beat may be planned or due while another is still at work
_SENDING = say("配信")
# A thread each, with a database connection that stays open.
_THREADS = ("beat", "sweep", "sync", "removal", "accounts", "clock", "disaster")


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
        self._heart = Heart(ctx, self.owner)
        self._channels: dict[str, Channel] = {}
        self._connecting, self._beating = threading.Lock(), threading.Lock()
        self._swept, self._faults = 0, Faults(ctx)
        self._following = self._leaving = False  # of the beat's thread
        self._fits = True
        self._watches = (watch.of_rules(), watch.of_shared_files())
        days.trusted(ctx)  # a key that cannot be read shows at the start
        self._authority = stamps.Authority(ctx)
        self._threads = {name: ThreadPoolExecutor(1, thread_name_prefix=name) for name in _THREADS}
        executors = {name: _Thread(pool) for name, pool in self._threads.items()}
        self._scheduler = Waker(timezone=UTC, executors=executors)
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
        """Waits for nothing that is in flight, and for no platform."""
        for thread in self._threads.values():  # where there is no memory for them, this shows now
            thread.submit(lambda: None).result()
        self._scheduler.add_job(self._tick, Every(1), id="beat", executor="beat", **_JOB | _BEHIND)
        self._scheduler.add_job(self.sweep, Every(30), id="sweep", executor="sweep", **_JOB)
        self._scheduler.add_job(self._look_at_clock, Every(1), id="clock", executor="clock", **_JOB)
        night = {"hour": 3, "minute": 30, "timezone": self.ctx.config.timezone}  # when nothing goes out
        self._scheduler.add_job(self._prune, "cron", id="prune", executor="sweep", **_JOB | night)
        self._scheduler.add_job(self._remove, Every(REMOVE_EVERY), id="removal", executor="removal", **_JOB)
        self._scheduler.add_job(self._ask, Every(ACCOUNTS_EVERY), id="accounts", executor="accounts", **_JOB)
        if self.ctx.config.jma_base_url:
            self._scheduler.add_job(self._listen, Every(LISTEN_EVERY), id="disaster", executor="disaster", **_JOB)
        if self.ctx.config.content_repository:
            self._scheduler.add_job(self.sync, Every(SYNC_EVERY), id="sync", executor="sync", **_JOB)
        gc.collect()
        gc.freeze()  # what was imported stays until the end: the collector need not walk through it in the middle of sending
        self._scheduler.start()
        self.wake()
        if self._worker:
            self._worker.start()

    def stop(self) -> None:
        """Begin nothing new, give what is in flight its time, then end. What has not come back by then is looked up by whoever
        comes next."""
        self.engine.stop()
        if self._worker:
            self._worker.stop()
        if self._scheduler.running:
            self._scheduler.pause()
        self._threads["beat"].submit(self._faults.do, _SENDING, self._take_leave).result()
        for thread in self._threads.values():
            thread.submit(databases.close_all).result()
            thread.shutdown()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        self.engine.close(0.0)

    def wake(self) -> None:
        """A turn as soon as the beat's thread is free; do not wait for it."""
        self._threads["beat"].submit(self._tick)

    def beat(self) -> None:
        """By hand: whatever is due now, and what time alone brings about, to its end; no longer than an attempt may take."""
        end = time.monotonic() + LEASE.total_seconds()
        while self.tick() and time.monotonic() < end:
            pass

    def tick(self) -> bool:
        """One wake-up, which lasts no longer than a slice, whatever is in flight: is there more to do at once? Each part has
        its turn, also after another failed. Sending comes first, so that a post is on time; what is stopped, late, or a dead
        worker's is not claimed anyway."""
        return self._work(lambda: self.engine.pump(SLICE), lambda: self.engine.tidy() > 0, lambda: self.engine.look() > 0)

    def send(self) -> bool:
        """What is due now and no more, to be on time; the rest is left to the next beat."""
        return self._work(lambda: self.engine.pump(SLICE))

    @property
    def alive(self) -> bool:
        """Does it wake up at all, on a database that it knows?"""
        waking = self._scheduler._thread
        return waking is not None and waking.is_alive() and self._fits

    def _tick(self) -> None:
        """On the beat's thread. What is in flight is waited for by another one behind it, so that whatever else was asked of
        this thread has its turn in between."""
        if not self._following:  # else the one behind does it
            self._faults.do(_SENDING, lambda: self._follow(self.tick()))

    def _send(self) -> None:
        if self._following:
            self._faults.do(_SENDING, lambda: self._work(lambda: self.engine.pump(0)))
        else:
            self._faults.do(_SENDING, lambda: self._follow(self.send()))

    def _follow(self, more: bool) -> None:
        if more and not self._following and not self._leaving:
            self._following = True
            self._threads["beat"].submit(self._follow_up)

    def _follow_up(self) -> None:
        self._following = False
        self._tick()

    def _take_leave(self) -> None:
        self._leaving = True
        try:
            self.engine.pump(FAREWELL)
        finally:
            self.engine.release()
            self._heart.end()

    def _work(self, *parts: Callable[[], bool]) -> bool:
        with self._beating:
            session.begin()
            begin = self.ctx.clock.now()
            more, failed = False, list[Exception]()
            for part in parts:
                try:
                    more = part() or more
                except Exception as e:
                    failed.append(e)
            self._wake_at_next_moment(begin)
            self._show_life(failed)
        for other in failed[1:]:
            log.error("a part of the beat failed", exc_info=other)
        if failed:
            raise failed[0]
        return more

    def _show_life(self, failed: list[Exception]) -> None:
        """A turn that hangs shows nowhere else: this is said at its end. One that fails is alive to the service manager, whose
        restart would mend nothing, and silent to people."""
        if not self._scheduler.running:
            return  # by hand
        systemd.tell(systemd.ALIVE)
        if not failed:
            try:
                self._heart.beat()
            except Exception as e:
                failed.append(e)

    def sweep(self) -> None:
        """Void what has changed, expire what came too late: a stretch of the open submissions at a time. Each part has its
        turn, also after another failed."""
        for part, work in (
            (say("データベースの形"), self._look_at_shape),
            (say("設定ファイルの見回り"), self._watch),
            (say("配信先への接続"), self._connect),
            (say("原稿の見回り"), self._sweep),
            *(self._by_the_clock() if self.engine.timekeeper.trusts() else ()),
        ):
            session.begin()
            self._faults.do(part, work)

    def _by_the_clock(self) -> tuple[tuple[str, Callable[[], object]], ...]:
        """Nothing expires and no day is closed by a clock that may be wrong (ADR 24)."""
        return (
            (say("期限の見回り"), lambda: review.expire(self.ctx)),
            (say("署名の催促"), lambda: takedowns.tell_unsigned(self.ctx)),
            (say("紙面の組み上げ"), lambda: proof_build.build_proofs(self.ctx)),
            (say("毎年の原稿の下書き"), lambda: yearly.make_drafts(self.ctx)),
            (say("操作の記録の署名"), lambda: days.close(self.ctx)),
        )

    def _look_at_shape(self) -> None:
        """Somebody may have brought the database into another version's shape meanwhile (ADR 28)."""
        self._fits = steps.fit()
        if not self._fits:
            log.error("the database has not the shape of this program any more; this publisher ends")

    def _watch(self) -> None:
        for each in self._watches:
            each.look(self.ctx)

    def _connect(self) -> None:
        """What an account lacks is told as soon as something is planned for it, not when that is due."""
        for key in queries.planned_channels():
            self._faults.do(say("{channel} への接続", channel=self.ctx.spec(key).label), partial(self.channel, key))

    def _sweep(self) -> None:
        self._swept = stale.sweep(self.ctx, after=self._swept)

    def prune(self) -> None:
        session.begin()
        if not self.engine.timekeeper.trusts():
            return
        pruning.prune(self.ctx)
        uploads.discard(self.ctx, self.channel)
        before = self.ctx.clock.now() - timedelta(days=self.ctx.config.keep_days)
        heartbeats.prune(before)
        alarms.prune(before)

    def _prune(self) -> None:
        self._faults.do(say("古い行の片付け"), self.prune)

    def look_at_clock(self) -> None:
        """On a thread of its own: it waits for others' answers."""
        session.begin()
        self.engine.timekeeper.look()

    def _look_at_clock(self) -> None:
        self._faults.do(say("時計の見比べ"), self.look_at_clock)

    def listen(self) -> int:
        """What the agency says; how many stops come of it? On a thread of its own: no post waits for the agency (ADR 32)."""
        session.begin()
        telegrams.look(self.ctx)
        # By no clock that may be wrong is it silent for long.
        return disasters.settle(self.ctx) if self.engine.timekeeper.trusts() else 0

    def listen_after(self, change: Callable[[], object]) -> None:
        """`change` what time it is, then listen: on the thread that listens, where no look is in between, which would find the
        agency silent for as long as the clock was moved."""
        self._threads["disaster"].submit(lambda: (change(), self.listen())).result()

    def _listen(self) -> None:
        self._faults.do(say("気象庁の電文"), self.listen)

    def _remove(self) -> None:
        self._faults.do(say("投稿の削除"), self.remove)

    def _ask(self) -> None:
        self._faults.do(say("口座の確かめ"), self.ask)
        self._faults.do(say("時刻の証明"), self.stamp)

    def stamp(self) -> int:
        """How many days of the audit log got a stamp of time?"""
        session.begin()
        return self._authority.look()

    def remove(self) -> int:
        """Take down what was decided to be taken down; how many steps? On a thread of its own: it waits for platforms."""
        session.begin()
        return removal.work(self.ctx, self.channel)

    def ask(self) -> int:
        """Whose the keys are, before a post waits for the answer, and whether what is out still stands; how many accounts were
        asked? On a thread of its own, too."""
        session.begin()
        asked = connections.look(self.ctx, self.channel, self.engine.proving)
        vanished.look(self.ctx, self.channel)
        return asked

    def sync(self) -> None:
        """Take what leaders committed, when it is time or somebody said so. What goes wrong waits for the next time."""
        session.begin()
        self._faults.do(say("原稿の取り込み"), self._take)

    def _take(self) -> bool:
        if not sync.wanted(self.ctx):
            return False
        try:
            sync.sync(self.ctx)
        except (sync.Rewritten, sync.Busy, push.Excess) as e:  # which have notices of their own, or need none
            log.warning("the content branch was not taken: %s", e.message)
        finally:
            self._faults.do(say("署名の送り出し"), lambda: heads.push(self.ctx))
        return True

    def _wake_at_next_moment(self, since: datetime) -> None:
        """So that a post is not up to a second late. `since` is before the last claim: what has become due after that, during
        what came then, is for now."""
        moments = (queries.next_moment(since), self.engine.next_moment())
        moment = min(filter(None, moments), default=None)
        if self._scheduler.running and moment is not None:
            again = _JOB | _BEHIND | {"id": "next", "replace_existing": True}
            self._scheduler.add_job(self._send, "date", run_date=moment, executor="beat", **again)
