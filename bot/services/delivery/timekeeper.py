"""Whether this machine's clock is right, by the clocks of others: PostgreSQL's, and the Date of platforms' answers (ADR 24).

Each of them is remembered as what it says of the moment at which this machine was started. So whoever sets this clock later is
found out at once, without asking anybody again.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from statistics import median
from urllib.parse import urlsplit

from django.db import DatabaseError, connection, transaction

from bot import registry
from bot.channel_kit import dates
from bot.channel_kit.dates import ClockReading
from bot.channel_kit.http import OnceSession
from bot.language import say
from bot.services.delivery.calls import Connect
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.clocks import WrongClock

WRONG, RIGHT = "clock_wrong", "clock_right"  # in the audit log
_OFTEN, _SELDOM = 5.0, 300.0  # seconds until the others are asked again: while the clock is not trusted, and while it is
_PATIENCE = 60.0  # seconds in which nobody answers, before people are told
_GOOD_FOR = 6 * 3600.0  # seconds for which one answer counts
_ASKING = 3.0  # seconds for one answer
_FRESH = timedelta(seconds=60)  # a row that was not seen for longer is of a process that died
# One that is reached by a socket or under this machine's own address has this machine's clock.
_DATABASE = "SELECT extract(epoch FROM clock_timestamp()), inet_server_addr() IS NOT DISTINCT FROM inet_client_addr()"
log = logging.getLogger(__name__)


class ClockState(Enum):
    RIGHT = "right"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Opinion:
    """What the others say: `ahead` seconds where the clock is wrong, by these names."""

    verdict: ClockState
    ahead: float = 0.0
    names: tuple[str, ...] = ()


class Timekeeper:
    """One for each publisher. `trusts` is asked in each turn and costs nothing; `look` asks the others and tells people, on a
    thread that may wait."""

    def __init__(self, ctx: Context, connect: Connect) -> None:
        self.ctx, self._connect = ctx, connect
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._looking = threading.Lock()
        self._addresses: tuple[str, ...] = ()
        self._of_database: ClockReading | None = None
        self._asked: float | None = None
        self._since = ctx.clock.elapsed()  # the last time the clock was trusted, or the start
        self._told = ClockState.RIGHT

    def trusts(self) -> bool:
        """May anything leave, be missed or be given up by this clock? The first time, the others are asked."""
        if self._asked is None:
            self.look()
        return self.opinion().verdict is ClockState.RIGHT

    def now(self) -> datetime:
        """What is written down meanwhile: by the others' clocks where this one is wrong."""
        found, now = self.opinion(), self.ctx.clock.now()
        return now - timedelta(seconds=found.ahead)

    def look(self) -> None:
        """Ask where it is time to, and tell what has changed."""
        if not self.ctx.clock.may_be_wrong:
            self._asked = self.ctx.clock.elapsed()
            return
        with self._looking:
            if self._is_time():
                self._ask()
                try:
                    self._tell(self.opinion())
                except DatabaseError:
                    log.warning("what became of the clock is not written down", exc_info=True)  # the next look tells it

    def opinion(self) -> Opinion:
        if not self.ctx.clock.may_be_wrong:
            return Opinion(ClockState.RIGHT)
        return judge(self._readings(), self.ctx.clock.now().timestamp(), self.ctx.clock.elapsed(), alone=self._is_alone())

    def problem(self) -> str:
        """For people; "" where nothing is wrong."""
        found, machine = self.opinion(), socket.gethostname()
        if found.verdict is ClockState.WRONG:
            return say(
                "{machine} の時計が{much}います（{others} と比べて）。合うまで、何も配信しません。"
                "時刻合わせ（NTP）を直してください。合えば自動で続けます",
                machine=machine,
                much=_much(found.ahead),
                others="、".join(found.names),
            )
        if found.verdict is ClockState.UNKNOWN:
            return say(
                "{machine} の時計が合っているか確かめられません（どの配信先も答えません）。確かめられるまで、何も配信しません。"
                "ネットワークとプロキシの設定を確かめてください",
                machine=machine,
            )
        return ""

    def _is_alone(self) -> bool:
        """Nothing to send to, hence nobody to ask: then nothing leaves anyway."""
        return self._asked is not None and not self._addresses

    def _is_time(self) -> bool:
        verdict = self.opinion().verdict
        if self._asked is None or (verdict is not self._told and verdict is ClockState.RIGHT):
            return True
        every = _SELDOM if verdict is ClockState.RIGHT else _OFTEN
        return self.ctx.clock.elapsed() - self._asked >= every

    def _readings(self) -> list[ClockReading]:
        heard = (dates.reading(address) for address in self._addresses)
        found = [reading for reading in (self._of_database, *heard) if reading]
        now = self.ctx.clock.elapsed()
        return [reading for reading in found if now - reading.at <= _GOOD_FOR]

    def _ask(self) -> None:
        """Without any key: all that is wanted of the answer is its Date."""
        addresses = tuple(dict.fromkeys(self._known()))
        with OnceSession(_ASKING) as session:
            for address in addresses:
                try:
                    session.head(address)
                except MemoryError:  # of this machine, and told as such
                    raise
                except Exception as e:  # whatever a proxy or a resolver comes up with: nobody answered
                    log.info("%s was not asked for its time: %s", urlsplit(address).netloc, type(e).__name__)
        self._of_database = _by_database(self.ctx.clock.elapsed) or self._of_database
        self._addresses, self._asked = addresses, self.ctx.clock.elapsed()

    def _known(self) -> Iterator[str]:
        """Where the channels that can send have their platforms: their own options' `base_url`."""
        for spec in self.ctx.specs:
            if spec.sends and self._connects(spec.key):
                yield from registry.addresses(spec.key, self.ctx.config)

    def _connects(self, key: str) -> bool:
        try:
            self._connect(key)
        except Exception:  # whatever it lacks: who wants to send by it is told
            return False
        return True

    def _tell(self, found: Opinion) -> None:
        """Once for each change; that nobody answers, when it has lasted."""
        if found.verdict is ClockState.RIGHT:
            self._since = self.ctx.clock.elapsed()
            self._write(found.verdict, None, say("{machine} の時計が合いました。配信を続けます", machine=socket.gethostname()))
        elif found.verdict is ClockState.WRONG or self.ctx.clock.elapsed() - self._since >= _PATIENCE:
            self._write(found.verdict, found.ahead if found.verdict is ClockState.WRONG else None, self.problem())

    def _write(self, verdict: ClockState, ahead: float | None, words: str) -> None:
        now, rows = self.ctx.clock.now(), WrongClock.objects.filter(publisher=self.name)
        with transaction.atomic():
            if verdict is ClockState.RIGHT:
                rows.delete()
            elif not rows.update(ahead=ahead, seen_at=now, problem=words[:300]):
                WrongClock.objects.create(publisher=self.name, ahead=ahead, since=now, seen_at=now, problem=words[:300])
            if verdict is not self._told:
                # Not after the clock that sends the notice, which would keep it until then.
                at = min(now, self.now())
                audit.record(
                    at, audit.SYSTEM, RIGHT if verdict is ClockState.RIGHT else WRONG, f"clock:{self.name}", detail=words
                )
        if verdict is not self._told:
            log.log(logging.INFO if verdict is ClockState.RIGHT else logging.ERROR, "%s", words)
        self._told = verdict


def judge(readings: Sequence[ClockReading], now: float, elapsed: float, *, alone: bool = False) -> Opinion:
    """Wrong if two others say so, or one whom not two others contradict; unknown if none vouches for it. `now` in Unix seconds,
    `alone`: there is nobody to ask."""
    against = [reading for reading in readings if reading.contradicts(now, elapsed)]
    for_it = [reading for reading in readings if not reading.same and reading not in against]
    if len(against) >= 2 or (against and len(for_it) < 2):
        ahead = median(reading.ahead(now, elapsed) for reading in against)
        return Opinion(ClockState.WRONG, ahead, tuple(reading.name for reading in against))
    return Opinion(ClockState.RIGHT if for_it or alone else ClockState.UNKNOWN)


def wrong(now: datetime) -> list[WrongClock]:
    """The publishers that send nothing because of their clocks, by name, for pages and other watchers. Seen of late, by their
    own clock or by the right one: the asker's may be either."""
    return [row for row in WrongClock.objects.order_by("publisher") if _is_fresh(row, now)]


def _is_fresh(row: WrongClock, now: datetime) -> bool:
    right = row.seen_at - timedelta(seconds=row.ahead or 0.0)
    return abs(now - row.seen_at) <= _FRESH or abs(now - right) <= _FRESH


def _by_database(elapsed: Callable[[], float]) -> ClockReading | None:
    """None for SQLite, which has this machine's clock."""
    if connection.vendor != "postgresql":
        return None
    begun = elapsed()
    try:
        with connection.cursor() as cursor:
            cursor.execute(_DATABASE)
            moment, same = cursor.fetchone()
    except DatabaseError:
        log.info("the database was not asked for its time", exc_info=True)
        return None
    if (now := elapsed()) - begun > dates.LONGEST:
        return None
    return ClockReading(name=say("データベース"), low=float(moment) - now, high=float(moment) - begun, at=now, same=same)


def _much(ahead: float) -> str:
    """「約90秒進んで」."""
    seconds = abs(ahead)
    if seconds < 120:
        amount = say("約{count}秒", count=round(seconds))
    elif seconds < 2 * 3600:
        amount = say("約{count}分", count=round(seconds / 60))
    elif seconds < 2 * 86400:
        amount = say("約{count}時間", count=round(seconds / 3600))
    else:
        amount = say("約{count}日", count=round(seconds / 86400))
    return say("{amount}進んで", amount=amount) if ahead > 0 else say("{amount}遅れて", amount=amount)
