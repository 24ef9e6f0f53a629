"""The scheduler goes on when the clock is set, in a real process, and does not make up for the time that never was."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config import ROOT
from tests.wrong_clock import WrongClock, needs_faketime

pytestmark = needs_faketime
# A line for each run: what the process has used until then, in MB, and seconds of its processor.
PROGRAM = """
import os, resource, time
from datetime import UTC, datetime, timedelta
from bot.services.records.waker import Every, Waker

def say(words):
    os.write(1, f"{words}\\n".encode())  # whole lines, from whichever thread

def beat():
    say(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} {time.process_time()}")

waker = Waker(timezone=UTC)
{jobs}
waker.start()
time.sleep(1)  # it has begun to wait
say("waiting")
while True:
    time.sleep(1)
"""
OFTEN = """
waker.add_job(beat, Every(0.5), misfire_grace_time=None, coalesce=True)
waker.add_job(say, "cron", args=["night"], hour=3, misfire_grace_time=None, coalesce=True)
"""
IN_AN_HOUR = """
waker.add_job(beat, "date", run_date=datetime.now(UTC) + timedelta(hours=1), misfire_grace_time=None)
"""
DAY = 86400
SECONDS = 10


class Beating:
    def __init__(self, folder: Path, jobs: str) -> None:
        self.clock = WrongClock(folder / "ahead", os.environ)
        command = [sys.executable, "-c", PROGRAM.replace("{jobs}", jobs)]
        self._process = subprocess.Popen(command, env=self.clock.env, cwd=ROOT, stdout=subprocess.PIPE, text=True, bufsize=1)

    def line(self) -> str:
        """The next one, which comes within a few seconds, by a wait that no clock can prolong."""
        assert self._process.stdout
        ready, _, _ = select.select([self._process.stdout], [], [], SECONDS)
        assert ready, "it stands still"
        return self._process.stdout.readline().strip()

    def next(self) -> tuple[int, float]:
        """Of the next beat."""
        while (line := self.line()) in ("night", "waiting"):
            pass
        used, cpu = line.split()
        return int(used), float(cpu)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


@pytest.fixture
def beating(tmp_path: Path) -> Iterator[Beating]:
    made = Beating(tmp_path, OFTEN)
    yield made
    made.end()


@pytest.mark.parametrize("back", [3600, 9 * 3600])
def test_a_clock_that_is_set_back_puts_nobody_to_sleep(beating: Beating, back: int) -> None:
    beating.next()
    beating.clock.ahead(-back)
    for _ in range(4):
        beating.next()


def test_a_clock_that_is_set_ahead_is_not_made_up_for(beating: Beating) -> None:
    for _ in range(3):
        before, cpu = beating.next()
    beating.clock.ahead(30 * DAY)
    for _ in range(4):
        after, used = beating.next()
    assert after - before < 20
    assert used - cpu < 1.5


def test_what_is_planned_for_a_moment_comes_when_the_clock_is_set_to_it(tmp_path: Path) -> None:
    """Though nothing else wakes the scheduler in between."""
    waiting = Beating(tmp_path, IN_AN_HOUR)
    try:
        assert waiting.line() == "waiting"
        waiting.clock.ahead(3600)
        waiting.next()
    finally:
        waiting.end()
