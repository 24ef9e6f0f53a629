"""Meta's Graph API through facebook-sdk, for the Facebook Page and for Instagram's publishing API.

facebook-sdk (2018) is kept on its feet by a session of our own: time limits, no redirects, the token in a header instead of
the query string (from where it would leak into errors and proxies), a host that can be set, and the last answer's status,
which the SDK throws away. Its version is assigned after construction, as its pattern knows one-digit versions only.
"""

from __future__ import annotations

import json
import threading
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import requests

from bot.channel_kit.answers import MADE, AnswerModel, read, unreadable
from bot.channel_kit.base import Account
from bot.channel_kit.http import OnceSession, broken_exchange
from bot.channel_kit.matching import Page
from bot.channel_kit.waits import positive, retry_after
from bot.errors import (
    AccountSuspended,
    AuthExpired,
    ChannelClosed,
    ChannelError,
    Duplicate,
    MediaRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    TooLong,
    Unavailable,
)
from bot.meta_graph.answers import Done, Inspection, Listing, Made, Named, Refusal
from bot.options import Secret

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the SDK's version pattern holds an escape that Python warns of at import
    import facebook

VERSION = "v26.0"
READ_TIMEOUT = 60.0
_SDK_HOST = "https://graph.facebook.com/"
T = TypeVar("T")
M = TypeVar("M", bound=AnswerModel)

# What an answer means for a commit. The subcode says more and is asked first. What is in neither table is OutcomeUnknown, and
# so is every 5xx whatever its code: "try again later" (1, 2, -1) was seen beside posts that had been made.
_SUBCODES: dict[int, type[ChannelError]] = {
    1366046: MediaRefused,  # a photo above 4 MB, or neither JPEG nor PNG
    1366051: OutcomeUnknown,  # these photos were posted already: an earlier request may have won, so it is looked up
    1346003: Rejected,  # blocked wording
    1404102: Rejected,
    1404112: Rejected,
    1404078: AccountSuspended,  # the Page lacks its publishing authorisation
    1349125: Rejected,
    2061006: Rejected,
    1609008: Rejected,  # a link to facebook.com
    2207003: Unavailable,  # the picture took too long to fetch
    2207020: Unavailable,  # the container has expired
    2207052: Unavailable,  # the picture could not be fetched
    2207006: Unavailable,  # the container is gone; a new one is made
    2207004: MediaRefused,  # above 8 MB
    2207005: MediaRefused,  # not a format it takes
    2207009: MediaRefused,  # not a ratio it takes
    2207028: MediaRefused,  # not a carousel
    2207010: TooLong,
    2207042: RateLimited,  # the day's posts are used up
    2207050: AccountSuspended,
    2207051: AccountSuspended,  # taken for spam
    2207001: OutcomeUnknown,
    2207032: OutcomeUnknown,
    2207008: OutcomeUnknown,  # "temporary": the container's status tells
    2207027: OutcomeUnknown,  # not ready, or published already: the container's status tells
}
_CODES: dict[int, type[ChannelError]] = {
    **dict.fromkeys((102, 190), AuthExpired),
    **dict.fromkeys((3, 10, *range(200, 300)), AuthExpired),  # a permission is missing: it is given together with a new token
    **dict.fromkeys((4, 17, 32, 613, *range(80001, 80015)), RateLimited),
    100: Rejected,
    368: AccountSuspended,
    506: Duplicate,
    2635: ChannelClosed,  # this version of the API is gone
    36004: TooLong,
    **dict.fromkeys((1366046, 36000, 36001, 36003), MediaRefused),
    **dict.fromkeys((1349125, 1609008, 2061006), Rejected),
    9004: Unavailable,
}


# Whose requests are counted, by the code of a refusal.
_LIMITS = {4: "アプリ", 17: "利用者", 32: "Facebook ページ", 613: "この操作", 80001: "Facebook ページ", 80002: "Instagram"}
NOT_THERE, CONTAINER_GONE, NOT_READY, DAY_USED_UP = 33, 2207006, 2207027, 2207042  # subcodes
NOT_FETCHED = frozenset({2207003, 2207052})
_OUT_OF_REACH = "Instagram が{which}を取りに来られなかったため、まだ送っていません（DXBOT_MEDIA_BASE_URL）"
_OPEN_THE_ADDRESS = "運用担当者が、DXBOT_MEDIA_BASE_URL のアドレスを庁外（インターネット）から開けるか確かめてください"


class Missing(Unavailable):
    """What was asked for by its number is not there, or is denied: in May 2026 what was there was denied for days (100/33)."""


class AltRefused(MediaRefused):
    """Of a picture and its alt text, it is the text."""


class GraphSession(OnceSession):
    """`last` is the answer to this thread's newest request, None if none came: the SDK keeps neither status nor headers."""

    def __init__(self, base_url: str, token: Secret) -> None:
        super().__init__(READ_TIMEOUT)
        self._base = base_url.rstrip("/") + "/"
        self._token = token
        self._answers = threading.local()

    @property
    def last(self) -> requests.Response | None:
        answer: requests.Response | None = getattr(self._answers, "last", None)
        return answer

    def forget(self) -> None:
        self._answers.last = None

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        for place in ("params", "data"):
            if kwargs.get(place):
                kwargs[place] = {k: v for k, v in kwargs[place].items() if k != "access_token"}
        kwargs["headers"] = {"Authorization": f"Bearer {self._token.reveal()}"}
        self._answers.last = None
        answer = super().request(method, str(url).replace(_SDK_HOST, self._base, 1), *args, **kwargs)
        self._answers.last = answer
        return answer


class Graph:
    """facebook-sdk's GraphAPI behind the session above; every error comes out as a ChannelError."""

    def __init__(self, base_url: str, token: Secret) -> None:
        self._token = token
        self._session = GraphSession(base_url, token)
        self._api = facebook.GraphAPI("in-header", session=self._session)
        self._api.version = VERSION

    def read(self, send: Callable[[Any], T]) -> T:
        """A call that may be repeated: reads, hidden uploads, containers."""
        return self._call(send, committing=False)

    def create(self, send: Callable[[Any], Any]) -> str:
        """The same, for what is made by it: its number."""
        return self._made(send, committing=False)

    def commit(self, send: Callable[[Any], Any]) -> str:
        """The one call that can make a post visible: the post's number. An answer without one is OutcomeUnknown."""
        return self._made(send, committing=True)

    def change(self, node: str, **fields: str) -> None:
        """Change a node that is there. An answer that does not say that it was done is OutcomeUnknown."""
        self._call(lambda g: g.request(f"{VERSION}/{node}", post_args=fields, method="POST"), committing=True)
        answer = self._session.last
        if answer is None or (done := read(Done, answer)) is None or not done.success:
            raise _translate(ValueError(), answer, committing=True)

    def told(self, model: type[M], send: Callable[[Any], Any]) -> M:
        """A reading in this form. Raises Unavailable for one that has not."""
        self._call(send, committing=False)
        answer = self._session.last
        if answer is not None and (found := read(model, answer)):
            return found
        raise _translate(ValueError(), answer, committing=False)

    def page(self, node: str, edge: str, cursor: str, **query: Any) -> Page:
        """One page of a list; `cursor` "" is the first."""
        behind = {"after": cursor} if cursor else {}
        told = self.told(Listing, lambda g: g.get_connections(node, edge, **query, **behind))
        after = told.paging.cursors.after if told.paging and told.paging.next and told.paging.cursors else ""
        return Page(entries=told.data, following=after or "")

    def whose(self, node: str, fields: str) -> Named:
        """Who stands behind this node ("me": behind the token)."""
        return self.told(Named, lambda g: g.get_object(node, fields=fields))

    def account(self, identity: str, name: str, needed: frozenset[str], to_delete: frozenset[str] = frozenset()) -> Account:
        """With what the token may do and when it ends, as far as Graph tells. Raises AuthExpired for one that has ended."""
        try:
            asked = {"input_token": self._token.reveal()}
            told = self.told(Inspection, lambda g: g.request(f"{VERSION}/debug_token", args=asked)).data
        except (AuthExpired, Rejected):
            # A token that holds may still not be let ask about itself: Meta keeps that to the app's own people.
            return Account(identity=identity, name=name)
        if not told.is_valid:
            raise AuthExpired("the token is not valid")
        ends = min(filter(None, (told.expires_at, told.data_access_expires_at)), default=0)
        return Account(
            identity=identity,
            name=name,
            rights=told.scopes,
            lacks=tuple(sorted(needed - set(told.scopes))),
            lacks_to_delete=tuple(sorted(to_delete - set(told.scopes))),
            ends=datetime.fromtimestamp(ends, UTC) if ends else None,
            endless=not ends,
        )

    def told_at(self) -> datetime | None:
        """The platform's own time at its last answer to this thread."""
        answer = self._session.last
        try:
            told = parsedate_to_datetime(answer.headers.get("Date", "")) if answer is not None else None
        except (ValueError, TypeError, OverflowError, IndexError):
            return None
        return told if told is None or told.tzinfo else told.replace(tzinfo=UTC)  # "-0000" comes out without a zone

    def _made(self, send: Callable[[Any], Any], *, committing: bool) -> str:
        self._call(send, committing=committing)
        answer = self._session.last
        if answer is not None and (made := read(Made, answer)):
            return made.id
        raise _translate(ValueError(), answer, committing=committing)

    def _call(self, send: Callable[[Any], T], *, committing: bool) -> T:
        """The SDK's errors hold the platform's texts, so they end here; nothing is chained to ours. The SDK does not look at
        the status."""
        self._session.forget()
        try:
            result = send(self._api)
            answer = self._session.last
            if answer is None or answer.status_code in MADE:
                return result
            translated = _translate(ValueError(), answer, committing=committing)
        except Exception as e:
            translated = _translate(e, self._session.last, committing=committing)
        raise translated


def classify(code: int, subcode: int, status: int) -> type[ChannelError]:
    """What an error that answers a commit means, by Graph's code and subcode (0 for none) and the HTTP status."""
    if status >= 500:
        return OutcomeUnknown
    if status == 429:
        return RateLimited
    return _SUBCODES.get(subcode) or _CODES.get(code, OutcomeUnknown)


def _translate(error: Exception, answer: requests.Response | None, *, committing: bool) -> ChannelError:
    if answer is None:
        return broken_exchange(error, committing=committing)
    refusal = read(Refusal, answer)
    if refusal is None:
        return unreadable(answer, committing=committing)
    code, subcode = refusal.error.code, refusal.error.error_subcode or 0
    shown = f"{answer.status_code}/{code}/{subcode}"
    kind = classify(code, subcode, answer.status_code)
    if issubclass(kind, RateLimited):
        return kind(f"Graph {shown}", code=shown, summary=_which_limit(code), retry_after=_wait(answer))
    if kind is OutcomeUnknown and not committing:
        kind = Unavailable
    if kind is Unavailable and (code == 9004 or subcode in NOT_FETCHED):
        return out_of_reach(f"Graph {shown}", shown)
    if not committing and ((code, subcode) == (100, NOT_THERE) or subcode == CONTAINER_GONE):
        kind = Missing
    # The message is read for this alone, and never shown.
    elif issubclass(kind, Rejected) and "alt_text" in refusal.error.message:
        kind = AltRefused
    return kind(f"Graph {shown}", code=shown)


def out_of_reach(message: str, code: str, which: str = "画像") -> Unavailable:
    """Instagram fetches pictures itself. `which` names the picture."""
    return Unavailable(message, code=code, summary=_OUT_OF_REACH.format(which=which), next_step=_OPEN_THE_ADDRESS)


def subcode_of(error: ChannelError) -> int:
    """Of an error that Graph answered with; 0 for none."""
    last = error.code.rpartition("/")[2]
    return int(last) if last.isascii() and last.isdigit() else 0


def _which_limit(code: int) -> str:
    """Empty where Graph does not say."""
    whose = _LIMITS.get(code)
    return f"Meta の回数制限（{whose}）に達したため、まだ送っていません" if whose else ""


def _wait(answer: requests.Response) -> float | None:
    """Seconds, from Retry-After or from Meta's usage header, which tells minutes. Asking earlier prolongs the block."""
    if (asked := retry_after(answer.headers)) is not None:
        return asked
    try:
        usage = json.loads(answer.headers.get("X-Business-Use-Case-Usage", "{}"))
        minutes = max((int(e.get("estimated_time_to_regain_access", 0)) for v in usage.values() for e in v), default=0)
        return positive(float(minutes) * 60.0)
    except (ValueError, AttributeError, TypeError, OverflowError, RecursionError):
        return None
