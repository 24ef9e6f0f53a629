"""What all channels share on the wire: sessions that send once, and what a failed exchange means."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from bot.channel_kit.exchange import MOST_BYTES, NoAnswer, exchange, seconds_for, why_not_left
from bot.errors import ChannelError, NotSent, OutcomeUnknown, Unavailable
from bot.loopback import is_loopback


class OnceAdapter(HTTPAdapter):
    """No retries, one deadline for every exchange, and a connection of its own for each: one that was kept alive and went stale
    would turn a clean failure into an unclear one. This machine is never reached through a proxy."""

    def __init__(self, seconds: float, most: int = MOST_BYTES) -> None:
        super().__init__(max_retries=0)
        self._seconds, self._most = seconds, most

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Raises NoAnswer. `stream` and `timeout` are a library's own wishes; the exchange has its deadline and its limit."""
        if is_loopback(urlsplit(request.url or "").hostname or ""):
            proxies = {}
        request.headers["Connection"] = "close"
        deadline = seconds_for(self._seconds, request)
        return exchange(request, deadline, proxies, self._most, verify=verify, cert=cert, stream=True)


class OnceSession(requests.Session):
    """Follows no redirect, for a 307 would send the body twice. The city's proxy and certificates are taken from the
    environment as usual; its password file (.netrc) is not, for it would replace our token. Of an answer `most` bytes are
    read."""

    def __init__(self, seconds: float, most: int = MOST_BYTES) -> None:
        super().__init__()
        self.auth = unchanged
        for scheme in ("https://", "http://"):
            self.mount(scheme, OnceAdapter(seconds, most))

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["allow_redirects"] = False
        return super().request(method, url, *args, **kwargs)


def unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """A session's `auth` that adds nothing; having one keeps requests from looking into .netrc."""
    return request


def broken_exchange(error: BaseException, *, committing: bool) -> ChannelError:
    """What it means that no whole answer came. What the connection has not told of may have left."""
    if not isinstance(error, NoAnswer):
        return (OutcomeUnknown if committing else Unavailable)(type(error).__name__)
    if not error.left:
        summary, next_step = why_not_left(error)
        return NotSent(error.code, code=f"{error.step.value}/{error.code}", summary=summary, next_step=next_step)
    return (OutcomeUnknown if committing else Unavailable)(error.code, code=error.code)
