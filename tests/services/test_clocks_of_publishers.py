"""Real publishers, one of whose clocks somebody sets: nothing early, nothing twice, nothing lost, and it is told."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, connections

from bot.config import ROOT
from bot.services.delivery import timekeeper
from bot.store.clocks import WrongClock as Told
from bot.store.models import AuditEntry, Delivery, Lane
from tests.bench import stock
from tests.office import Office
from tests.wrong_clock import WrongClock, needs_faketime

pytestmark = needs_faketime
POSTS = 24
HOUR = 3600
SECONDS = 40


class Publishers:
    """Started one by one, each with the clock that is given to it."""

    def __init__(self, office: Office, folder: Path) -> None:
        office.schedules()
        office.sandbox.reset()  # its clock too: from here on time is real
        self.office, self._folder, self._all = office, folder, list[subprocess.Popen[bytes]]()
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("DXBOT_")} | office.env
        self.env |= {"DXBOT_SECRET_KEY": "one-for-all"}  # as several machines on one database must have it
        self.env |= {"DATABASE_URL": os.environ.get("DATABASE_URL", f"sqlite:///{os.environ['DXBOT_VAR_DIR']}/dxbot.sqlite3")}

    def start(self, ahead: int = 0) -> tuple[subprocess.Popen[bytes], WrongClock]:
        name = f"publisher-{len(self._all)}"
        clock = WrongClock(self._folder / name, self.env | {"DXBOT_VAR_DIR": str(self._folder / f"{name}-var")}, ahead)
        command = [sys.executable, "-W", "ignore", "-m", "bot", "run"]
        with (self._folder / f"{name}.log").open("wb") as out:
            process = subprocess.Popen(command, env=clock.env, cwd=ROOT, stdout=out, stderr=out)
        self._all.append(process)
        return process, clock

    def plan(self, count: int, first: float, every: float = 0.5) -> list[Delivery]:
        """So many posts on two accounts, from so many seconds from now on."""
        begin = datetime.now(UTC) + timedelta(seconds=first)
        due = [begin + timedelta(seconds=n * every) for n in range(count)]
        stock.fill(self.office.ctx, due, stock.accounts(2), [f"post-{n}@{n}" for n in range(count)])
        Lane.objects.update(quota=None)
        return list(Delivery.objects.order_by("id"))

    def stop(self) -> None:
        for process in self._all:
            process.kill()
            process.wait()


@pytest.fixture
def publishers(office: Office, tmp_path: Path) -> Iterator[Publishers]:
    made = Publishers(office, tmp_path)
    yield made
    made.stop()
    connections.close_all()


def until(true: Callable[[], object], seconds: float = SECONDS) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, Counter(Delivery.objects.values_list("state", flat=True))
        time.sleep(0.1)


def told() -> bool:
    return AuditEntry.objects.filter(verb=timekeeper.WRONG).exists() and bool(timekeeper.wrong(datetime.now(UTC)))


def untold() -> bool:
    return AuditEntry.objects.filter(verb=timekeeper.RIGHT).exists() and not Told.objects.exists()


def all_out() -> bool:
    return not Delivery.objects.exclude(state="published").exists()


def require_each_once_and_none_early(office: Office, planned: list[Delivery]) -> None:
    seen = {post["text"]: datetime.fromisoformat(post["created_at"]) for post in office.sandbox.posts("facebook")}
    assert sorted(post["text"] for post in office.sandbox.posts("facebook")) == sorted(
        f"post-{n}@{n}" for n in range(len(planned))
    )
    for number, delivery in enumerate(planned):
        assert seen[f"post-{number}@{number}"] >= delivery.due_at


@pytest.mark.skipif(connection.vendor != "postgresql", reason="several publishers need PostgreSQL")
@pytest.mark.parametrize("ahead", [HOUR, -HOUR, 20, -20])
def test_of_two_publishers_the_one_whose_clock_is_set_holds_and_the_other_goes_on(publishers: Publishers, ahead: int) -> None:
    planned = publishers.plan(POSTS, first=12, every=0.3)
    other, _ = publishers.start()
    _, clock = publishers.start()
    until(lambda: Delivery.objects.filter(state="published").count() >= POSTS // 4)
    clock.ahead(ahead)
    until(told)
    until(all_out)
    require_each_once_and_none_early(publishers.office, planned)
    # The other one dies, and this one's clock is put right: it goes on by itself.
    other.kill()
    clock.ahead(0)
    until(untold)
    stock.fill(publishers.office.ctx, [datetime.now(UTC)], stock.accounts(1), ["later@0"])
    until(all_out)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="several publishers need PostgreSQL")
@pytest.mark.parametrize("ahead", [90, -90])
def test_of_two_publishers_one_that_starts_with_a_wrong_clock_sends_nothing(publishers: Publishers, ahead: int) -> None:
    planned = publishers.plan(POSTS, first=10, every=0.2)
    publishers.start(ahead)
    until(told)
    assert publishers.office.sandbox.posts() == []
    publishers.start()
    until(all_out)
    require_each_once_and_none_early(publishers.office, planned)
    assert not Delivery.objects.exclude(fence=2).exists()  # claimed once, accepted once: the wrong one had none of them


@pytest.mark.parametrize("ahead", [-9 * HOUR, HOUR])
def test_a_publisher_whose_clock_is_set_holds_and_tells_and_goes_on_when_it_is_right(
    publishers: Publishers, ahead: int
) -> None:
    planned = publishers.plan(8, first=8, every=0.8)
    _, clock = publishers.start()
    until(lambda: Delivery.objects.filter(state="published").count() >= 2)
    clock.ahead(ahead)
    until(told)
    time.sleep(1.5)  # what was on its way is over
    out = Delivery.objects.filter(state="published").count()
    until(lambda: datetime.now(UTC) > planned[-1].due_at + timedelta(seconds=1))
    assert Delivery.objects.filter(state="published").count() == out < 8
    clock.ahead(0)
    until(all_out)
    until(untold)
    require_each_once_and_none_early(publishers.office, planned)


def test_a_publisher_that_starts_half_an_hour_ahead_sends_nothing_of_that_half_hour(publishers: Publishers) -> None:
    publishers.plan(3, first=900)
    publishers.start(ahead=HOUR // 2)
    until(told)
    time.sleep(2)  # two beats and more
    assert publishers.office.sandbox.posts() == []
    assert set(Delivery.objects.values_list("state", "fence")) == {("scheduled", 0)}
