"""What all channels share on the wire: sessions that send once, and what a failed exchange means."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, ProxyError

from bot.errors import ChannelError, ConfigError, NotSent, OutcomeUnknown, Unavailable
from bot.loopback import is_loopback

CONNECT_TIMEOUT = 3.05
# Refused, no such host, connect time-out (urllib3 has them all as ConnectTimeoutError); the city's proxy or the platform's
# certificate in the way; a process confined to this machine. No byte of the request was on its way yet.
_NEVER_LEFT = (ConnectTimeoutError, ProxyError, ssl.SSLCertVerificationError, ConfigError)


class OnceAdapter(HTTPAdapter):
    """No retries, a time limit on every request, and a connection of its own for each: one that was kept alive and went stale
    would turn a clean failure into an unclear one. This machine is never reached through a proxy."""

    def __init__(self, read_timeout: float) -> None:
        super().__init__(max_retries=0)
        self._timeout = (CONNECT_TIMEOUT, read_timeout)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["timeout"] = self._timeout
        if is_loopback(urlsplit(request.url or "").hostname or ""):
            kwargs["proxies"] = {}
        request.headers["Connection"] = "close"
        # Once its pool is closed, a connection is not kept when its answer has been read.
        with closing(HTTPAdapter(max_retries=self.max_retries)) as single:
            return single.send(request, *args, **kwargs)


class OnceSession(requests.Session):
    """Follows no redirect, for a 307 would send the body twice. The city's proxy and certificates are taken from the
    environment as usual; its password file (.netrc) is not, for it would replace our token."""

    def __init__(self, read_timeout: float) -> None:
        super().__init__()
        self.auth = unchanged
        for scheme in ("https://", "http://"):
            self.mount(scheme, OnceAdapter(read_timeout))

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["allow_redirects"] = False
        return super().request(method, url, *args, **kwargs)


def unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """A session's `auth` that adds nothing; having one keeps requests from looking into .netrc."""
    return request


def broken_exchange(error: BaseException, *, committing: bool) -> ChannelError:
    """What it means that no whole answer came. Only a connection that never stood is surely harmless."""
    name = type(error).__name__
    if any(isinstance(cause, _NEVER_LEFT) for cause in _wrapped(error)):
        return NotSent(name)
    return OutcomeUnknown(name) if committing else Unavailable(name)


def _wrapped(error: BaseException) -> Iterator[BaseException]:
    """The error and those it holds: requests and urllib3 hand the cause on as an argument or as `reason`."""
    yield error
    for inner in {id(e): e for e in (*error.args, getattr(error, "reason", None))}.values():
        if isinstance(inner, BaseException):
            yield from _wrapped(inner)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait as `Retry-After` asks for them, in either of its forms (RFC 9110, 10.2.3)."""
    value = headers.get("Retry-After", "")
    if is_number(value):
        return float(value)
    try:
        return parsedate_to_datetime(value).timestamp() - time.time()
    except (ValueError, OverflowError):  # no date, or a zone beyond the calendar
        return None


def is_number(value: str) -> bool:
    """ASCII digits alone, as HTTP writes numbers: for Python `²`, which is no number, is a digit, too."""
    return value.isascii() and value.isdigit()
