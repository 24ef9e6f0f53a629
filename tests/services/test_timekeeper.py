"""By a clock that others contradict, or that nobody vouches for, nothing leaves and nothing is missed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from bot import clock
from bot.channel_kit import dates
from bot.channel_kit.base import Channel
from bot.channel_kit.dates import ClockReading
from bot.clock import ManualClock
from bot.services.delivery import timekeeper
from bot.services.delivery.engine import LEASE, Engine
from bot.services.delivery.timekeeper import ClockState, judge
from bot.store.clocks import WrongClock
from bot.store.heads import DayHead
from bot.store.models import AuditEntry, Delivery
from tests.bench import stock
from tests.office import TOKYO, Office

HOUR = timedelta(hours=1)
PATIENCE = 20
WALL, ELAPSED = 1_800_000_000.0, 5_000.0


class Machine:
    """The clock of a machine that stands `ahead` of the right time, and has `slept` so many seconds more than this one has."""

    may_be_wrong = True

    def __init__(self, ahead: timedelta = timedelta(0)) -> None:
        self.ahead, self.slept = ahead, 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def elapsed(self) -> float:
        return clock.elapsed() + self.slept


@pytest.fixture
def machine(office: Office) -> Iterator[Machine]:
    """Of the office's publishers, from here on; the sandbox has the right time."""
    made = Machine()
    office.schedules()
    office.sandbox.reset()
    object.__setattr__(office.ctx, "clock", made)
    yield made
    connections.close_all()


def planned(office: Office, after: timedelta) -> Delivery:
    stock.fill(office.ctx, [datetime.now(UTC) + after], stock.accounts(1), ["見本@1"])
    return Delivery.objects.get()


def told(verb: str) -> list[str]:
    return list(AuditEntry.objects.filter(verb=verb).values_list("detail", flat=True))


@pytest.mark.parametrize("ahead", [timedelta(seconds=90), timedelta(days=30)])
def test_a_clock_that_is_fast_at_the_start_sends_nothing_early_and_misses_nothing(
    office: Office, machine: Machine, ahead: timedelta
) -> None:
    machine.ahead = ahead
    post = planned(office, timedelta(seconds=36))
    runner = office.runner()
    runner.sweep()
    runner.beat()
    post.refresh_from_db()
    assert (post.state, post.fence) == ("scheduled", 0)
    assert office.sandbox.posts() == []
    (problem,) = told(timekeeper.WRONG)
    assert ("約90秒進んで" if ahead < HOUR else "約30日進んで") in problem


@pytest.mark.parametrize("ahead", [timedelta(seconds=20), HOUR, -timedelta(seconds=20), -HOUR])
def test_a_clock_that_is_set_is_noticed_without_asking_anybody_and_goes_on_when_it_is_right(
    office: Office, machine: Machine, ahead: timedelta
) -> None:
    runner = office.runner()
    runner.beat()
    post = planned(office, timedelta(0))
    machine.ahead = ahead
    runner.beat()
    post.refresh_from_db()
    assert (post.state, post.fence, office.sandbox.posts()) == ("scheduled", 0, [])
    machine.ahead = timedelta(seconds=3)
    runner.beat()
    post.refresh_from_db()
    assert post.state == "published"


def test_it_is_told_once_and_shown_for_as_long_as_it_lasts(
    office: Office, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timekeeper, "_OFTEN", 0.0)
    machine.ahead = -HOUR
    runner = office.runner()
    for _ in range(3):
        runner.look_at_clock()
    assert len(told(timekeeper.WRONG)) == 1
    (shown,) = timekeeper.wrong(datetime.now(UTC))  # by the right clock
    assert timekeeper.wrong(machine.now()) == [shown]  # by the same wrong one
    assert timekeeper.wrong(datetime.now(UTC) + timedelta(minutes=5)) == []  # it was not seen since
    assert shown.ahead is not None
    assert -3700 < shown.ahead < -3500
    machine.ahead = timedelta(0)
    runner.look_at_clock()
    assert not WrongClock.objects.exists()
    assert len(told(timekeeper.RIGHT)) == 1
    monkeypatch.setattr(timekeeper, "_SELDOM", 0.0)
    runner.look_at_clock()
    assert len(told(timekeeper.RIGHT)) == 1


def test_others_are_asked_seldom_while_they_agree(office: Office, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    heard, hear = list[str](), dates.hear
    monkeypatch.setattr(dates, "hear", lambda url, *more: (heard.append(url), hear(url, *more)))
    runner = office.runner()
    for _ in range(3):
        runner.look_at_clock()
    assert len(heard) == 1  # all channels of the sandbox have one address


def test_nothing_expires_by_a_clock_that_is_wrong(office: Office, machine: Machine) -> None:
    tomorrow = datetime.now(TOKYO) + timedelta(days=1)
    handed_in = office.submit(office.post(extra=f"expires: {tomorrow:%Y-%m-%d %H:%M}"))
    machine.ahead = timedelta(days=2)
    runner = office.runner()
    runner.sweep()
    handed_in.refresh_from_db()
    assert handed_in.state == "submitted"
    assert not DayHead.objects.exists()
    object.__setattr__(office.ctx, "clock", ManualClock(machine.now()))  # now it is right
    office.runner().sweep()
    handed_in.refresh_from_db()
    assert handed_in.state == "expired"
    assert DayHead.objects.exists()


def test_where_nobody_answers_nothing_leaves_and_it_is_told_after_a_minute(
    office: Office, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dates, "_SAID", {})
    monkeypatch.setattr(timekeeper, "_OFTEN", 0.0)
    runner = office.runner()
    with monkeypatch.context() as patch:
        patch.setattr(dates, "_moment", lambda date: None)  # its answers have no Date that could be read
        post = planned(office, -timedelta(seconds=1))
        runner.beat()
        post.refresh_from_db()
        assert (post.state, post.fence) == ("scheduled", 0)
        assert told(timekeeper.WRONG) == []
        patch.setattr(timekeeper, "_PATIENCE", 0.0)
        runner.look_at_clock()
    (problem,) = told(timekeeper.WRONG)
    assert "確かめられません" in problem
    runner.look_at_clock()
    runner.beat()
    post.refresh_from_db()
    assert post.state == "published"


def test_what_was_ready_is_given_back_when_the_clock_jumps(office: Office, machine: Machine) -> None:
    post = planned(office, timedelta(seconds=2.5))
    runner = office.runner()
    runner.beat()
    post.refresh_from_db()
    assert post.state == "publishing"
    machine.ahead = timedelta(days=2)
    runner.beat()
    post.refresh_from_db()
    assert (post.state, post.lease_owner, office.sandbox.posts()) == ("scheduled", "", [])


def test_a_machine_that_stood_still_since_the_intent_lets_it_be_though_its_clock_was_set_back(
    office: Office, machine: Machine
) -> None:
    planned(office, timedelta(0))
    runner, calls = office.runner(), list[str]()

    def channel(key: str) -> Channel:
        calls.append(threading.current_thread().name)
        if calls[-1].startswith("send"):  # between the intent and its request
            machine.slept += LEASE.total_seconds() / 2 + 1
            machine.ahead -= HOUR
        return runner.channel(key)

    engine = Engine(office.ctx, channel, "me")
    engine.pump()
    engine.close()
    assert any(name.startswith("send") for name in calls)
    assert office.sandbox.posts() == []
    assert office.states() == {"facebook": "scheduled"}


def test_a_clock_that_is_set_ahead_since_the_intent_moves_no_request(office: Office, machine: Machine) -> None:
    """It waits by the time that passes."""
    post = planned(office, timedelta(seconds=1.5))
    runner = office.runner()

    def channel(key: str) -> Channel:
        if threading.current_thread().name.startswith("send"):
            machine.ahead = timedelta(seconds=4)
        return runner.channel(key)

    engine = Engine(office.ctx, channel, "me")
    until = clock.elapsed() + PATIENCE
    while not office.sandbox.posts() and clock.elapsed() < until:
        engine.pump(0.2)
    engine.close()
    (seen,) = office.sandbox.posts()
    assert datetime.fromisoformat(seen["created_at"]) >= post.run_at


def says(ahead: float, *, doubt: float = 0.5, same: bool = False, age: float = 0.0) -> ClockReading:
    """Another clock by which ours is so many seconds ahead."""
    middle = WALL - ELAPSED - ahead
    return ClockReading(name=f"{ahead}", low=middle - doubt, high=middle + doubt, at=ELAPSED - age, same=same)


@pytest.mark.parametrize(
    ("readings", "verdict"),
    [
        ([], ClockState.UNKNOWN),
        ([says(0)], ClockState.RIGHT),
        ([says(5.4)], ClockState.RIGHT),
        ([says(5.6)], ClockState.WRONG),
        ([says(-5.6)], ClockState.WRONG),
        ([says(7, doubt=2.1)], ClockState.RIGHT),  # its answer was long on the way
        ([says(6.5, age=20_000)], ClockState.RIGHT),  # and this machine's own count may have drifted since
        ([says(90), says(0)], ClockState.WRONG),
        ([says(90), says(0), says(0)], ClockState.RIGHT),
        ([says(90), says(90), says(0), says(0), says(0)], ClockState.WRONG),
        ([says(0, same=True)], ClockState.UNKNOWN),  # of this very machine: of course it agrees
        ([says(0, same=True), says(90)], ClockState.WRONG),
        ([says(90, same=True)], ClockState.WRONG),
    ],
)
def test_who_is_believed(readings: list[ClockReading], verdict: ClockState) -> None:
    assert judge(readings, WALL, ELAPSED).verdict is verdict


def test_without_anybody_to_send_to_nobody_is_asked() -> None:
    assert judge([], WALL, ELAPSED, alone=True).verdict is ClockState.RIGHT
    assert judge([says(90)], WALL, ELAPSED, alone=True).verdict is ClockState.WRONG


def test_an_answer_that_says_nothing_of_now_does_not_replace_one_that_did(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "_SAID", {})
    head, later = {"Date": "Sun, 29 Nov 2026 09:00:00 GMT"}, "Sun, 29 Nov 2026 09:09:00 GMT"
    dates.hear("https://api.example/1", head, 1.0, 2.0)
    dates.hear("https://api.example/1", {"Date": later, "Age": "30"}, 3.0, 4.0)  # a cache had it
    dates.hear("https://api.example/1", {"Date": later}, 3.0, 13.0)  # too long on its way
    for none in ({}, {"Date": "soon"}, {"Date": later.replace("GMT", "-0000")}):
        dates.hear("https://api.example/1", none, 3.0, 4.0)
    heard = dates.said("https://api.example/2")
    assert heard is not None
    assert heard.date == datetime(2026, 11, 29, 9, tzinfo=UTC).timestamp()
