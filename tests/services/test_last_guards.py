"""The last guard of each step of a delivery, seen from outside: its state, and what citizens see."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import inf, nan
from typing import Any

import pytest
from django.db import connection, connections

from bot.channel_kit.base import Channel, Outgoing, Prepared, Receipt
from bot.errors import OutcomeUnknown, RateLimited, Rejected
from bot.services.delivery.engine import Engine
from bot.store.models import Delivery, Submission
from tests.office import TUESDAY, Office

NOON = TUESDAY.replace(hour=12, minute=15)
PATIENCE = 20  # seconds
LONG = "最初の段落です（見本）。\n\n" + "".join(f"{n}番目の文で、職員がお話を聞いて入力します。" for n in range(30)) + "\n"


def test_a_surprise_after_the_request_left_is_unknown_and_nothing_is_sent_again(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (made,) = office.approved(channels="x")
    runner = office.runner()
    commit = runner.channel("x").commit

    def surprised(prepared: Prepared, now: datetime) -> Receipt:
        commit(prepared, now)
        raise KeyError("id")

    monkeypatch.setattr(runner.channel("x"), "commit", surprised)
    office.at(NOON)
    runner.beat()
    assert office.states() == {"x": "unknown"}
    assert Delivery.objects.get().lease_owner == ""  # nobody works on it
    assert f"delivery {made.id}" in caplog.text  # with the traceback, for whoever mends it
    office.at(NOON + timedelta(seconds=60))
    office.runner().beat()
    assert office.states() == {"x": "published"}
    assert len(office.sandbox.posts("x")) == 1


def test_an_unclear_answer_while_preparing_is_surely_no_post(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.approved(channels="x")
    runner = office.runner()

    def unclear(outgoing: Outgoing) -> Prepared:
        raise OutcomeUnknown("no answer")

    monkeypatch.setattr(runner.channel("x"), "prepare", unclear)
    office.at(NOON)
    runner.beat()
    assert office.states() == {"x": "scheduled"}
    assert Delivery.objects.get().lease_owner == ""
    office.publish_all()
    assert office.states() == {"x": "published"}
    assert len(office.sandbox.posts("x")) == 1


def test_what_the_platform_refused_is_not_tried_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.approved(channels="x")
    runner = office.runner()

    def refused(prepared: Prepared, now: datetime) -> Receipt:
        raise Rejected("no")

    monkeypatch.setattr(runner.channel("x"), "commit", refused)
    office.at(NOON)
    runner.beat()
    assert office.states() == {"x": "failed"}
    office.at(NOON + timedelta(minutes=10))
    office.runner().beat()
    assert office.sandbox.posts("x") == []


@pytest.mark.parametrize("asked", [1e9, 1e12, 1e300, inf, nan, -60.0])
def test_a_platform_that_asks_for_an_absurd_wait_loses_no_post(
    office: Office, monkeypatch: pytest.MonkeyPatch, asked: float
) -> None:
    """Its account waits for a second at least and for a day at most; the answers of the others are written all the same."""
    office.approved(channels="x, facebook")
    runner = office.runner()

    def busy(prepared: Prepared, now: datetime) -> Receipt:
        raise RateLimited("too many", retry_after=asked)

    monkeypatch.setattr(runner.channel("x"), "commit", busy)
    office.at(NOON)
    runner.beat()
    assert office.states() == {"x": "scheduled", "facebook": "published"}
    (delivery,) = [d for d in office.deliveries() if d.channel == "x"]
    assert delivery.attempts == 1
    assert timedelta(seconds=1) <= delivery.run_at - NOON <= timedelta(days=1)


def test_what_is_withdrawn_while_pictures_go_up_is_cancelled(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the very instant: the withdrawal is written, the row is not ours to cancel yet."""
    office.approved(channels="x")
    runner = office.runner()
    prepare = runner.channel("x").prepare

    def withdrawn(outgoing: Outgoing) -> Prepared:
        Submission.objects.update(state="withdrawn")
        connection.close()  # this thread's own
        return prepare(outgoing)

    monkeypatch.setattr(runner.channel("x"), "prepare", withdrawn)
    office.at(NOON)
    runner.beat()
    assert office.states() == {"x": "cancelled"}
    assert office.sandbox.posts("x") == []


def test_a_refused_post_is_off_for_good_and_so_is_the_rest_of_its_thread(office: Office) -> None:
    office.approved(channels="x", extra="slot: lunch\nx: {thread: true}", body=LONG)
    office.sandbox.fault("x", "403")
    for hours in (0, 0.1, 0.5, 0.9, 2, 24):
        office.at(NOON + timedelta(hours=hours))
        office.runner().beat()
    first, *later = office.deliveries()
    assert first.state == "failed"
    assert later
    assert {d.state for d in later} == {"cancelled"}
    assert office.sandbox.posts("x") == []


class _Clock:
    """A system's clock that a time server may put back."""

    may_be_wrong = False  # or it would be compared with the sandbox's

    def __init__(self, moment: datetime) -> None:
        self.moment, self.passed = moment, 0.0

    def elapsed(self) -> float:
        return self.passed

    def now(self) -> datetime:
        return self.moment


def test_a_clock_put_back_between_intent_and_request_keeps_nobody_waiting(office: Office) -> None:
    (planned,) = office.approved(channels="x")
    office.at(planned.run_at)
    clock = _Clock(planned.run_at)
    object.__setattr__(office.ctx, "clock", clock)
    runner, calls = office.runner(), list[str]()

    def channel(key: str) -> Channel:
        calls.append(key)
        if len(calls) == 2:  # the first is for the preparing, the second for the request itself
            clock.moment -= timedelta(seconds=60)
        return runner.channel(key)

    engine = Engine(office.ctx, channel, "me")
    pumping = threading.Thread(target=_alone, args=(engine.pump,), daemon=True)
    pumping.start()
    pumping.join(PATIENCE)
    assert not pumping.is_alive()
    engine.close()
    assert office.states() == {"x": "published"}


def _alone(step: Callable[[], object]) -> None:
    """In a thread, whose connection to the database ends with it."""
    step()
    connections.close_all()


@contextmanager
def _outrun(rival: Delivery) -> Iterator[list[str]]:
    """Once the Facebook post's answer is being written: between this worker's look at what is due and its claim, another one
    takes up `rival` on the same account. On PostgreSQL over a connection of its own; on SQLite, where only one can write,
    within the same transaction."""
    seen = list[str]()

    def take() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE store_delivery SET state = 'publishing' WHERE id = %s AND state = 'scheduled'", [rival.id])

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if "WITH free AS" in sql and Delivery.objects.filter(channel="facebook", state="published").exists():
            seen.append(sql)
            if connection.vendor == "postgresql":
                other = threading.Thread(target=_alone, args=(take,))
                other.start()
                other.join()
            else:
                take()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield seen


def test_a_lane_that_another_took_in_the_same_instant_costs_no_answer_and_no_post(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.approved("now", title="いま（見本）", channels="facebook", extra="publish: 2026-12-01 12:15")
    office.approved("soon", title="すぐ（見本）", channels="x", extra="publish: 2026-12-01 12:16")
    (rival,) = office.approved("later", title="あとで（見本）", channels="x", extra="publish: 2026-12-01 12:46")
    runner = office.runner()
    desk = runner.engine._desk
    gather = desk.gather

    def lasting(patience: float) -> list[Any]:
        """The answer comes when the next post is due, whose lane will be taken while that answer is written. Not a moment
        before: a turn in between would take that post up by itself."""
        back = gather(patience)
        if any(isinstance(getattr(step, "result", None), Receipt) for step in back):
            office.at(NOON + timedelta(minutes=1))
        return back

    monkeypatch.setattr(desk, "gather", lasting)
    office.at(NOON)
    with _outrun(rival) as seen:
        runner.engine.pump()
    assert len(seen) == 1
    assert [d.state for d in office.deliveries() if d.channel == "facebook"] == ["published"]
    Delivery.objects.filter(id=rival.id, state="publishing").update(state="scheduled")  # the other worker gives it back
    for minutes in (1, 2, 31, 32):
        office.at(NOON + timedelta(minutes=minutes))
        office.runner().beat()
    assert {d.state for d in office.deliveries()} == {"published"}
    assert [post["text"][:2] for post in office.sandbox.posts("x")] == ["すぐ", "あと"]
    assert len(office.sandbox.posts("facebook")) == 1
