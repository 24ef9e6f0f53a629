"""Trouble on order: what the next requests of a channel meet, and how it is played on the wire.

`*_before`: refused, and nothing was made. `*_after`: the post IS made, then the answer goes wrong. A single request cannot be
refused at TCP level by a server that listens, so `refuse` cuts the connection before anything is looked at: no post is made,
but the client cannot know that.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

from werkzeug.wrappers import Request, Response

CHANNELS = ("x", "instagram", "facebook")
PLACES = ("commit", "upload", "read")
BEFORE = ("refuse", "429", "401", "403", "500_before", "html_502")
AFTER = ("500_after", "hang_after", "reset_after", "truncated_after", "slow", "late_visibility")
LATE = timedelta(seconds=20)
_SLOW_SECONDS = 1.5
_LONGEST_HANG_SECONDS = 120


class Cut(ConnectionError):
    """The connection is gone; the server must send nothing more on it."""


@dataclass
class Fault:
    channel: str
    on: str
    kind: str
    times: int


class Faults:
    """The orders of trouble. Taken one at a time, in the order they were given."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Fault] = []
        self.stopping = threading.Event()

    def order(self, fault: Fault) -> None:
        with self._lock:
            self._orders.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()

    def take(self, channel: str, on: str) -> str:
        """The kind that this request meets, "" for none."""
        with self._lock:
            for fault in self._orders:
                if (fault.channel, fault.on) == (channel, on):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._orders.remove(fault)
                    return fault.kind
        return ""

    def play(
        self, request: Request, kind: str, answer: Callable[[timedelta], Response], refusal: Callable[[int], Response]
    ) -> Response:
        """Run a handler under a fault. `answer(late)` does the work; `refusal(status)` words a platform's error."""
        if kind == "refuse":
            reset(request)
        if kind == "html_502":
            return Response("<html><body><h1>502 Bad Gateway</h1></body></html>", 502, content_type="text/html")
        if kind in ("429", "401", "403"):
            return refusal(int(kind))
        if kind == "500_before":
            return refusal(500)
        response = answer(LATE if kind == "late_visibility" else timedelta(0))
        match kind:
            case "500_after":
                return refusal(500)
            case "hang_after":
                self.stopping.wait(_LONGEST_HANG_SECONDS)
                reset(request)
            case "reset_after":
                reset(request)
            case "truncated_after":
                truncate(request, response)
            case "slow":
                self.stopping.wait(_SLOW_SECONDS)
        return response


def reset(request: Request) -> NoReturn:
    """Close so that the client meets a reset, not an orderly end."""
    wire: socket.socket = request.environ["werkzeug.socket"]
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise Cut("reset")


def truncate(request: Request, response: Response) -> NoReturn:
    """Promise the whole body, send half of it, and hang up."""
    body = response.get_data()
    wire: socket.socket = request.environ["werkzeug.socket"]
    head = f"HTTP/1.1 {response.status}\r\nContent-Type: {response.content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    wire.sendall(head.encode() + body[: len(body) // 2])
    raise Cut("truncated")
