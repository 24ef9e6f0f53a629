"""A publisher that is killed between a request and its receipt, in the middle of a thread: what stands is one whole thread, or
what a person decided."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.config import ROOT
from bot.sandbox import server
from bot.services.delivery import reconcile, takedowns, threads
from bot.services.records.context import context
from bot.store.models import Delivery, Lane
from tests.office import TUESDAY, Office
from tests.services.torn import LONG
from tests.wrapped import Wrapper, wrapped

MOST_SECONDS = 40


class Gate(Wrapper):
    """The sandbox, of which the k-th post is kept waiting, before it is made or after, until nobody waits for its answer."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.part, self.made = 0, False
        self.arrived, self.go = threading.Event(), threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) != ("POST", "/2/tweets"):
            return self._app(environ, start_response)
        self.part -= 1
        if self.part != 0:
            return self._app(environ, start_response)
        answer = self._app(environ, start_response) if self.made else []
        self.arrived.set()
        self.go.wait(MOST_SECONDS)
        if not self.made:
            start_response("503 Nobody waits", [])
        return answer


@pytest.fixture
def gate(sandbox_server: server.Sandbox) -> Iterator[Gate]:
    with wrapped(sandbox_server, Gate) as made:
        yield made
        made.go.set()


@pytest.fixture
def publisher(office: Office) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts a real publisher process."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("DXBOT_")}
    begun: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command, out = [sys.executable, "-W", "ignore", "-m", "tests.chaos.publisher"], subprocess.DEVNULL
        env = own | office.env | {"DXBOT_VAR_DIR": os.environ["DXBOT_VAR_DIR"]}
        begun.append(subprocess.Popen(command, env=env, cwd=ROOT, stdout=out, stderr=out))
        return begun[-1]

    yield start
    for process in begun:
        process.kill()
        process.wait()


def _planned(office: Office) -> None:
    """A thread of five, due now by the real clock."""
    office.schedules()
    office.approved(channels="x", extra=f"publish: {TUESDAY:%Y-%m-%d} 12:15\nx: {{thread: true}}", body=LONG)
    now = SystemClock().now()
    office.sandbox.reset()  # its clock too: from here on time is real
    office.ctx = context(office.ctx.config, SystemClock())
    Lane.objects.update(quota=None)
    Delivery.objects.update(due_at=now, run_at=now, last_at=now + timedelta(days=400))


def _wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + MOST_SECONDS
    while not true():
        assert time.monotonic() < end, [(d.part, d.state, d.problem) for d in Delivery.objects.order_by("part")]
        time.sleep(0.1)


def _killed(gate: Gate, publisher: Callable[[], subprocess.Popen[bytes]], part: int, *, made: bool) -> None:
    gate.part, gate.made = part, made
    process = publisher()
    assert gate.arrived.wait(MOST_SECONDS)
    process.kill()
    process.wait()
    gate.go.set()
    publisher()


def _is_whole(office: Office) -> bool:
    posts = office.sandbox.posts("x")
    replies = [p["in_reply_to"] for p in posts] == [None, *(p["id"] for p in posts[:-1])]
    return replies and len({p["text"] for p in posts}) == len(posts) == 5


def _states() -> list[str]:
    return list(Delivery.objects.order_by("part").values_list("state", flat=True))


def test_killed_after_it_was_made_the_thread_becomes_whole_by_itself(
    office: Office, gate: Gate, publisher: Callable[[], subprocess.Popen[bytes]]
) -> None:
    _planned(office)
    _killed(gate, publisher, 3, made=True)
    _wait_for(lambda: _states() == ["published"] * 5)
    assert _is_whole(office)


@pytest.mark.parametrize("way", ["again", "go_on", "take_down"])
def test_killed_before_it_was_made_a_person_decides(
    office: Office, gate: Gate, publisher: Callable[[], subprocess.Popen[bytes]], way: str
) -> None:
    _planned(office)
    _killed(gate, publisher, 3, made=False)
    _wait_for(lambda: _states()[2] == "undecided")
    assert _states() == ["published", "published", "undecided", "waiting", "waiting"]
    first, _, third = office.deliveries()[:3]
    if way == "again":
        reconcile.decide_again(office.ctx, office.officer, third.id)
    else:
        reconcile.decide_let_be(office.ctx, office.officer, third.id)
        (half,) = threads.broken()
        assert half.label == "一部配信済み（5件のうち2件）"
    if way == "go_on":
        threads.go_on(office.ctx, office.officer, first.id)
    if way == "take_down":
        takedowns.take_down(office.ctx, office.officer, first.id, "誤解されるため")
        _wait_for(lambda: _states()[:2] == ["removed"] * 2)
        assert all(post["deleted"] for post in office.sandbox.posts("x"))
    else:
        _wait_for(lambda: _states() == ["published"] * 5)
        assert _is_whole(office)
