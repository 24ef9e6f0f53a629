"""The database goes away before and while deliveries leave, and comes back: one sentence, nothing twice, nothing lost."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import psycopg
import pytest
import requests

from bot.sandbox.server import Sandbox
from tests.chaos.town import Town, until
from tests.postgres import start

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the server is reached by a Unix socket")
DELIVERIES, AWAY = 200, 60.0  # seconds
PUBLISHERS = 2


class Wire:
    """Between publishers and the server; it can be cut and mended."""

    def __init__(self, server: str) -> None:
        self._server, self._ends = server, list[socket.socket]()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self._accept()

    def cut(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def mend(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self._accept()

    def _accept(self) -> None:
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()

    def _serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                self._ends += [client, server]
                for source, target in ((client, server), (server, client)):
                    threading.Thread(target=_copy, args=(source, target), daemon=True).start()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def server() -> str:
    before = os.environ.get("XDG_RUNTIME_DIR")
    url = start()
    if before is not None:
        os.environ["XDG_RUNTIME_DIR"] = before
    return url


@pytest.fixture
def wire(server: str) -> Iterator[Wire]:
    folder = unquote(urlsplit(server).netloc.rpartition("@")[2])
    made = Wire(f"{folder}/.s.PGSQL.5432")
    yield made
    with suppress(OSError):
        made.cut()


@pytest.fixture
def town(tmp_path: Path, sandbox_server: Sandbox, server: str, wire: Wire) -> Iterator[Town]:
    """With a database of its own, of which the town's own view is never cut."""
    name = f"town{uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    made = Town(tmp_path, sandbox_server.base_url, postgresql=server.rpartition("/")[0] + f"/{name}")
    made.env["DATABASE_URL"] = f"postgresql://postgres@127.0.0.1:{wire.port}/{name}"
    yield made
    made.end()


def test_a_database_that_goes_away_is_told_in_one_sentence_and_all_goes_out_once(town: Town, wire: Wire) -> None:
    town.plan(DELIVERIES)
    publishers = [town.start("run") for _ in range(PUBLISHERS)]
    until(lambda: town.states()["published"] > 4)
    wire.cut()
    time.sleep(AWAY)  # what is shown is how little is said in this time
    told = town.said.splitlines()
    assert all(publisher.poll() is None for publisher in publishers)
    wire.mend()
    # What was on its way when it was cut may be unknown for a while; it is looked up, and a person asked at worst.
    until(lambda: set(town.states()) <= {"published", "undecided"})
    assert town.states()["undecided"] < 3
    town.require_once_each(undecided=town.states()["undecided"])
    assert 0 < len(told) <= 2 * PUBLISHERS, "\n".join(told)
    assert any("データベースにつながらない" in line for line in told)
    assert "Traceback" not in town.said
    until(lambda: any("データベースにつながらない" in told for told in town.told()))


def test_a_database_that_is_away_at_the_start_is_waited_for_and_a_command_says_so(town: Town, wire: Wire) -> None:
    town.plan(DELIVERIES)
    wire.cut()
    done = town.run("queue")
    assert done.returncode == 3
    assert "データベースにつながらない" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    publisher = town.start("run")
    until(lambda: "答えるまで待ちます" in town.said)
    assert publisher.poll() is None
    assert len(town.said.splitlines()) == 1
    wire.mend()
    until(town.all_out)
    town.require_once_each()


def test_a_page_without_a_database_says_so_and_comes_back(town: Town, wire: Wire) -> None:
    town.migrate()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    town.start("web", "--port", str(port))
    login = f"http://127.0.0.1:{port}/login/"
    until(lambda: _status(login)[0] == 200)
    wire.cut()
    status, page = _status(login)
    assert status == 503
    assert "データベースにつながらない" in page
    wire.mend()
    until(lambda: _status(login)[0] == 200)
    assert "Traceback" not in town.said


def _status(url: str) -> tuple[int, str]:
    try:
        answer = requests.get(url, timeout=20)
    except requests.RequestException:
        return 0, ""
    return answer.status_code, answer.content.decode()


def test_of_three_that_prepare_postgresql_at_once_all_succeed(town: Town) -> None:
    done = list(ThreadPoolExecutor(3).map(lambda _: town.run("admin", "migrate"), range(3)))
    assert [(each.returncode, each.stderr) for each in done if each.returncode] == []
    assert not any("Traceback" in each.stderr for each in done)
    assert town.rows("SELECT app, name FROM django_migrations GROUP BY app, name HAVING count(*) > 1") == []
