"""One request and its answer: within one deadline, of bounded size, and with the knowledge whether any of it left.

urllib3's time limits count per read, so an answer that trickles never ends; and its errors do not say whether the request was
on its way. Here the connection itself tells, and at the deadline the socket is shut down under whatever waits for it.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from enum import Enum
from functools import cache
from types import TracebackType
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NameResolutionError

from bot import trouble
from bot.channel_kit import dates
from bot.clock import elapsed
from bot.errors import ConfigError
from bot.language import say

CONNECT_TIMEOUT = 3.05
MOST_BYTES = 2_000_000  # of an answer, unpacked
# A body may take so much longer than its size at this rate: 5 MB have 50 s more. All stay below the lease of 180 s.
SLOWEST_BYTES_PER_SECOND = 100_000
LONGEST_SECONDS = 150.0
_PIECE = 65_536


class Step(Enum):
    """How far a request came that has not left: what is said of it to a person."""

    CONNECTING = "connecting"
    PROXY = "proxy"
    TLS = "tls"


class NoAnswer(requests.RequestException):
    """No whole answer came. `left`: a byte of the request was handed to a connection that stood (TLS up, CONNECT answered
    200); if not, `step` is where it ended. `code` is the error's name for the log."""

    def __init__(self, exchange: Exchange, error: BaseException) -> None:
        code = "DeadlinePassed" if exchange.over else type(error).__name__
        super().__init__(code)
        self.left, self.step, self.code = exchange.left, exchange.step, code
        self.causes = list(_causes(error))


class TooLarge(Exception):
    """An answer above what is read of one."""


class Exchange:
    """The deadline's watch over one request, as a context manager."""

    def __init__(self, seconds: float) -> None:
        self.left = self.over = False
        self.step = Step.CONNECTING
        self._ends = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._held: list[socket.socket] = []
        self._watch = threading.Timer(seconds, self._shut)
        self._watch.daemon = True

    def __enter__(self) -> Exchange:
        self._watch.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._watch.cancel()
        with self._lock:
            for held in self._held:
                held.close()
            self._held.clear()

    def holds(self, connected: socket.socket) -> None:
        """A second handle of the same connection: it stays valid when TLS takes the first one over."""
        with self._lock:
            self._held.append(connected.dup())

    def remaining(self) -> float:
        """Seconds, never 0, which would mean "do not wait"."""
        return max(self._ends - time.monotonic(), 0.001)

    def _shut(self) -> None:
        with self._lock:
            self.over = True
            for held in self._held:
                with suppress(OSError):  # the other side has gone already
                    held.shutdown(socket.SHUT_RDWR)


def seconds_for(base: float, request: requests.PreparedRequest) -> float:
    """The deadline of a request, by the size of its body."""
    size = int(request.headers.get("Content-Length") or 0)
    return min(base + size / SLOWEST_BYTES_PER_SECOND, max(base, LONGEST_SECONDS))


def exchange(
    request: requests.PreparedRequest, seconds: float, proxies: Any, most: int = MOST_BYTES, **more: Any
) -> requests.Response:
    """Send once, and read all of the answer, of `most` bytes. Raises NoAnswer."""
    with Exchange(seconds) as own, _Adapter(own) as single:
        begun = elapsed()
        try:
            answer = single.send(request, timeout=(min(CONNECT_TIMEOUT, seconds), seconds), proxies=proxies, **more)
            dates.hear(request.url or "", answer.headers, begun, elapsed())
            answer._content = _read(answer, most)
            answer._content_consumed = True  # type: ignore[attr-defined]  # as requests itself marks it
        except Exception as e:
            broken = NoAnswer(own, e)
        else:
            if not own.over:
                return answer
            broken = NoAnswer(own, TimeoutError())  # a body without a length ends when the socket is shut: it is not whole
    raise broken


def _read(answer: requests.Response, most: int) -> bytes:
    """Piece by piece, so that neither a huge body nor a small one that unpacks to a huge one is ever held. Raises TooLarge."""
    data = bytearray()
    try:
        for piece in answer.raw.stream(_PIECE, decode_content=True):
            data += piece
            if len(data) > most:
                raise TooLarge
    finally:
        answer.raw.close()
    return bytes(data)


class _Adapter(HTTPAdapter):
    """For one request: its connections belong to the exchange, and none is kept."""

    def __init__(self, own: Exchange) -> None:
        super().__init__(max_retries=0)
        self._own = own

    def __enter__(self) -> _Adapter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _watched(pool.ConnectionCls)
        pool.conn_kw["exchange"] = self._own
        return pool


@cache
def _watched(kind: Any) -> Any:
    """urllib3's connection (plain, TLS, or through SOCKS) that tells its exchange how far it came."""

    class _Watched(kind):  # type: ignore[misc]
        def __init__(self, *args: Any, exchange: Exchange, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._exchange, self._stands = exchange, False

        def _new_conn(self) -> socket.socket:
            connected: socket.socket = super()._new_conn()
            self._exchange.holds(connected)
            self._exchange.step = Step.PROXY if self.proxy else Step.TLS
            return connected

        def _tunnel(self) -> None:
            super()._tunnel()
            self._exchange.step = Step.TLS

        def connect(self) -> None:
            super().connect()
            self._stands = True

        def send(self, data: Any) -> None:
            if self.sock is None:
                self.connect()
            if self._stands:
                self._exchange.left = True
                # urllib3 leaves the short time limit of connecting in force while a body is on its way.
                self.sock.settimeout(self._exchange.remaining())
            super().send(data)

    return _Watched


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and those it holds: requests and urllib3 hand the cause on as an argument or as `reason`."""
    yield error
    for inner in {id(e): e for e in (*error.args, getattr(error, "reason", None))}.values():
        if isinstance(inner, BaseException):
            yield from _causes(inner)


def why_not_left(broken: NoAnswer) -> tuple[str, str]:
    """What a person is told of a request that never left: what happened, and what to do ("" for nothing)."""
    for cause in broken.causes:
        if (lacking := trouble.of(cause)) is not None:
            return (
                say("サーバーの不調のため、まだ送っていません（{summary}）", summary=lacking.summary),
                lacking.next_step,
            )
        if isinstance(cause, ConfigError):
            return cause.summary, cause.next_step
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                "接続先の証明書を確かめられないため、まだ送っていません",
                "運用担当者が、途中の機器（プロキシなど）の証明書の設定と、このサーバーの時計を確かめてください",
            )
        if isinstance(cause, NameResolutionError):
            return "接続先の名前を引けないため、まだ送っていません", "運用担当者が、名前解決（DNS）の設定を確かめてください"
        if "Tunnel connection failed: 407" in str(cause):
            return (
                "プロキシが認証を求めたため、まだ送っていません（407）",
                "運用担当者が、プロキシの利用者名とパスワードの設定（HTTPS_PROXY）を確かめてください",
            )
    return _AT[broken.step]


_AT = {
    Step.CONNECTING: ("配信先につながらないため、まだ送っていません", ""),
    Step.PROXY: (
        "プロキシが配信先への接続を取り次がなかったため、まだ送っていません",
        "自動で送り直します。続くときは、運用担当者がプロキシの状態を確かめてください",
    ),
    Step.TLS: (
        "配信先との暗号化した接続を始められないため、まだ送っていません",
        "自動で送り直します。続くときは、運用担当者が途中の機器（プロキシなど）の状態を確かめてください",
    ),
}
