"""A platform that answers at once: it counts what it is sent, in a process of its own, so that all candidates face the same."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from http.client import HTTPConnection
from socket import create_connection, socket
from threading import local
from typing import Any

_LISTED = 5000
_OK = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s"
_POST = b"POST /2/tweets HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_ANSWER = 4096  # bytes; the head comes in one piece


class Posts:
    """What has arrived: the key that was sent, and the wall clock."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, float]] = []
        self.delay = 0.0

    def answer(self, head: bytes, body: bytes) -> bytes:
        if head.startswith(b"HEAD"):
            return b""  # it is asked for its Date
        if head.startswith(b"GET"):
            return self._stats()
        if head.startswith(b"DELETE"):
            self.arrived.clear()
            return b"{}"
        if head.startswith(b"PUT"):
            self.delay = json.loads(body)["seconds"]
            return b"{}"
        self.arrived.append((json.loads(body)["text"], time.time()))
        return b'{"data": {"id": "%d", "text": ""}}' % len(self.arrived)

    def _stats(self) -> bytes:
        times = [moment for _, moment in self.arrived]
        keys = Counter(key for key, _ in self.arrived)
        late = sorted(moment - float(key.split("@")[1]) for key, moment in self.arrived if "@" in key)
        return json.dumps(
            {
                "count": len(times),
                "distinct": len(keys),
                "first": min(times, default=0.0),
                "last": max(times, default=0.0),
                "keys": sorted(keys) if len(keys) < _LISTED else [],
                "late": late,
            }
        ).encode()


class _Connection(asyncio.Protocol):
    def __init__(self, posts: Posts) -> None:
        self._posts, self._data = posts, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._out: Any = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        while b"\r\n\r\n" in self._data:
            head, _, rest = self._data.partition(b"\r\n\r\n")
            told = _LENGTH.search(head)
            length = int(told[1]) if told else 0
            if len(rest) < length:
                return
            body, self._data = rest[:length], rest[length:]
            answer = self._posts.answer(head, body)
            date = f"Date: {formatdate(usegmt=True)}\r\n".encode() if head.startswith(b"HEAD") else b""
            if self._posts.delay and head.startswith(b"POST"):
                asyncio.get_running_loop().call_later(self._posts.delay, self._out.write, _OK % (date, len(answer), answer))
            else:
                self._out.write(_OK % (date, len(answer), answer))


async def _serve() -> None:
    posts = Posts()
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(posts), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@dataclass(frozen=True)
class Stub:
    port: int

    def stats(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._ask("GET"))
        return found

    def reset(self) -> None:
        self._ask("DELETE")

    def delay(self, milliseconds: int) -> None:
        """Each POST is answered so much later."""
        self._ask("PUT", json.dumps({"seconds": milliseconds / 1000}))

    def _ask(self, method: str, body: str = "") -> bytes:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, "/", body)
        data = connection.getresponse().read()
        connection.close()
        return data


@contextmanager
def running() -> Iterator[Stub]:
    command = [sys.executable, "-m", "tests.bench.stub"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield Stub(int(process.stdout.readline()))
        finally:
            process.terminate()


_kept = local()


def post(port: int, key: str) -> str:
    """One POST on this thread's kept connection; the id it got. Bare sockets, for every candidate: it is not the HTTP client
    that is measured here."""
    connection: socket | None = getattr(_kept, "connection", None)
    if connection is None:
        connection = _kept.connection = create_connection(("127.0.0.1", port), timeout=30)
    body = json.dumps({"text": key}).encode()
    connection.sendall(_POST % (len(body), body))
    head, _, answer = _more(connection).partition(b"\r\n\r\n")
    length = int(head.rpartition(b" ")[2])
    while len(answer) < length:
        answer += _more(connection)
    return str(json.loads(answer)["data"]["id"])


def _more(connection: socket) -> bytes:
    if not (data := connection.recv(_ANSWER)):
        raise ConnectionError("the stub closed the connection")
    return data


if __name__ == "__main__":
    asyncio.run(_serve())
