"""What the service manager hears, on a real socket of its protocol."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import systemd
from bot.store.heartbeats import Heartbeat
from tests.office import Office


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    address = str(tmp_path / "notify") if request.param == "path" else f"@dxbot-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0" + address[1:] if address.startswith("@") else address)
        listening.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        yield listening


def test_a_publisher_shows_life_after_each_turn_and_in_the_database(office: Office, manager: socket.socket) -> None:
    runner = office.runner()
    runner.start()
    try:
        assert [manager.recv(100), manager.recv(100)] == [b"WATCHDOG=1", b"WATCHDOG=1"]
        assert Heartbeat.objects.get().ended_at is None
    finally:
        runner.stop()
    assert Heartbeat.objects.get().ended_at is not None


def test_a_turn_that_fails_is_no_heartbeat(office: Office, manager: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = office.runner()
    monkeypatch.setattr(runner.engine, "tidy", lambda: 1 / 0)
    runner.start()
    try:
        assert [manager.recv(100), manager.recv(100)] == [b"WATCHDOG=1", b"WATCHDOG=1"]
    finally:
        runner.stop()
    assert not Heartbeat.objects.exists()


def test_where_nobody_listens_nothing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    systemd.tell(systemd.READY)
    monkeypatch.delenv("NOTIFY_SOCKET")
    systemd.tell(systemd.READY)


@pytest.mark.parametrize(
    ("asked", "pid", "seconds"),
    [("120000000", "", 60.0), ("120000000", str(os.getpid()), 60.0), ("120000000", "1", None), ("", "", None), ("x", "", None)],
)
def test_half_of_what_the_manager_allows(asked: str, pid: str, seconds: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", asked)
    monkeypatch.setenv("WATCHDOG_PID", pid)
    assert systemd.patience() == seconds
