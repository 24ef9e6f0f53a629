"""APScheduler, waking by time that has passed, whatever the clock is set to meanwhile (ADR 24).

By itself it compares the next run, a moment of the wall clock, with the wall clock: set back by an hour it sleeps for that
hour, and set ahead by thirty days it first lists each of 2.6 million seconds that it believes to have missed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

LONGEST = 1.0  # seconds between two looks at the clock, by a wait that no clock can prolong


class Every(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Again so many seconds after the last time. What was missed meanwhile is one run, not many."""

    def __init__(self, seconds: float) -> None:
        self.interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        return now + self.interval


class Waker(BackgroundScheduler):  # type: ignore[misc]
    """A scheduler in the background whose jobs come by `Every`, at a date, or at a time of day."""

    def _process_jobs(self) -> float:
        """Called by the scheduler's loop, which then waits for so many seconds at most."""
        self._bring_forward()
        wait: float | None = super()._process_jobs()
        return LONGEST if wait is None else min(wait, LONGEST)

    def _bring_forward(self) -> None:
        """What comes later than it can, by this clock: the clock has been set back since it was planned."""
        now = datetime.now(UTC)
        for job in self.get_jobs():
            # A date is meant by the clock, whatever it says; it comes when the clock does.
            at: Any = job.next_run_time
            if at is not None and (soonest := job.trigger.get_next_fire_time(None, now)) is not None and at > soonest:
                job.modify(next_run_time=soonest)
