"""What the machine lacks while deliveries leave: nothing twice, nothing lost, somebody told in one sentence, and on it goes."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.request import urlopen

import pytest

from bot.config import ROOT
from bot.sandbox.server import Sandbox
from tests.chaos.town import Town, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and mounts are Linux's")
DELIVERIES = 200


@pytest.fixture
def town(tmp_path: Path, sandbox_server: Sandbox) -> Iterator[Town]:
    made = Town(tmp_path, sandbox_server.base_url)
    yield made
    made.end()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if done.returncode != 0:
        pytest.skip("only root may mount")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """To the last byte. The file to delete for there to be room again."""
    filler = disk / "filler"
    handle = os.open(filler, os.O_WRONLY | os.O_CREAT)
    with suppress(OSError):
        while os.write(handle, bytes(4096)):
            pass
    os.close(handle)
    return filler


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def page(port: int) -> int:
    try:
        with urlopen(f"http://127.0.0.1:{port}/login/", timeout=5) as answer:
            return int(answer.status)
    except OSError:
        return 0


def test_output_that_nobody_takes_stops_nothing(town: Town) -> None:
    town.plan(DELIVERIES)
    port = free_port()
    with Path("/dev/full").open("wb") as full:
        publisher = town.start("serve", "--port", str(port), stdout=full)
    until(town.all_out)
    until(lambda: page(port) == 200)
    assert publisher.poll() is None
    town.require_once_each()
    publisher.terminate()
    assert publisher.wait(90) == 0


def test_a_pipe_whose_reader_has_gone_and_a_terminal_that_is_closed_stop_nothing(town: Town) -> None:
    town.plan(DELIVERIES)
    reading, writing = os.pipe()
    os.close(reading)
    publisher = town.start("run", stdout=writing)
    os.close(writing)
    until(lambda: town.states()["published"])
    publisher.send_signal(signal.SIGHUP)
    until(town.all_out)
    assert publisher.poll() is None
    town.require_once_each()


def test_a_command_whose_output_nobody_takes_says_so_and_fails(town: Town) -> None:
    town.migrate()
    command = [sys.executable, "-W", "ignore", "-m", "bot", "queue"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command, env=town.env, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False, encoding="utf-8"
        )
    assert done.returncode == 3
    assert "空きがありません" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_full_disk_is_told_and_when_there_is_room_all_goes_out(small: Path, tmp_path: Path, sandbox_server: Sandbox) -> None:
    town = Town(tmp_path, sandbox_server.base_url, var=small / "var")
    try:
        town.plan(DELIVERIES)
        filler = fill(small)
        publisher = town.start("run")
        until(lambda: "空き" in town.said)
        assert publisher.wait(60) == 3  # it cannot even begin: whoever looks after it starts it again
        filler.unlink()
        town.start("run")
        until(town.all_out)
        town.require_once_each()
        assert len(town.said.splitlines()) < 6, town.said
        assert "Traceback" not in town.said
    finally:
        town.end()


def test_a_disk_that_fills_while_posts_leave_loses_and_doubles_none(
    small: Path, tmp_path: Path, sandbox_server: Sandbox
) -> None:
    town = Town(tmp_path, sandbox_server.base_url, var=small / "var")
    try:
        town.plan(DELIVERIES)
        publisher = town.start("run")
        until(lambda: town.sandbox.posts())
        filler = fill(small)
        if not town.all_out():
            until(lambda: "空きがありません" in town.said or town.all_out())
        filler.unlink()
        # What was in the air when its answer could not be written is looked up, or given to a person.
        until(lambda: set(town.states()) <= {"published", "undecided"})
        assert publisher.poll() is None
        town.require_once_each(undecided=town.states()["undecided"])
        assert town.states()["published"] > DELIVERIES / 2
        assert "Traceback" not in town.said
    finally:
        town.end()


def test_out_of_descriptors_is_told_and_when_there_are_some_all_goes_out(town: Town) -> None:
    """Browsers that keep their connections take what the publisher needs."""
    town.migrate()
    port = free_port()
    publisher = town.start("serve", "--port", str(port), limit="-n 64")
    until(lambda: page(port) == 200)
    greedy = [socket.create_connection(("127.0.0.1", port)) for _ in range(64)]
    until(lambda: "数の上限に達しました" in town.said)
    town.plan(DELIVERIES)
    # Which of them meets it first is chance: a sending, the look at the clock, or the database's own file.
    until(
        lambda: (
            any("上限" in problem for (problem,) in town.rows("SELECT problem FROM store_delivery"))
            or town.rows("SELECT publisher FROM store_wrongclock")
            or "データベースのファイルを開けない" in town.said
        )
    )
    for connection in greedy:
        connection.close()
    # What had left when its answer could not be written is looked up, or given to a person.
    until(lambda: set(town.states()) <= {"published", "held", "undecided"})
    assert publisher.poll() is None
    town.require_once_each(undecided=town.states()["undecided"])
    assert len(town.said.splitlines()) < 10, town.said
    assert "Traceback" not in town.said


_LITTLE_MEMORY = "メモリーが足りません"


@pytest.mark.parametrize("kilobytes", [300_000, 600_000])
def test_little_memory_is_told_and_nothing_goes_out_twice(town: Town, kilobytes: int) -> None:
    town.plan(DELIVERIES)
    publisher = town.start("run", limit=f"-v {kilobytes}")
    # How much it wants differs from machine to machine: it may begin, and tell that it cannot go on.
    until(lambda: publisher.poll() is not None or town.all_out() or _LITTLE_MEMORY in town.said)
    if not town.all_out():
        # A library that is no Python ends the process by itself, with a line of its own.
        aborted = publisher.poll() == -signal.SIGABRT and "memory allocation" in town.said
        assert aborted or _LITTLE_MEMORY in town.said
        assert aborted or publisher.poll() in (None, 3)
    assert "Traceback" not in town.said
    publisher.kill()
    publisher.wait()
    town.start("run")
    # What was being sent when it ended may be for a person to decide.
    until(lambda: set(town.states()) <= {"published", "held", "undecided"})
    town.require_once_each(undecided=town.states()["undecided"])
    assert town.states()["published"] > DELIVERIES / 2


def test_of_three_that_prepare_the_database_at_once_all_succeed(town: Town) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "bot", "admin", "migrate"],
            env=town.env,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        for _ in range(3)
    ]
    for process in started:
        out, err = process.communicate(timeout=300)
        assert (process.returncode, "最新" in out) == (0, True), err
        assert "Traceback" not in err
    rows = town.rows("SELECT app, name, count(*) FROM django_migrations GROUP BY app, name HAVING count(*) > 1")
    assert rows == []


@pytest.mark.parametrize("place", ["/proc/none", "/dev/null/state", "/etc/passwd"])
def test_a_state_folder_that_cannot_be_is_one_sentence(town: Town, place: str) -> None:
    done = town.run("run", DXBOT_VAR_DIR=place)
    assert done.returncode == 3
    assert place.split("/")[1] in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_read_only_state_folder_is_one_sentence(small: Path, tmp_path: Path, sandbox_server: Sandbox) -> None:
    town = Town(tmp_path, sandbox_server.base_url, var=small / "var")
    town.migrate()
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    for command in (("run",), ("queue",), ("admin", "migrate")):
        done = town.run(*command)
        assert done.returncode == 3, command
        assert "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr


@pytest.mark.parametrize("url", ["nonsense", "postgres://", "mysql://a/b", "postgresql://u:pa55@127.0.0.1:port/db"])
def test_a_malformed_address_of_the_database_is_one_sentence(town: Town, url: str) -> None:
    done = town.run("run", DATABASE_URL=url)
    assert done.returncode == 2
    assert "DATABASE_URL を読めません" in done.stderr
    assert "pa55" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["serve", "web"])
def test_a_port_that_is_taken_is_told_before_anything_leaves(town: Town, command: str) -> None:
    town.plan(4)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = town.run(command, "--port", str(port))
    assert done.returncode == 2
    assert f"ポート {port} は使われています" in done.stderr
    assert "--port" in done.stderr
    assert town.sandbox.posts() == []


def test_the_practice_server_says_which_port_is_taken(town: Town) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = town.run("sandbox", "--port", str(port))
    assert done.returncode == 2
    assert str(port) in done.stderr
    assert "--port" in done.stderr


def test_a_missing_credential_is_told_at_once_holds_and_lets_the_others_out(town: Town) -> None:
    town.plan(4)
    town.start("run", DXBOT_X_ACCESS_TOKEN="")
    until(lambda: town.states() == {"held": 2, "published": 2})
    for (problem,) in town.rows("SELECT problem FROM store_delivery WHERE state = 'held'"):
        assert "DXBOT_X_ACCESS_TOKEN" in problem
    assert town.rows("SELECT count(*) FROM store_auditentry WHERE verb = 'hold'") == [(2,)]


def test_a_missing_credential_is_told_long_before_anything_is_due(town: Town) -> None:
    town.plan(4)
    town.rows("SELECT 1")
    import sqlite3

    with sqlite3.connect(town.var / "dxbot.sqlite3") as database:
        database.execute("UPDATE store_delivery SET run_at = datetime('now', '+3 hours'), due_at = datetime('now', '+3 hours')")
    done = town.run("run", "--once", DXBOT_X_ACCESS_TOKEN="")
    assert done.returncode == 0, done.stderr
    assert town.states() == {"scheduled": 4}
    assert any("DXBOT_X_ACCESS_TOKEN" in told for told in town.told())


@pytest.fixture
def untrusted(tmp_path: Path) -> Iterator[str]:
    """A server whose certificate nobody vouches for."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    http = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    http.socket = context.wrap_socket(http.socket, server_side=True)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{http.server_port}"
    http.shutdown()
    http.server_close()


@pytest.mark.parametrize("fault", ["DNS", "TLS"])
def test_what_cannot_be_reached_is_sent_nothing_says_so_and_goes_out_when_it_can(
    town: Town, fault: str, untrusted: str
) -> None:
    town.plan(DELIVERIES)
    where, said = ("https://x.invalid", "名前を引けない") if fault == "DNS" else (untrusted, "証明書を確かめられない")
    first = town.start("run", DXBOT_SANDBOX="", DXBOT_X_BASE_URL=where)
    until(lambda: town.states()["published"] == DELIVERIES // 2)
    until(lambda: any(said in problem for (problem,) in town.rows("SELECT problem FROM store_delivery WHERE channel = 'x'")))
    first.terminate()
    assert first.wait(90) == 0
    assert all(post["channel"] == "facebook" for post in town.sandbox.posts())
    town.start("run")
    until(town.all_out)
    town.require_once_each()


def test_a_token_that_was_revoked_shuts_the_account_and_is_told(town: Town) -> None:
    town.plan(DELIVERIES)
    town.sandbox.fault("x", "401")
    town.start("run")
    until(lambda: town.states() == {"held": DELIVERIES // 2, "published": DELIVERIES // 2})
    for (problem,) in town.rows("SELECT problem FROM store_delivery WHERE state = 'held'"):
        assert "認証が切れています" in problem
    assert town.rows("SELECT count(*) FROM store_auditentry WHERE verb = 'AuthExpired'") == [(1,)]
    assert all(post["channel"] == "facebook" for post in town.sandbox.posts())


# One half of `serve` breaks in a way that no part of it catches.
HALVES = {
    "画面": "from waitress import server\nserver.wasyncore.loop = lambda *_, **__: 1 / 0\n",
    "配信": "from apscheduler.schedulers import background\nbackground.BackgroundScheduler._main_loop = lambda self: None\n",
}


@pytest.mark.parametrize("half", HALVES)
def test_nothing_goes_on_where_one_half_of_serve_has_ended(town: Town, half: str) -> None:
    town.migrate()
    done = town.run_changed(HALVES[half], "serve", "--port", str(free_port()))
    assert done.returncode == 3
    assert f"{half}が止まったため、全体を終わります" in done.stderr


def test_a_fault_of_our_own_is_one_sentence_and_its_traceback_is_kept(town: Town) -> None:
    town.migrate()
    code = "from bot.cli.office import office\noffice()\nfrom bot.services.approval import review\n"
    done = town.run_changed(f"{code}review.waiting = lambda *_, **__: {{}}['pa55word']\n", "queue")
    assert done.returncode == 70
    assert "想定外の誤り（KeyError" in done.stderr
    assert "pa55word" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    kept = town.var / "fault.txt"
    assert "KeyError" in kept.read_text(encoding="utf-8")
    assert kept.stat().st_mode & 0o077 == 0
