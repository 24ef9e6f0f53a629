"""Real processes, a real mail server: the publisher is killed, and another process tells. What all of them wrote to their logs
holds every step of the post and none of the secrets."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

import pytest
import requests

from bot.config import ROOT
from tests.acceptance.test_processes import BY_THEN, CityHall, soon, until
from tests.notices.servers import MailServer, mail_server

SILENCE = 8  # seconds, for the 80 of an office
SECRETS = {
    "DXBOT_SMTP_PASSWORD": "mail-pass-word-77",
    "DXBOT_WEBHOOK_URL": "http://127.0.0.1:9/hook/a-secret-path-77",
    "DXBOT_WEBHOOK_SECRET": "hook-sign-key-77",
    "DXBOT_SECRET_KEY": "django-secret-key-77",
    "DXBOT_METRICS_TOKEN": "metrics-token-77",
    "DXBOT_CONTENT_WEBHOOK_SECRET": "content-hook-77",
    "DXBOT_OIDC_CLIENT_SECRET": "oidc-secret-77",
}


class WatchedHall(CityHall):
    """Each process appends its log to one file."""

    def __init__(self, folder: Path, mail: MailServer) -> None:
        self.log = folder / "log"
        told = {"DXBOT_SMTP_SERVER": mail.address, "DXBOT_SMTP_TLS": "none", "DXBOT_WATCH_MAIL": "toban@example.jp"}
        super().__init__(folder, DXBOT_WATCH_SILENCE=str(SILENCE), **told, **SECRETS)

    def start(self, *arguments: str, log: IO[str] | None = None) -> subprocess.Popen[str]:
        with self.log.open("a", encoding="utf-8") as own:
            return super().start(*arguments, log=own)

    def watch(self) -> int:
        command = [sys.executable, "-m", "bot", "watch"]
        return subprocess.run(command, capture_output=True, env=self.env, cwd=ROOT, timeout=60, check=False).returncode

    def has_a_heartbeat(self) -> bool:
        with closing(sqlite3.connect(Path(self.env["DXBOT_VAR_DIR"]) / "dxbot.sqlite3")) as database:
            return bool(database.execute("SELECT 1 FROM store_heartbeat").fetchall())

    def is_free(self) -> bool:
        """Can anybody write?"""
        with closing(sqlite3.connect(Path(self.env["DXBOT_VAR_DIR"]) / "dxbot.sqlite3", timeout=0.2)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            database.rollback()
            return True

    def events(self) -> list[str]:
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line)["event"] for line in lines if line.startswith("{")]


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def watched(tmp_path: Path, mail: MailServer) -> Iterator[WatchedHall]:
    made = WatchedHall(tmp_path, mail)
    yield made
    made.stop()


def test_a_killed_publisher_is_told_and_the_logs_hold_every_step_and_no_secret(watched: WatchedHall, mail: MailServer) -> None:
    site = watched.env["DXBOT_MEDIA_BASE_URL"]
    publisher = watched.start("run")
    until(lambda: requests.get(f"{site}/health/publisher", timeout=10).status_code == 200)
    watched.approved_for(soon())
    until(lambda: {d["state"] for d in watched.deliveries()} == {"published"}, BY_THEN)
    publisher.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    until(lambda: [to for to, _, _ in mail.messages()] == ["toban@example.jp"], SILENCE + 25)
    assert time.monotonic() - killed < SILENCE + 40  # with an office's 80 seconds: within 120
    assert requests.get(f"{site}/health/publisher", timeout=10).status_code == 503
    assert watched.watch() == 1
    watched.start("run")
    until(lambda: len(mail.messages()) == 2, 30)
    assert "もとに戻りました" in mail.messages()[1][1]
    assert watched.watch() == 0
    told = watched.events()
    assert [told.count(event) for event in ("leave", "accept")] == [3, 3]
    secrets = [
        *SECRETS.values(),
        *watched.tokens.values(),
        *(v for k, v in watched.env.items() if "TOKEN" in k or "SECRET" in k),
    ]
    assert [secret for secret in secrets if secret in watched.log.read_text(encoding="utf-8")] == []


def hang(publisher: subprocess.Popen[str], watched: WatchedHall) -> None:
    """Not while it writes: SQLite would then be shut to all others, which is another trouble."""
    while True:
        publisher.send_signal(signal.SIGSTOP)
        if watched.is_free():
            return
        publisher.send_signal(signal.SIGCONT)


def test_a_watchman_without_a_site_tells_until_it_is_stopped(watched: WatchedHall, mail: MailServer) -> None:
    watched.processes[1].kill()  # the web site
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(watched.env.setdefault("NOTIFY_SOCKET", str(watched.log.with_name("notify"))))
        manager.settimeout(40)
        publisher = watched.start("run")
        assert {manager.recv(100) for _ in range(5)} == {b"READY=1", b"WATCHDOG=1"}
    del watched.env["NOTIFY_SOCKET"]
    until(watched.has_a_heartbeat)
    watchman = watched.start("watch", "--every", "1")
    hang(publisher, watched)
    until(lambda: [to for to, _, _ in mail.messages()] == ["toban@example.jp"], SILENCE + 20)
    publisher.send_signal(signal.SIGCONT)
    until(lambda: len(mail.messages()) == 2, 20)
    watchman.send_signal(signal.SIGTERM)
    assert watchman.wait(timeout=20) == 0
    assert [event for event in watched.events() if "alarm" in event] == ["alarm", "alarm_ended"]
