"""A platform that answers at once: it counts what it is sent, in a process of its own, so that all candidates face the same."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from threading import local
from typing import Any

_OK = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"


class Posts:
    """What has arrived: the key that was sent, and the wall clock."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, float]] = []

    def answer(self, head: bytes, body: bytes) -> bytes:
        if head.startswith(b"GET"):
            return self._stats()
        if head.startswith(b"DELETE"):
            self.arrived.clear()
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
                "seconds": max(times) - min(times) if times else 0.0,
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
            lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            length = int(lengths[0].split(b":")[1]) if lengths else 0
            if len(rest) < length:
                return
            body, self._data = rest[:length], rest[length:]
            answer = self._posts.answer(head, body)
            self._out.write(_OK % (len(answer), answer))


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

    def _ask(self, method: str) -> bytes:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, "/")
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
    """One POST on this thread's kept connection; the id it got."""
    connection = getattr(_kept, "connection", None)
    if connection is None:
        connection = _kept.connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/2/tweets", json.dumps({"text": key}), {"Content-Type": "application/json"})
    return str(json.loads(connection.getresponse().read())["data"]["id"])


if __name__ == "__main__":
    asyncio.run(_serve())
