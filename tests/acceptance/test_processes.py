"""Real processes side by side: sandbox, web site, publisher, people at the command line. Time is real."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

import pytest
import requests

from bot.config import ROOT
from bot.sandbox.credentials import environment, feed
from tests.office import TOKYO, write_content, write_post, write_schedules
from tests.sandbox_client import SandboxClient


class CityHall:
    """A folder of content and state, and the processes that work on it. `hears`: the sandbox's feed of disasters is read."""

    def __init__(self, folder: Path, *, hears: bool = False, **settings: str) -> None:
        self.content, self.processes = folder / "content", list[subprocess.Popen[str]]()
        write_content(self.content)
        schedules = write_schedules(folder / "schedules")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("DXBOT_") and k != "DJANGO_SETTINGS_MODULE"}
        self.env = inherited | {
            "DXBOT_CONTENT_DIR": str(self.content),
            "DXBOT_SCHEDULES_DIR": str(schedules),
            "DXBOT_VAR_DIR": str(folder / "var"),
            "PYTHONUNBUFFERED": "1",
            **settings,
        }
        base = self.address(self.start("sandbox", "--port", "0"))
        self.env |= environment(base) | (feed(base) if hears else {})
        self.sandbox = SandboxClient(base)
        self.run("admin", "migrate")
        self.env["DXBOT_MEDIA_BASE_URL"] = self.address(self.start("web", "--port", str(_free_port())))
        self.tokens = {
            person: self.token(person, role) for person, role in (("shimin-leader", "leader"), ("kouhou", "officer"))
        }

    def start(self, *arguments: str, log: IO[str] | None = None) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "bot", *arguments]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8", env=self.env, cwd=ROOT
        )
        self.processes.append(process)
        return process

    def address(self, process: subprocess.Popen[str]) -> str:
        """The address that a starting server prints, once it answers there."""
        assert process.stdout
        found = re.search(r"http://[\d.:]+", process.stdout.readline())
        assert found
        until(lambda: _answers(found[0]))
        return found[0]

    def run(self, *arguments: str, person: str = "") -> subprocess.CompletedProcess[str]:
        env = self.env | ({"DXBOT_TOKEN": self.tokens[person]} if person else {})
        command = [sys.executable, "-m", "bot", *arguments]
        return subprocess.run(command, capture_output=True, encoding="utf-8", env=env, cwd=ROOT, timeout=60, check=True)

    def token(self, person: str, role: str) -> str:
        code = (
            "from bot.cli.office import office; ctx = office(); from bot.services.people import accounts as a;"
            "from bot.workflow.actors import Role; import sys;"
            "u = a.set_up_user(ctx, sys.argv[1], Role(sys.argv[2]), 'a-long-enough-passphrase');"
            "print(a.issue_token(ctx, u, 'test').reveal())"
        )
        command = [sys.executable, "-c", code, person, role]
        return subprocess.run(command, capture_output=True, text=True, env=self.env, cwd=ROOT, check=True).stdout.strip()

    def approved_for(self, moment: datetime) -> None:
        path = write_post(self.content, extra=f"publish: {moment:%Y-%m-%d %H:%M:%S}")
        self.run("submit", str(path), person="shimin-leader")
        (row,) = json.loads(self.run("queue", "--json").stdout)
        self.run("approve", str(row["id"]), person="kouhou")

    def deliveries(self) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = json.loads(self.run("deliveries", "--json").stdout)
        return rows

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(address: str) -> bool:
    try:
        requests.get(address, timeout=10)
    except (requests.ConnectionError, requests.Timeout):
        return False
    return True


def until(true: Callable[[], bool], seconds: float = 40) -> None:
    """Wait for something to become true; fail if it does not."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[CityHall]:
    made = CityHall(tmp_path)
    yield made
    made.stop()


_SOON = 40.0
BY_THEN = _SOON + 40  # seconds in which what is to happen at that moment has happened


def soon() -> datetime:
    """Far enough that what comes before it ends before it, beside other tests, too."""
    return datetime.now(TOKYO) + timedelta(seconds=_SOON)


@pytest.mark.parametrize("driver", ["graph", "private"])
def test_the_publisher_sends_at_the_time_and_ends_when_told(hall: CityHall, driver: str) -> None:
    hall.env["DXBOT_INSTAGRAM_DRIVER"] = driver
    moment = soon()
    hall.approved_for(moment)
    publisher = hall.start("run")
    until(lambda: len(hall.sandbox.posts()) == 3, BY_THEN)
    first = min(datetime.fromisoformat(p["created_at"]) for p in hall.sandbox.posts())
    assert first >= moment.replace(microsecond=0)
    until(lambda: {d["state"] for d in hall.deliveries()} == {"published"})
    publisher.send_signal(signal.SIGTERM)
    assert publisher.wait(timeout=30) == 0
    hall.run("run", "--once")
    assert sorted(p["channel"] for p in hall.sandbox.posts()) == ["facebook", "instagram", "x"]


def test_an_unclear_answer_on_every_channel_is_not_followed_by_a_second_post(hall: CityHall) -> None:
    for channel in ("x", "instagram", "facebook"):
        hall.sandbox.fault(channel, "500_after")
    moment = soon()
    hall.approved_for(moment)
    until(lambda: datetime.now(TOKYO) >= moment, BY_THEN)
    hall.run("run", "--once")
    assert {d["state"] for d in hall.deliveries()} == {"unknown"}
    hall.run("run", "--once")
    assert sorted(p["channel"] for p in hall.sandbox.posts()) == ["facebook", "instagram", "x"]
