"""Meta's Graph API through facebook-sdk, for the Facebook Page and for Instagram's publishing API.

facebook-sdk (2018) is kept on its feet by a session of our own: time limits, no redirects, the token in a header instead of
the query string (from where it would leak into errors and proxies), a host that can be set, and the last answer's status,
which the SDK throws away. Its version is assigned after construction, as its pattern knows one-digit versions only.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import requests

from bot.channels._http import OnceSession, broken_exchange, retry_after
from bot.config import Secret
from bot.errors import (
    AccountSuspended,
    AuthExpired,
    ChannelError,
    Duplicate,
    MediaRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    TooLong,
    Unavailable,
)

VERSION = "v26.0"
READ_TIMEOUT = 60.0
_SDK_HOST = "https://graph.facebook.com/"
T = TypeVar("T")

# (code, subcode; None = any) → what it means for a commit. First match wins; what is not listed is OutcomeUnknown, as are
# 1, 2 and -1: "try again later" was seen beside posts that had been made.
_CODES: tuple[tuple[int, int | None, type[ChannelError]], ...] = (
    (190, None, AuthExpired),
    (102, None, AuthExpired),
    (10, None, AuthExpired),
    (3, None, AuthExpired),
    (4, 2207051, Rejected),
    (9, 2207042, RateLimited),
    (4, None, RateLimited),
    (17, None, RateLimited),
    (32, None, RateLimited),
    (613, None, RateLimited),
    (368, None, AccountSuspended),
    (25, 2207050, AccountSuspended),
    (506, None, OutcomeUnknown),  # not by this call: an earlier one may have won, so it is looked up
    (100, 1366051, OutcomeUnknown),  # these photos were used: strong evidence that an earlier call won
    (100, 1366046, MediaRefused),
    (24, 2207006, MediaRefused),
    (36000, None, MediaRefused),
    (36001, None, MediaRefused),
    (36003, None, MediaRefused),
    (36004, None, TooLong),
    (24, 2207008, OutcomeUnknown),  # temporary: looked up by the container's status before anything else
    (9007, None, OutcomeUnknown),  # not ready, or published already: the container's status tells
    (9004, None, Unavailable),
    (-2, None, Unavailable),
    (2635, None, AuthExpired),
    (100, None, Rejected),
    (1349125, None, Rejected),
    (2061006, None, Rejected),
    (1609008, None, Rejected),
    (1404078, None, AuthExpired),
    (1346003, None, Duplicate),
)
_PERMISSIONS, _LIMITS = range(200, 300), range(80001, 80015)


class GraphSession(OnceSession):
    def __init__(self, base_url: str, token: Secret) -> None:
        super().__init__(READ_TIMEOUT)
        self._base = base_url.rstrip("/") + "/"
        self._token = token
        self.last: requests.Response | None = None

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        for place in ("params", "data"):
            if kwargs.get(place):
                kwargs[place] = {k: v for k, v in kwargs[place].items() if k != "access_token"}
        kwargs["headers"] = {"Authorization": f"Bearer {self._token.reveal()}"}
        kwargs["proxies"] = None
        self.last = None
        self.last = super().request(method, str(url).replace(_SDK_HOST, self._base, 1), *args, **kwargs)
        return self.last


class Graph:
    """facebook-sdk's GraphAPI behind the session above; every error comes out as a ChannelError."""

    def __init__(self, base_url: str, token: Secret) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the SDK's pattern has an escape that Python warns of at import
            import facebook
        self._session = GraphSession(base_url, token)
        self.api = facebook.GraphAPI("in-header", session=self._session)
        self.api.version = VERSION

    def read(self, send: Callable[[Any], T]) -> T:
        """A call that may be repeated: reads, hidden uploads, containers."""
        return self._call(send, committing=False)

    def commit(self, send: Callable[[Any], T]) -> T:
        """The one call that can make a post visible."""
        return self._call(send, committing=True)

    def _call(self, send: Callable[[Any], T], *, committing: bool) -> T:
        try:
            return send(self.api)
        except Exception as e:
            translated = self._translate(e, committing=committing)
        raise translated

    def _translate(self, error: Exception, *, committing: bool) -> ChannelError:
        answer = self._session.last
        if answer is None:
            return broken_exchange(error, committing=committing)
        kind, code = _meaning(answer)
        if kind is OutcomeUnknown and not committing:
            kind = Unavailable
        if issubclass(kind, RateLimited):
            return kind(f"Graph {code}", code=code, retry_after=_wait(answer))
        return kind(f"Graph {code}", code=code)


def _meaning(answer: requests.Response) -> tuple[type[ChannelError], str]:
    try:
        error = answer.json()["error"]
        code, subcode = int(error["code"]), int(error.get("error_subcode") or 0)
    except (ValueError, KeyError, TypeError):
        return (RateLimited if answer.status_code == 429 else OutcomeUnknown), f"http{answer.status_code}"
    return classify(code, subcode, answer.status_code), f"{code}/{subcode}"


def classify(code: int, subcode: int, status: int) -> type[ChannelError]:
    """The class of a Graph error by its code and subcode; 429 as a status needs no code."""
    if status == 429 or code in _LIMITS:
        return RateLimited
    if code in _PERMISSIONS:
        return AuthExpired
    return next((kind for c, s, kind in _CODES if c == code and s in (None, subcode)), OutcomeUnknown)


def _wait(answer: requests.Response) -> float | None:
    """Seconds; Meta tells minutes in its usage headers, or uses Retry-After."""
    import json

    if (wait := retry_after(answer.headers)) is not None:
        return wait
    try:
        usage = json.loads(answer.headers.get("X-Business-Use-Case-Usage", "{}"))
        minutes = max((int(e.get("estimated_time_to_regain_access", 0)) for v in usage.values() for e in v), default=0)
    except (ValueError, AttributeError, TypeError):
        return None
    return minutes * 60.0 or None
