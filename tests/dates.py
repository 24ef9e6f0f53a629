"""What depends on the day, on other days: a far year, 29 February, the New Year's holidays, the eve of a copy deadline.

`python -m tests.dates` runs them in processes that libfaketime tells another time: the demo twice on one state, then the tests
of what is asked for by date. Exit 1 where one fails, or where the date was not another one; see ADR 15.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.config import ROOT
from bot.newsletter.deadlines import Deadlines
from bot.newsletter.profile import load
from bot.schedule import calendar
from bot.schedule.rules import load as load_rules

VAR = ROOT / "build" / "dates"
FEW = ("tests/cli/test_newsletter_commands.py",)
MANY = (*FEW, "tests/cli/test_wished_times.py", "tests/issues", "tests/notices", "tests/services/test_last_look.py")
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
    return bool(calendar.closed_reason(day, load_rules(ROOT / "schedules", ZoneInfo("Asia/Tokyo"))))


def main() -> int:
    if shutil.which("faketime") is None:
        print(_NO_FAKETIME)
        return 1 if os.environ.get("DXBOT_REQUIRE_ALL") else 0
    shutil.rmtree(VAR, ignore_errors=True)
    return 1 if [moment for moment, tests in moments().items() if not _holds(moment, tests)] else 0


def _holds(moment: datetime, tests: tuple[str, ...]) -> bool:
    state = VAR / f"{moment:%Y-%m-%d}"
    env = {k: v for k, v in os.environ.items() if not k.startswith("DXBOT_") or k == "DXBOT_REQUIRE_ALL"}
    env |= {"TZ": "UTC", "DXBOT_VAR_DIR": str(state / "var")}
    demo = ("-m", "bot", "demo", "-o", str(state / "out"))
    told = _python(moment, env, "-c", "import datetime; print(datetime.date.today())", quiet=True)
    done = [
        told.stdout.strip() == f"{moment:%Y-%m-%d}",
        *(_python(moment, env, *demo, quiet=True).returncode == 0 for _ in range(2)),
        _python(moment, env, "-m", "pytest", "-p", "no:cacheprovider", *tests).returncode == 0,
    ]
    print(f"{moment:%Y-%m-%d %H:%M} UTC: date, demo, demo again, tests: {done}", flush=True)
    return all(done)


def _python(moment: datetime, env: dict[str, str], *arguments: str, quiet: bool = False) -> subprocess.CompletedProcess[str]:
    command = ["faketime", f"{moment:%Y-%m-%d %H:%M:%S}", sys.executable, *arguments]
    done = subprocess.run(command, env=env, cwd=ROOT, text=True, encoding="utf-8", stdout=subprocess.PIPE if quiet else None)
    if quiet and done.returncode:
        print(done.stdout)
    return done


if __name__ == "__main__":
    sys.exit(main())
