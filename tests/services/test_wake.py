"""When the next beat comes: at the next due time, also at one that has passed while the last beat was still at work."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_SUBMITTED
from django.db import connection, connections

from bot.clock import SystemClock
from bot.services.delivery.engine import AHEAD
from bot.services.runner import Runner
from bot.store import queries
from tests.office import Office

PATIENCE = 20
WAKE_UPS = 4


def test_what_has_become_due_while_a_beat_tidied_up_is_for_now_and_not_for_the_next_tick(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    (planned,) = office.approved(channels="x")
    office.at(planned.run_at - AHEAD - timedelta(milliseconds=1))
    runner = office.runner()
    tidy = runner.engine.tidy

    def long() -> int:
        office.clock.advance_to(planned.run_at + timedelta(milliseconds=1))
        return tidy()

    monkeypatch.setattr(runner.engine, "tidy", long)
    runner._scheduler.start(paused=True)
    runner.beat()
    job = runner._scheduler.get_job("next")
    runner._scheduler.shutdown()
    assert job is not None
    assert job.next_run_time == planned.run_at


def test_a_beat_may_plan_the_next_one_for_at_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is then still at work itself, and a scheduler that lets a job run but once at a time would drop it."""
    runner = office.runner()
    beats, enough, seen = list[datetime](), threading.Event(), threading.Event()

    def next_moment(since: datetime) -> datetime | None:
        beats.append(since)
        if len(beats) == WAKE_UPS:
            enough.set()
        return SystemClock().now() if len(beats) < WAKE_UPS else None

    plan = Runner._wake_at_next_moment

    def plan_and_stay(self: Runner, since: datetime) -> None:
        seen.clear()
        plan(self, since)
        if len(beats) < WAKE_UPS:
            assert seen.wait(PATIENCE)  # the scheduler took up what was planned, or dropped it

    monkeypatch.setattr(queries, "next_moment", next_moment)
    monkeypatch.setattr(Runner, "_wake_at_next_moment", plan_and_stay)
    runner._scheduler.add_listener(lambda event: seen.set(), EVENT_JOB_SUBMITTED | EVENT_JOB_MAX_INSTANCES)
    runner._scheduler.start()
    runner.beat()
    assert enough.wait(PATIENCE)
    runner._threads["beat"].submit(connections.close_all).result()
    runner._scheduler.shutdown()


def test_a_beat_with_nothing_to_come_plans_none(office: Office) -> None:
    runner = office.runner()
    runner._scheduler.start(paused=True)
    runner.beat()
    job = runner._scheduler.get_job("next")
    runner._scheduler.shutdown()
    assert job is None


def test_one_whose_database_is_brought_into_a_later_shape_is_not_alive_for_long(office: Office) -> None:
    runner = office.runner()
    runner._scheduler.start(paused=True)
    try:
        runner.sweep()
        assert runner.alive
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_later', '2027-04-01')")
        runner.sweep()
        assert not runner.alive  # `dxbot run` ends, and what is started in its place says what is to be done
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_later'")
        runner._scheduler.shutdown()
