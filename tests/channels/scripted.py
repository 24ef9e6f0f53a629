"""A platform that says what the test tells it to, and counts what it was asked."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """`cut` hangs up without a word (None: not at all), or after so many bytes of the body; `hang` never answers."""

    status: int = 200
    body: Any = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    chunked: bool = False
    hang: bool = False

    def content(self) -> tuple[bytes, str]:
        if isinstance(self.body, str):
            return self.body.encode(), "text/html"
        return json.dumps(self.body).encode(), "application/json"


class ScriptedPlatform:
    """Every request gets `answer`, or the first entry of `answers` that its path contains, or, if it is a reading, `reading`
    where there is one. `fail_from`: of the requests whose path contains a text, the n-th and those behind it get an answer of
    their own. Connections are kept open, though the client may have asked for the contrary."""

    def __init__(self) -> None:
        self.answer = Answer()
        self.reading: Answer | None = None
        self.answers: dict[str, Answer] = {}
        self.fail_from: tuple[str, int, Answer] | None = None
        self.asked: list[tuple[str, str]] = []
        self.connections: set[tuple[str, int]] = set()
        self.over = threading.Event()
        self.base_url = ""

    def posts(self) -> list[str]:
        return [path for method, path in self.asked if method == "POST"]

    def _is_failing(self, path: str, part: str, number: int) -> bool:
        return part in path and sum(part in asked for _, asked in self.asked) >= number

    def reply_to(self, handler: BaseHTTPRequestHandler) -> None:
        handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        handler.close_connection = False
        self.asked.append((handler.command, handler.path))
        self.connections.add(handler.client_address)
        if self.fail_from and self._is_failing(handler.path, *self.fail_from[:2]):
            _write(handler, self.fail_from[2])
            return
        usual = self.reading if self.reading and handler.command == "GET" else self.answer
        answer = next((a for part, a in self.answers.items() if part in handler.path), usual)
        if answer.hang:
            self.over.wait(30)
        if answer.hang or answer.cut == 0:
            _reset(handler)
        else:
            _write(handler, answer)


def _reset(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


def _write(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    content, kind = answer.content()
    handler.send_response_only(answer.status)
    for name, value in {"Content-Type": kind, "Date": handler.date_time_string(), **answer.headers}.items():
        handler.send_header(name, value)
    if answer.chunked:
        handler.send_header("Transfer-Encoding", "chunked")
        content = b"%x\r\n%s\r\n" % (len(content), content)
    else:
        handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content if answer.cut is None else content[: answer.cut])
    handler.close_connection |= answer.cut is not None or answer.chunked


@contextmanager
def scripted_platform() -> Iterator[ScriptedPlatform]:
    platform = ScriptedPlatform()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            platform.reply_to(self)

        do_POST = do_DELETE = do_CONNECT = do_GET  # noqa: N815

        def do_HEAD(self) -> None:
            """Whoever asks for the time wants no answer of the platform's, and is counted by nobody."""
            self.send_response_only(platform.answer.status)
            self.send_header("Date", platform.answer.headers.get("Date", self.date_time_string()))
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        platform.base_url = f"http://127.0.0.1:{http.server_port}"
        threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield platform
        platform.over.set()
        http.shutdown()
