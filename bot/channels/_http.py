"""What all channels share on the wire: sessions that send once, and what a failed exchange means."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from bot.errors import ChannelError, NotSent, OutcomeUnknown, Unavailable

CONNECT_TIMEOUT = 3.05
_NEVER_LEFT = (NewConnectionError, NameResolutionError, ConnectTimeoutError)


class OnceAdapter(HTTPAdapter):
    """No retries, a time limit on every request, and a fresh connection for each POST: a stale kept-alive one would turn a
    clean failure into an unclear one."""

    def __init__(self, read_timeout: float) -> None:
        super().__init__(max_retries=0)
        self._timeout = (CONNECT_TIMEOUT, read_timeout)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["timeout"] = self._timeout
        if request.method == "POST":
            request.headers["Connection"] = "close"
        return super().send(request, *args, **kwargs)


class OnceSession(requests.Session):
    """Follows no redirect (a 307 would send the body twice), reads no proxy or password from the environment's files."""

    def __init__(self, read_timeout: float) -> None:
        super().__init__()
        self.trust_env = False
        for scheme in ("https://", "http://"):
            self.mount(scheme, OnceAdapter(read_timeout))

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["allow_redirects"] = False
        return super().request(method, url, *args, **kwargs)


def broken_exchange(error: Exception, *, committing: bool) -> ChannelError:
    """What it means that no whole answer came. Only a connection that never stood is surely harmless."""
    name = type(error).__name__
    if _never_left(error):
        return NotSent(name)
    return OutcomeUnknown(name) if committing else Unavailable(name)


def _never_left(error: BaseException | None) -> bool:
    """Looks through the wrappers that requests and urllib3 put around the cause."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, _NEVER_LEFT):
            return True
        inner = [a for a in current.args if isinstance(a, BaseException)]
        waiting += [
            *inner,
            getattr(current, "reason", None) if isinstance(getattr(current, "reason", None), BaseException) else None,
        ]
    return False


def retry_after(headers: Mapping[str, str], reset_header: str = "") -> float | None:
    """Seconds to wait as the platform asks for them: Retry-After, or the epoch second at which a window opens again."""
    if (value := headers.get("Retry-After", "")).isdigit():
        return float(value)
    if reset_header and (value := headers.get(reset_header, "")).isdigit():
        return max(float(value) - time.time(), 1.0)
    return None
