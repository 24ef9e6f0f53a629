"""Trouble on order: what the next requests of a channel meet, and how it is played on the wire.

    refuse             the connection is reset before the request's body is read
    429, 401, 403      refused in the platform's own words
    500_before         a server error; nothing was made
    html_502           a proxy's page instead of the platform's JSON; nothing was made
    500_after          done, but the answer is a server error
    hang_after         done, but no answer comes until the client leaves or the sandbox stops
    reset_after        done, but the connection is reset instead of an answer
    truncated_after    done, but the answer breaks off in its middle
    slow               done, and the answer comes late, in pieces
    late_visibility    done, but readings of the platform do not show it for a while; ordered for a reading, it shows
                       the world as it was a while ago; an upload shows nowhere, so there it changes nothing

A server that listens cannot refuse a single connection, for it learns only from the request whose it is. So `refuse` resets
the connection as soon as the first line and the headers are known: nothing is made, but the client cannot be sure of it.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

from werkzeug.wrappers import Request, Response

PLACES = ("commit", "upload", "read")
BEFORE = ("refuse", "429", "401", "403", "500_before", "html_502")
AFTER = ("500_after", "hang_after", "reset_after", "truncated_after", "slow", "late_visibility")
KINDS = (*BEFORE, *AFTER)
LATE = timedelta(seconds=20)
_SLOW_SECONDS, _PIECES = 1.5, 10
_LOOK_SECONDS = 0.1
_PROXY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class Cut(ConnectionError):
    """The connection is gone; nothing more can be sent on it."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    channel: str
    on: str
    kind: str


class Faults:
    """Orders of trouble, taken one at a time in the order in which they came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Fault] = []
        self._stopping = threading.Event()

    def order(self, fault: Fault, times: int) -> None:
        with self._lock:
            self._orders += [fault] * times

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()

    def stop(self) -> None:
        """End everything that hangs or is slow."""
        self._stopping.set()

    def take(self, channel: str, on: str) -> str:
        """The kind that this request meets, "" for none."""
        with self._lock:
            found = next((fault for fault in self._orders if (fault.channel, fault.on) == (channel, on)), None)
            if found is None:
                return ""
            self._orders.remove(found)
            return found.kind

    def play(
        self, kind: str, request: Request, work: Callable[[timedelta], Response], refuse: Callable[[int], Response]
    ) -> Response:
        """Answer a request under trouble (`kind` "": none). Raises Cut where the client gets no whole answer."""
        match kind:
            case "html_502":
                return Response(_PROXY_PAGE, 502, content_type="text/html")
            case "429" | "401" | "403":
                return refuse(int(kind))
            case "500_before":
                return refuse(500)
        response = work(LATE if kind == "late_visibility" else timedelta(0))
        match kind:
            case "500_after":
                return refuse(500)
            case "hang_after":
                self._hang(request)
            case "reset_after":
                reset(request)
            case "truncated_after":
                _truncate(request, response)
            case "slow":
                response.response = self._slowly(response.get_data())
        return response

    def _hang(self, request: Request) -> NoReturn:
        wire = _socket(request)
        while not self._stopping.wait(_LOOK_SECONDS):
            readable, _, _ = select.select([wire], [], [], 0)
            if readable and not wire.recv(1, socket.MSG_PEEK):
                break
        raise Cut("the client left")

    def _slowly(self, body: bytes) -> Iterator[bytes]:
        size = max(-(-len(body) // _PIECES), 1)
        for start in range(0, len(body), size):
            self._stopping.wait(_SLOW_SECONDS / _PIECES)
            yield body[start : start + size]


def _socket(request: Request) -> socket.socket:
    wire: socket.socket = request.environ["werkzeug.socket"]
    return wire


def reset(request: Request) -> NoReturn:
    """Close so that the client meets a reset, not an orderly end: at once, before the server can end it politely."""
    wire = _socket(request)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(wire.detach())
    raise Cut("reset")


def _truncate(request: Request, response: Response) -> NoReturn:
    """Promise the whole body, send half of it, and hang up."""
    body = response.get_data()
    head = f"HTTP/1.1 {response.status}\r\nContent-Type: {response.content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    _socket(request).sendall(head.encode() + body[: len(body) // 2])
    raise Cut("truncated")
