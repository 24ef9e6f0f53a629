"""Time: aware datetimes only. The demo's story and the tests move a ManualClock, a practice has a PracticeClock; everything
else uses the system's.

What the clock on the wall says may be changed at any moment, by a person or a time server. So `elapsed`, which nobody can
set, is asked how much time has passed (ADR 24).
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

# Goes on while the machine is suspended, which CLOCK_MONOTONIC does not; only Linux has it.
_BOOT = getattr(time, "CLOCK_BOOTTIME", None)


class Clock(Protocol):
    @property
    def may_be_wrong(self) -> bool:
        """Somebody may set it, so it is held against the clocks of others before anything leaves."""
        ...

    def now(self) -> datetime:
        """The current instant, timezone-aware, in UTC."""
        ...

    def elapsed(self) -> float:
        """Seconds since some moment that is the same for the whole process, whatever `now` is set to meanwhile."""
        ...


class SystemClock:
    may_be_wrong = True

    def now(self) -> datetime:
        return datetime.now(UTC)

    def elapsed(self) -> float:
        return elapsed()


class ManualClock:
    """Stands still until it is moved; never moves backwards."""

    may_be_wrong = False

    def __init__(self, start: datetime) -> None:
        self._now = aware(start)

    def now(self) -> datetime:
        return self._now

    def elapsed(self) -> float:
        return self._now.timestamp()

    def advance_to(self, moment: datetime) -> None:
        self._now = max(self._now, aware(moment))


class PracticeClock:
    """Goes on as the system's does, ahead of it by as much as somebody has moved it; never moves backwards. Nobody but a
    practice has one: what is ahead of everybody else's clock must reach nobody else's platform."""

    may_be_wrong = False  # by intention

    def __init__(self, at_least: datetime) -> None:
        self._ahead = timedelta(0)
        self.advance_to(at_least)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def elapsed(self) -> float:
        return elapsed() + self._ahead.total_seconds()

    def advance_to(self, moment: datetime) -> None:
        self._ahead = max(self._ahead, aware(moment) - datetime.now(UTC))


def elapsed() -> float:
    """Seconds since this machine was started, those of a suspension included where the system counts them."""
    return time.monotonic() if _BOOT is None else time.clock_gettime(_BOOT)


def aware(moment: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a naive datetime, which has no instant."""
    if moment.tzinfo is None:
        raise ValueError("naive datetime")
    return moment.astimezone(UTC)
