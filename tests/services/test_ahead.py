"""Taken up and prepared before its time, sent at its time, and till then as free to be stopped as anything else on the plan."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections

from bot.channel_kit.base import Prepared, Receipt
from bot.clock import SystemClock
from bot.services.approval import withdrawing
from bot.services.delivery import pause, scheduling, stale
from bot.services.delivery.calls import LEAD, Begun, commit
from bot.services.runner import Runner
from bot.store.claimed import claimed
from bot.store.models import Delivery, Submission
from tests.office import Office

PATIENCE = 20
EARLY = timedelta(seconds=2)


@pytest.fixture
def planned(office: Office) -> Delivery:
    (made,) = office.approved(channels="x")
    return made


@pytest.fixture
def ahead(office: Office, planned: Delivery) -> Runner:
    """A publisher that has prepared the post, two seconds before its time."""
    office.at(planned.run_at - EARLY)
    runner = office.runner()
    runner.beat()
    planned.refresh_from_db()
    assert (planned.state, planned.intent_at) == ("publishing", None)
    assert office.sandbox.posts() == []
    return runner


def test_it_is_sent_at_its_time(office: Office, planned: Delivery, ahead: Runner) -> None:
    office.at(planned.run_at)
    ahead.send()
    assert office.states() == {"x": "published"}
    assert len(office.sandbox.posts("x")) == 1


def test_its_pictures_go_up_before_its_time(
    office: Office, planned: Delivery, ahead: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepare(outgoing: object) -> Prepared:
        raise AssertionError(outgoing)

    monkeypatch.setattr(ahead.channel("x"), "prepare", prepare)
    office.at(planned.run_at)
    ahead.send()
    (post,) = office.sandbox.posts("x")
    assert [m["alt"] for m in post["media"]] == ["赤い四角の見本"]


def cancel(office: Office, delivery: Delivery) -> None:
    scheduling.cancel(office.ctx, office.officer, delivery.id)


def stop(office: Office, delivery: Delivery) -> None:
    assert pause.pause(office.ctx, office.officer, "地震のため").held == 1


def stop_and_resume(office: Office, delivery: Delivery) -> None:
    stop(office, delivery)
    assert pause.resume(office.ctx, office.officer) == 1


def move(office: Office, delivery: Delivery) -> None:
    scheduling.reschedule(office.ctx, office.officer, delivery.id, delivery.run_at + timedelta(hours=3))


def withdraw(office: Office, delivery: Delivery) -> None:
    withdrawing.withdraw(office.ctx, office.author, delivery.submission_id)


def change_the_file(office: Office, delivery: Delivery) -> None:
    office.post(channels="x", body="承認のあとで変えた文（見本）。\n")


def change_the_file_and_look(office: Office, delivery: Delivery) -> None:
    change_the_file(office, delivery)
    stale.sweep(office.ctx)


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (cancel, "cancelled"),
        (stop, "held"),
        (stop_and_resume, "held"),
        (move, "scheduled"),
        (withdraw, "cancelled"),
        (change_the_file, "cancelled"),
        (change_the_file_and_look, "cancelled"),
    ],
)
def test_whatever_stops_it_before_its_time_wins(
    office: Office, planned: Delivery, ahead: Runner, step: Callable[[Office, Delivery], None], state: str
) -> None:
    step(office, planned)
    office.at(planned.run_at)
    for runner in (ahead, office.runner()):
        runner.beat()
    assert office.sandbox.posts() == []
    assert office.states() == {"x": state}


def test_what_is_ready_on_a_machine_that_slept_past_its_last_moment_is_missed(
    office: Office, planned: Delivery, ahead: Runner
) -> None:
    office.at(planned.last_at + timedelta(minutes=1))
    ahead.send()
    assert office.states() == {"x": "missed"}
    assert office.sandbox.posts("x") == []


def test_what_was_withdrawn_while_it_was_ready_can_be_approved_again_at_once(
    office: Office, planned: Delivery, ahead: Runner
) -> None:
    withdraw(office, planned)
    (again,) = office.approved(channels="x", title="書きなおした窓口（見本）")
    office.at(max(planned.run_at, again.run_at))
    for runner in (ahead, office.runner()):
        runner.beat()
    (post,) = office.sandbox.posts("x")
    assert "書きなおした" in post["text"]


def test_what_was_moved_while_it_was_ready_goes_out_once_at_its_new_time(
    office: Office, planned: Delivery, ahead: Runner
) -> None:
    move(office, planned)
    office.at(planned.run_at + timedelta(hours=3))
    for runner in (ahead, office.runner()):
        runner.beat()
    assert office.states() == {"x": "published"}
    assert len(office.sandbox.posts("x")) == 1


def test_a_publisher_that_ends_leaves_what_is_ready_to_the_next(office: Office, planned: Delivery, ahead: Runner) -> None:
    ahead.engine.release()
    assert office.states() == {"x": "scheduled"}
    office.at(planned.run_at)
    for runner in (ahead, office.runner()):
        runner.beat()
    assert len(office.sandbox.posts("x")) == 1


def test_the_publisher_wakes_a_moment_before_what_is_ready_is_due(office: Office, planned: Delivery) -> None:
    office.at(planned.run_at - EARLY)
    runner = office.runner()
    runner._scheduler.start(paused=True)
    runner.beat()
    job = runner._scheduler.get_job("next")
    runner._scheduler.shutdown()
    assert job is not None
    assert planned.run_at - LEAD <= job.next_run_time < planned.run_at


def test_no_request_leaves_before_its_time(office: Office, planned: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the real clock: the wake-up is early, and the thread waits for the time."""
    office.schedules()
    office.sandbox.reset()  # its clock too: the publisher compares them
    office.ctx = dataclasses.replace(office.ctx, clock=SystemClock())
    runner, left, sent = office.runner(), list[datetime](), threading.Event()
    commit = runner.channel("x").commit

    def watched(prepared: Prepared, now: datetime) -> Receipt:
        left.append(SystemClock().now())
        sent.set()
        return commit(prepared, now)

    monkeypatch.setattr(runner.channel("x"), "commit", watched)
    due = SystemClock().now() + timedelta(seconds=1.5)
    Delivery.objects.update(due_at=due, run_at=due, last_at=due + timedelta(hours=1))
    runner.start()
    assert sent.wait(PATIENCE)
    runner.stop()
    connections.close_all()
    (moment,) = left
    assert due <= moment
    planned.refresh_from_db()
    assert planned.intent_at is not None
    assert due - LEAD <= planned.intent_at


def test_what_is_read_from_the_database_knows_its_zone(office: Office, planned: Delivery, ahead: Runner) -> None:
    Delivery.objects.update(intent_at=planned.run_at)
    (row,) = claimed([planned.id])
    assert (row.run_at, row.intent_at) == (planned.run_at, planned.run_at)
    assert Submission.objects.get().state == "approved"


def test_a_standstill_between_two_readings_makes_no_request_early() -> None:
    clock, left = SystemClock(), list[datetime]()

    def request(prepared: object, now: datetime) -> Receipt:
        left.append(clock.now())
        return Receipt(remote_id="1", url="", at=now)

    before = clock.elapsed() - 0.1  # of which the wall clock shows nothing yet
    begun = Begun(clock.now(), before, clock.elapsed())
    due = begun.at + LEAD
    ready: Any = SimpleNamespace(job=SimpleNamespace(run_at=due, channel="x", id=1), prepared=None, account="")
    channel: Any = SimpleNamespace(commit=request)
    commit(lambda key: channel, clock, ready, begun, timedelta(minutes=1))
    (moment,) = left
    assert due <= moment
