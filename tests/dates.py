"""What depends on the day, on other days: a far year, 29 February, the New Year's holidays, the eve of a copy deadline.

`python -m tests.dates` runs them in processes that libfaketime tells another time: the demo twice on one state and three weeks
later, a visit to make serve now and then, and the tests of what is asked for by date. Exit 1 where one fails, or where the date
was not another one; see ADR 15.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from pathlib import Path
from time import monotonic
from time import time as wall_clock
from zoneinfo import ZoneInfo

from bot.config import ROOT
from bot.newsletter.deadlines import Deadlines
from bot.newsletter.profile import load
from bot.schedule import opening
from bot.schedule.rules import load as load_rules

VAR = ROOT / "build" / "dates"
FEW = ("tests/cli/test_newsletter_commands.py",)
MANY = (
    *FEW,
    "tests/cli/test_wished_times.py",
    "tests/issues",
    "tests/notices",
    "tests/services/test_last_look.py",
    "tests/services/test_publish.py",  # what a platform says of its own time is of the sandbox's clock
)
VISIT = ("-m", "tests.acceptance.visitor")
_LONGEST = 300  # seconds for one step
_STEPPED = 1.0  # seconds that a virtual machine's clock is set by when it wakes: a publisher rightly sends nothing then
_TRIES = 2
_SHOWN = 60  # lines of what a step wrote that did not end well
_ASK = """
import subprocess, sys, threading, time
from datetime import UTC, datetime, timedelta
at = datetime.fromisoformat("{moment}")
again = [sys.executable, "-c", "import time; print(time.time())"]
child = float(subprocess.run(again, capture_output=True, check=True).stdout)
for now in (datetime.now(UTC), datetime.fromtimestamp(time.time(), UTC), datetime.fromtimestamp(child, UTC)):
    assert timedelta(0) <= now - at < timedelta(minutes=10), now
for wait in (time.sleep, threading.Event().wait):
    start = time.monotonic()
    wait(0.2)
    assert 0.1 < time.monotonic() - start < 10, wait
"""
_NO_FAKETIME = "試験の一部に faketime が要ります（入れるまで、日付を変えた試験は飛ばします）"


def moments() -> dict[datetime, tuple[str, ...]]:
    """Each moment with the tests that are run at it."""
    return {
        datetime(2027, 2, 28, 18, tzinfo=UTC): FEW,  # 3 o'clock in the morning of 1 March in Japan
        datetime(2028, 2, 29, 3, tzinfo=UTC): MANY,
        datetime(2030, 12, 31, 1, tzinfo=UTC): MANY,
        datetime(2035, 1, 2, 1, tzinfo=UTC): FEW,  # closed for the New Year, as is the next day
        _eve_of_a_copy_deadline(date(2043, 7, 1)): FEW,
    }


def _eve_of_a_copy_deadline(after: date) -> datetime:
    """At night, when the demo's clock is about to pass it."""
    profile = load(ROOT / "schedules" / "newsletter.yml")
    day, _ = next(Deadlines(listed=profile.issues, monthly=profile.monthly, closed=_closed).since(after))
    return datetime.combine(day - timedelta(days=1), time(11), UTC)


def _closed(day: date) -> bool:
    return bool(opening.closed_reason(day, load_rules(ROOT / "schedules", ZoneInfo("Asia/Tokyo"))))


def main() -> int:
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if library is None:
        print(_NO_FAKETIME)
        return 1 if os.environ.get("DXBOT_REQUIRE_ALL") else 0
    shutil.rmtree(VAR, ignore_errors=True)
    failed = [log for moment, tests in moments().items() for log in _failed(library, moment, tests)]
    for log in failed:  # last of all, where a reader of a long output looks first
        print(f"{_end_of(log)}\nFAILED: {log.stem}", flush=True)
    return 1 if failed else 0


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", errors="replace").splitlines()[-_SHOWN:])


def _failed(library: Path, moment: datetime, tests: tuple[str, ...]) -> list[Path]:
    """What was written by the steps that did not end well."""
    state = VAR / f"{moment:%Y-%m-%d}"
    demo = ("-m", "bot", "demo", "-o", str(state / "out"))
    # A test of its own: were the date not another one, or did waiting no longer end, the others would prove nothing.
    steps = {
        "date": (moment, ("-c", _ASK.format(moment=moment))),
        "demo": (moment, demo),
        "demo again": (moment, demo),
        "demo later": (moment + timedelta(days=21), demo),
        **({"visit": (moment, VISIT), "visit later": (moment + timedelta(days=21), VISIT)} if tests is MANY else {}),
        "tests": (moment, ("-m", "pytest", "-p", "no:cacheprovider", *tests)),
    }
    logs = {name: state.parent / f"{state.name}-{name}.log" for name in steps}
    return [logs[name] for name, (at, do) in steps.items() if not _runs(library, logs[name], at, state, do)]


def _runs(library: Path, output: Path, moment: datetime, state: Path, arguments: tuple[str, ...]) -> bool:
    """Did it end well?"""
    env = {k: v for k, v in os.environ.items() if not k.startswith("DXBOT_") or k == "DXBOT_REQUIRE_ALL"}
    env |= {"TZ": "UTC", "DXBOT_VAR_DIR": str(state / "var"), "PYTHONPATH": str(ROOT / "tests" / "faked")}
    output.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(_TRIES):
        start, wall = monotonic(), _set()
        good = _ends_well(library, output, moment, env, arguments)
        taken = f"({monotonic() - start:.0f} s)"
        if good or abs(_set() - wall) < _STEPPED:
            break
        print(f"{output.stem}: this machine's own clock was set meanwhile {taken}", flush=True)
    print(f"{output.stem} {'' if good else 'FAILED '}{taken}", flush=True)
    return good


def _ends_well(library: Path, output: Path, moment: datetime, env: dict[str, str], arguments: tuple[str, ...]) -> bool:
    # An offset and no date: the processes that it starts go on from the same clock. The monotonic clock stays: Python waits for
    # locks and events by it, in calls that libfaketime does not know, and would wait for ever.
    offset = ceil((moment - datetime.now(UTC)).total_seconds())
    faked = {"LD_PRELOAD": str(library), "FAKETIME": f"{offset:+d}", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    with output.open("wb") as file, suppress(subprocess.TimeoutExpired):
        command = [sys.executable, *arguments]
        done = subprocess.run(command, env=env | faked, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, timeout=_LONGEST)
        return done.returncode == 0
    return False


def _set() -> float:
    """What this machine's wall clock is set to: it changes only where somebody sets it."""
    return wall_clock() - monotonic()


if __name__ == "__main__":
    sys.exit(main())
