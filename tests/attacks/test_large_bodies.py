"""A body that is too large is refused by what it says of itself, before any of it is kept."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from waitress.server import create_server

from bot.cli import listening
from bot.registry import load


@pytest.fixture
def port() -> Iterator[int]:
    """The site's own server, with a site behind it that no request of these tests may reach."""
    reached = list[str]()

    def site(environ: dict[str, str], start_response: object) -> list[bytes]:
        reached.append(environ["PATH_INFO"])
        return [b""]

    server = create_server(site, host="127.0.0.1", port=0, **listening._settings(load({})))
    threading.Thread(target=server.run, daemon=True).start()
    yield server.effective_port  # type: ignore[union-attr]
    server.trigger.pull_trigger(server.close)  # type: ignore[union-attr]
    assert reached == []


def answer(port: int, headers: str, body: bytes = b"") -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall(f"POST /write/1/ HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n".encode() + body)
        return wire.recv(4_000)


def test_more_than_a_form_with_its_pictures_is_refused_without_its_body(port: int) -> None:
    assert b" 413 " in answer(port, f"Content-Length: {listening.LARGEST + 1}")


def test_so_is_one_that_names_no_size_or_a_size_that_is_none(port: int) -> None:
    assert b" 400 " in answer(port, "Content-Length: -1")
    assert answer(port, "Content-Length: 5\r\nContent-Length: 6").partition(b"\r\n")[0].split()[1] in (b"400", b"413")


def test_headers_without_end_are_refused(port: int) -> None:
    assert b" 431 " in answer(port, "X-Long: " + "a" * 300_000)
