"""X, by tweepy and X's API v2: media first, then one request that makes a post."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from requests import Response

from bot.channel_kit.answers import MADE, AnswerModel, read, unreadable
from bot.channel_kit.base import Account, Channel, Found, Newest, Outgoing, Prepared, Receipt, Sent
from bot.channel_kit.begun import one_by_one
from bot.channel_kit.http import broken_exchange
from bot.channel_kit.limits import require_fit
from bot.channel_kit.matching import Page, listed, made_before, newest, the_one
from bot.channel_kit.pictures import refused
from bot.channel_kit.waits import retry_after, until
from bot.channels.x import SPEC, Options
from bot.channels.x.answers import Complaints, Deleted, Made, Me, Post, Problem, Shown, Timeline
from bot.channels.x.client import Refused, XClient
from bot.channels.x.reading import before, is_it
from bot.config import Config, require
from bot.errors import (
    AccountSuspended,
    AuthExpired,
    ChannelError,
    Duplicate,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
    Rejected,
    TooLong,
    Unavailable,
)
from bot.render.variant import Media

REAL, WEB = "https://api.x.com", "https://x.com"
T = TypeVar("T")
M = TypeVar("M", bound=AnswerModel)

# Status of an answer → what it means for a commit. An unlisted one is OutcomeUnknown: every 5xx may have posted.
_STATUSES: dict[int, type[ChannelError]] = {
    400: Rejected,
    401: AuthExpired,
    402: OutOfCredit,
    403: Rejected,
    404: Rejected,
    413: Rejected,
    422: Rejected,
    429: RateLimited,
}
# Words in an error's `type`, `detail` or `message`, where the status alone does not tell. Lower case; never shown.
_WORDS: tuple[tuple[str, type[ChannelError]], ...] = (
    ("duplicate content", Duplicate),
    ("code 187.", Duplicate),  # the older form: "Status is a duplicate."
    ("too long", TooLong),
    ("suspended", AccountSuspended),
    ("temporarily locked", AccountSuspended),
    ("unsupported-authentication", AuthExpired),
    ("unsupported authentication", AuthExpired),
    ("client-forbidden", AuthExpired),
    ("oauth1 app permissions", AuthExpired),
    ("usage-capped", OutOfCredit),
)
# Two windows count posts, fifteen minutes and a day; on a 429 the one that is used up tells when it opens again.
_WINDOWS = {"x-rate-limit": "15分", "x-app-limit-24hour": "アプリの24時間", "x-user-limit-24hour": "アカウントの24時間"}
# With every answer X tells what an app may do for its user, in this header; left out, it was not told.
_ACCESS, _WRITES = "x-access-level", "read-write"
_FIELDS = ("created_at", "author_id", "entities", "attachments", "referenced_tweets")


def connect(config: Config) -> Channel:
    """Raises ConfigError if a key is missing."""
    own = config.of(Options)
    require(own, SPEC.label, "consumer_key", "consumer_secret", "access_token", "access_token_secret")
    # An access token of OAuth 1.0a begins with its user's number.
    user = own.access_token.reveal().partition("-")[0]
    base = own.base_url.rstrip("/")
    client = XClient(base, own.consumer_key, own.consumer_secret, own.access_token, own.access_token_secret)
    return _X(client, user, WEB if base == REAL else base)


class _X:
    def __init__(self, client: XClient, user: str, web: str) -> None:
        self._client, self._user, self._web = client, user, web

    @property
    def account(self) -> str:
        return f"x:{self._user}"

    def prepare(self, outgoing: Outgoing) -> Prepared:
        require_fit(SPEC, outgoing)
        ids = one_by_one(outgoing, lambda n, media: self._upload(n, f"{outgoing.key}-{n - 1}.jpg", media), self._describe)
        return Prepared(outgoing=outgoing, token=",".join(ids))

    def commit(self, prepared: Prepared, now: datetime) -> Receipt:
        outgoing = prepared.outgoing
        body: dict[str, Any] = {"text": outgoing.text}
        if prepared.token:
            body["media_ids"] = prepared.token.split(",")
        if outgoing.parent:
            body["in_reply_to_tweet_id"] = outgoing.parent
        try:
            remote = self._read(Made, lambda: self._client.create_tweet(**body), committing=True).data.id
        # X refuses a text that it has: most likely our own request, whose answer was lost. Reading back decides.
        except Duplicate as refusal:
            return made_before(self, prepared, now, refusal)
        return Receipt(remote_id=remote, url=self._url(remote), at=now)

    def find(self, sent: Sent) -> Found:
        """Among our own posts since just before the first commit: the same text, picture count and parent."""
        posts = listed(Post, lambda cursor: self._timeline(sent.since, cursor))
        return the_one(posts, lambda post: is_it(post, sent.prepared, self._user), self._receipt)

    def delete(self, remote_id: str) -> None:
        if not self._read(Deleted, lambda: self._client.delete_tweet(remote_id), committing=False).data.deleted:
            raise Rejected("not deleted")

    def stands(self, remote_id: str) -> bool:
        shown = self._read(Shown, lambda: self._client.get_tweet(remote_id, user_auth=True), committing=False)
        return shown.data is not None and shown.data.id == remote_id

    def newest(self, since: datetime) -> Newest:
        return newest(Post, self._timeline(since, ""), lambda post: post.created_at, lambda post: post.id, since)

    def probe(self) -> Account:
        """Keys of OAuth 1.0a do not end by themselves."""
        answer = self._call(lambda: self._client.get_me(user_auth=True), committing=False)
        told = read(Me, answer)
        if told is None:
            raise unreadable(answer, committing=False)
        access = answer.headers.get(_ACCESS, "")
        return Account(
            identity=f"x:{told.data.id}",
            name=f"@{told.data.username}",
            rights=(access,) if access else None,
            lacks=() if not access or access.startswith(_WRITES) else (_WRITES,),
            endless=True,
        )

    def _url(self, remote: str) -> str:
        return f"{self._web}/i/status/{remote}"

    def _upload(self, number: int, name: str, media: Media) -> str:
        """Its id. Raises MediaRefused with the picture's name, as `_describe` does."""
        try:
            return self._read(Made, lambda: self._client.upload(name, media.data), committing=False).data.id
        except Rejected as e:
            told = refused(e, number, media, alt=False)
        raise told

    def _describe(self, number: int, media: Media, uploaded: str) -> None:
        try:
            return self._call(lambda: self._client.describe(uploaded, media.alt), committing=False)
        except Rejected as e:
            told = refused(e, number, media, alt=True)
        raise told

    def _receipt(self, post: Post) -> Receipt:
        return Receipt(remote_id=post.id, url=self._url(post.id), at=post.created_at)

    def _timeline(self, since: datetime, cursor: str) -> Page:
        """Newest first. What is older than the first commit has a smaller number; X asks a price for each that is read."""
        query = {"since_id": before(since), "max_results": 100, **({"pagination_token": cursor} if cursor else {})}
        told = self._read(
            Timeline,
            lambda: self._client.get_users_tweets(self._user, tweet_fields=list(_FIELDS), user_auth=True, **query),
            committing=False,
        )
        if told.data is None and told.meta is None:
            raise Unavailable("anybody's object")
        return Page(entries=told.data or (), following=(told.meta and told.meta.next_token) or "")

    def _read(self, model: type[M], send: Callable[[], Response], *, committing: bool) -> M:
        answer = self._call(send, committing=committing)
        told = read(model, answer) if answer.status_code in MADE else None
        if told is None:
            raise unreadable(answer, committing=committing)
        return told

    def _call(self, send: Callable[[], T], *, committing: bool) -> T:
        """tweepy's and requests' errors hold texts and keys, so they end here; nothing is chained to ours."""
        try:
            return send()
        except Exception as e:
            translated = _translate(e, committing=committing)
        raise translated


def _translate(error: Exception, *, committing: bool) -> ChannelError:
    if not isinstance(error, Refused):
        return broken_exchange(error, committing=committing)
    told = _told(error.response)
    if told is None:
        return unreadable(error.response, committing=committing)
    kind, code = _meaning(error.response.status_code, told), str(error.response.status_code)
    if issubclass(kind, RateLimited):
        headers = error.response.headers
        return kind(f"HTTP {code}", code=code, summary=_which_limit(headers), retry_after=_wait(headers))
    if kind is OutcomeUnknown and not committing:
        kind = Unavailable
    return kind(f"HTTP {code}", code=code)


def _meaning(status: int, told: str) -> type[ChannelError]:
    kind = _STATUSES.get(status, OutcomeUnknown)
    if kind not in (Rejected, RateLimited):
        return kind
    return next((more for words, more in _WORDS if words in told), kind)


def _told(answer: Response) -> str | None:
    """What X says of the error, None if it is not X that speaks. Not the whole body, which may quote the post."""
    problem = read(Problem, answer)
    refusal = problem or read(Complaints, answer)
    if refusal is None:
        return None
    words = [problem.type or "", problem.detail or ""] if problem else []
    for e in refusal.errors:
        words += [e.message, f"code {e.code}." if e.code is not None else ""]
    return " ".join(words).lower()


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds until a new try, None if X does not say."""
    if (asked := retry_after(headers)) is not None:
        return asked
    return max((wait for w in _used_up(headers) if (wait := until(headers[f"{w}-reset"])) is not None), default=None)


def _used_up(headers: Mapping[str, str]) -> list[str]:
    return [w for w in _WINDOWS if f"{w}-reset" in headers and headers.get(f"{w}-remaining", "0") == "0"]


def _which_limit(headers: Mapping[str, str]) -> str:
    """Empty where X does not say."""
    names = "・".join(_WINDOWS[w] for w in _used_up(headers))
    return f"X の回数制限（{names}）に達したため、まだ送っていません" if names else ""
