"""Several publishers on one PostgreSQL: tokens wake them, the table decides."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from bot.channel_kit.base import Prepared, Receipt
from bot.clock import SystemClock
from bot.config import ROOT
from bot.registry import load
from bot.services.delivery import rollback, scheduling, workers
from bot.services.records import audit
from bot.services.records.context import context
from bot.services.runner import Runner
from bot.store import queries
from bot.store.models import Delivery, Lane, Pause
from tests.bench import stock
from tests.office import TUESDAY, Office
from tests.postgres import somebody_waits

PATIENCE = 20


@pytest.fixture
def looks(database: None) -> Iterator[queue.SimpleQueue[float]]:
    """When the worker of a publisher looked."""
    seen: queue.SimpleQueue[float] = queue.SimpleQueue()
    worker = workers.worker(lambda: seen.put(time.monotonic()), "test")
    assert worker
    worker.start()
    workers.wake()
    seen.get(timeout=PATIENCE)  # it listens
    yield seen
    worker.stop()


def test_a_token_wakes_a_publisher_once_its_transaction_is_done(looks: queue.SimpleQueue[float]) -> None:
    with transaction.atomic():
        workers.wake()
        workers.wake()
        with pytest.raises(queue.Empty):
            looks.get(timeout=1)
        before = time.monotonic()
    assert looks.get(timeout=PATIENCE) > before


def test_a_token_of_a_step_that_failed_wakes_nobody(looks: queue.SimpleQueue[float]) -> None:
    with transaction.atomic():
        workers.wake()
        transaction.set_rollback(True)
    with pytest.raises(queue.Empty):
        looks.get(timeout=1)


def test_what_another_worker_is_taking_is_passed_over(office: Office) -> None:
    office.approved(channels="facebook")
    now = TUESDAY + timedelta(days=100)
    Delivery.objects.update(last_at=now)
    holds, let_go = threading.Event(), threading.Event()

    def take() -> None:
        with transaction.atomic():
            assert queries.claim("one", now, now, now, 8)
            holds.set()
            let_go.wait(PATIENCE)
        connection.close()

    other = threading.Thread(target=take)
    other.start()
    holds.wait(PATIENCE)
    with transaction.atomic():
        assert queries.claim("two", now, now, now, 8) == []
    let_go.set()
    other.join()


def test_what_is_put_off_while_it_is_being_taken_is_not_taken(office: Office) -> None:
    """Between the look for what is due and the taking, others may commit."""
    (made,) = office.approved(channels="facebook")
    put_off = list[bool]()

    def put_it_off() -> None:
        scheduling.reschedule(office.ctx, office.officer, made.id, made.due_at + timedelta(hours=3))
        connection.close()

    def before_the_taking(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "state = 'publishing', fence" in sql:
            other = threading.Thread(target=put_it_off)
            other.start()
            other.join()
            put_off.append(True)
        return execute(sql, params, many, context)

    now = made.due_at
    with connection.execute_wrapper(before_the_taking), transaction.atomic():
        assert queries.claim("me", now, now, now + timedelta(minutes=3), 8) == []
    assert put_off == [True]
    made.refresh_from_db()
    assert made.state == "scheduled"


def test_who_comes_second_to_a_lane_leaves_it_and_keeps_what_else_the_turn_had(office: Office) -> None:
    """Another publisher's claim of an earlier delivery, not committed yet, cannot be seen; the wall is the index. What the turn
    brings along, here a receipt, must not be lost with the claim."""
    now = office.clock.now()
    stock.fill(office.ctx, [now] * 3, stock.accounts(2), [f"first-{n}@{n}" for n in range(3)])
    earlier, mine, later = Delivery.objects.order_by("id")  # the first and the last in one lane
    Delivery.objects.filter(id__in=[earlier.id, later.id]).update(state="held")
    runner, blocked, threads = office.runner(), list[bool](), list[threading.Thread]()
    commit = runner.channel("facebook").commit

    def commit_while_another_takes_the_lane(prepared: Prepared, at: datetime) -> Receipt:
        taken = threading.Event()
        threads.append(threading.Thread(target=_hold_the_lane, args=(earlier.id, later.id, taken, blocked)))
        threads[0].start()
        assert taken.wait(PATIENCE)
        return commit(prepared, at)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner.channel("facebook"), "commit", commit_while_another_takes_the_lane)
        runner.beat()
    threads[0].join()
    assert blocked == [True]
    mine.refresh_from_db()
    later.refresh_from_db()
    assert (mine.state, later.state, later.fence) == ("published", "scheduled", 0)
    assert [post["text"] for post in office.sandbox.posts("facebook")] == ["first-1@1"]
    Delivery.objects.filter(id=earlier.id).update(state="published")
    office.runner().beat()
    assert [post["text"] for post in office.sandbox.posts("facebook")] == ["first-1@1", "first-2@2"]


def _hold_the_lane(earlier: int, later: int, taken: threading.Event, blocked: list[bool]) -> None:
    """As another publisher that has claimed the lane's earlier delivery and keeps its transaction open until somebody waits."""
    Delivery.objects.filter(id=later).update(state="scheduled")
    with transaction.atomic():
        until = SystemClock().now() + timedelta(days=9999)
        Delivery.objects.filter(id=earlier).update(state="publishing", fence=9, lease_until=until)
        taken.set()
        blocked.append(_someone_waits())
    connection.close()


def _someone_waits() -> bool:
    """For a lock that another transaction holds."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if somebody_waits():
            return True
        time.sleep(0.01)
    return False


def test_the_audit_log_is_one_chain_whoever_writes(database: None) -> None:
    def write(who: str) -> None:
        for number in range(30):
            with transaction.atomic():
                audit.record(SystemClock().now(), who, "test", f"{number}")
        connection.close()

    writers = [threading.Thread(target=write, args=(f"writer{n}",)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    audit.verify()  # raises where the chain is broken


def test_publishers_on_several_machines_share_the_work(office: Office) -> None:
    """Each with its own state directory; nothing but the database is shared."""
    office.approved(channels="facebook")
    office.schedules()
    now = SystemClock().now()
    office.sandbox.reset()
    Delivery.objects.all().delete()
    keys = [f"share-{n}@{n}" for n in range(60)]
    stock.fill(office.ctx, [now] * len(keys), stock.accounts(12), keys)
    Lane.objects.update(quota=None)
    env = {k: v for k, v in os.environ.items() if not k.startswith("DXBOT_")} | office.env
    publishers = []
    for n in range(2):
        own = env | {"DXBOT_VAR_DIR": f"{office.env['DXBOT_VAR_DIR']}-{n}", "DXBOT_SECRET_KEY": "one-for-both"}
        command = [sys.executable, "-W", "ignore", "-m", "bot", "run"]
        publishers.append(subprocess.Popen(command, env=own, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    deadline = time.monotonic() + 180
    while Delivery.objects.exclude(state="published").exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    publishers[0].kill()  # one may die; the other goes on
    later = SystemClock().now()
    stock.fill(office.ctx, [later] * 6, stock.accounts(12), [f"after-{n}@{n}" for n in range(6)])
    while Delivery.objects.exclude(state="published").exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    publishers[1].terminate()
    for publisher in publishers:
        publisher.wait(PATIENCE)
    texts = [post["text"] for post in office.sandbox.posts("facebook")]
    assert sorted(texts) == sorted([*keys, *(f"after-{n}@{n}" for n in range(6))])


def test_a_machine_that_comes_new_beside_others_begins_once_one_of_them_stands_well(office: Office) -> None:
    """It has no mark of its own; that the database is not behind, the others show (ADR 25)."""
    office.approved("one", channels="x", title="一つ目（見本）")
    office.publish_all()
    office.approved("two", channels="x", title="二つ目（見本）", body="別の文です。\n")
    env = office.env | {"DXBOT_VAR_DIR": f"{office.env['DXBOT_VAR_DIR']}-new"}
    new = Runner(context(load(env), office.clock))
    (due,) = office.deliveries("scheduled")
    office.at(due.run_at)
    new.beat()
    assert len(office.sandbox.posts("x")) == 1
    assert not Pause.objects.exists()
    rollback.prove()  # another publisher, once a second
    new.beat()
    new.engine.close()
    assert len(office.sandbox.posts("x")) == 2
