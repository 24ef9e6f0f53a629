"""X, by tweepy and X's API v2.

tweepy has its host written into a method, no time limit, and no v2 upload; the client below is tweepy's with these three put
right. OAuth 1.0a user context: its tokens do not expire.
"""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot.channels.base import CannotTell, Channel, Found, Outgoing, Prepared, Receipt, Sent
from bot.channels.registry import require
from bot.config import Config
from bot.errors import (
    AccountSuspended,
    AuthExpired,
    ChannelError,
    Duplicate,
    MediaRefused,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
    Rejected,
    TooLong,
    Unavailable,
)
from bot.media.limits import ImageLimits
from bot.render.variant import ChannelSpec, Media
from bot.text.counting import weighted_length
from bot.text.split import split

if TYPE_CHECKING:
    from requests import Response

LIMIT = 280
READ_TIMEOUT = 25.0
_POST_USD, _POST_WITH_URL_USD = Decimal("0.015"), Decimal("0.20")  # pay-per-use prices since 2026-04-20
_URL = re.compile(r"https?://")


def cost(text: str) -> Decimal:
    """What X asks for a post, in US dollars."""
    if not text:
        return Decimal(0)
    return _POST_WITH_URL_USD if _URL.search(text) else _POST_USD


SPEC = ChannelSpec(
    key="x",
    label="X",
    limit=LIMIT,
    length=weighted_length,
    unit="（半角で数えた字数）",
    images=ImageLimits(max_count=4, max_bytes=5_000_000, max_alt=1000),
    options={"thread": bool, "link": bool},
    split=lambda text, protected: split(text, LIMIT, weighted_length, protected),
    cost=cost,
)

# Status of an answer to a commit → what it means. An unlisted one is OutcomeUnknown: every 5xx may have posted.
_STATUS: dict[int, type[ChannelError]] = {
    400: Rejected,
    401: AuthExpired,
    402: OutOfCredit,
    403: Rejected,
    404: Rejected,
    413: MediaRefused,
    422: Rejected,
    429: RateLimited,
}
# Words in a 403 or 400, where the status alone does not tell. Matched in lower case, never shown.
_DETAIL: tuple[tuple[str, type[ChannelError]], ...] = (
    ("duplicate content", Duplicate),
    ("too long", TooLong),
    ("text is too long", TooLong),
    ("suspended", AccountSuspended),
    ("locked", AccountSuspended),
    ("unsupported authentication", AuthExpired),
    ("oauth1 permissions", AuthExpired),
    ("media", MediaRefused),
)


def connect(config: Config) -> Channel:
    """Raises ConfigError if a key is missing."""
    names = ("x_consumer_key", "x_consumer_secret", "x_access_token", "x_access_token_secret")
    require(config, "X", *names)
    return _X(config)


class _X:
    def __init__(self, config: Config) -> None:
        self._client = _client(config)
        self._user = config.x_access_token.reveal().partition("-")[0]
        real = config.x_base_url == "https://api.x.com"
        self._web = "https://x.com" if real else config.x_base_url.rstrip("/")

    @property
    def account(self) -> str:
        return f"x:{self._user}"

    def prepare(self, outgoing: Outgoing) -> Prepared:
        ids = [self._upload(f"{outgoing.key}-{n}.jpg", media) for n, media in enumerate(outgoing.media)]
        return Prepared(outgoing=outgoing, token=",".join(ids), last_seen=self._newest())

    def commit(self, prepared: Prepared, now: datetime) -> Receipt:
        outgoing = prepared.outgoing
        body: dict[str, Any] = {"text": outgoing.text, "user_auth": True}
        if prepared.token:
            body["media_ids"] = prepared.token.split(",")
        if outgoing.parent:
            body["in_reply_to_tweet_id"] = outgoing.parent
        answer = self._call(lambda: self._client.create_tweet(**body), committing=True)
        remote = str((getattr(answer, "data", None) or {}).get("id", ""))
        if not remote.isdigit():
            raise OutcomeUnknown("answer without an id")
        return Receipt(remote_id=remote, url=self._url(remote), at=now)

    def find(self, sent: Sent) -> Found:
        """Among our own posts since just before the commit: the same text, picture count and parent."""
        last = sent.prepared.last_seen
        since = {"since_id": last} if last else {"start_time": sent.since - timedelta(seconds=60)}
        posts = self._own(max_results=100, **since)
        wanted = _fingerprint(sent.prepared)
        hits = [post for post in posts if _fingerprint_of(post) == wanted]
        if len(hits) != 1:
            return CannotTell(f"{len(hits)} of {len(posts)}")
        remote = str(hits[0]["id"])
        return Receipt(remote_id=remote, url=self._url(remote), at=sent.since)

    def delete(self, remote_id: str) -> None:
        self._call(lambda: self._client.delete_tweet(remote_id, user_auth=True), committing=False)

    def _url(self, remote: str) -> str:
        return f"{self._web}/i/status/{remote}"

    def _upload(self, name: str, media: Media) -> str:
        def upload() -> str:
            files = {"media": (name, media.data, "image/jpeg")}
            answer = self._client.request(
                "POST", "/2/media/upload", files=files, data={"media_category": "tweet_image"}, user_auth=True
            )
            uploaded = str(answer.json()["data"]["id"])
            alt = {"id": uploaded, "metadata": {"alt_text": {"text": media.alt}}}
            self._client.request("POST", "/2/media/metadata", json=alt, user_auth=True)
            return uploaded

        return str(self._call(upload, committing=False))

    def _newest(self) -> str:
        try:
            posts = self._own(max_results=5)
        except Unavailable:  # reading back then starts from the time of the commit instead
            return ""
        return str(max((int(post["id"]) for post in posts), default=""))

    def _own(self, **query: Any) -> list[Any]:
        fields = ["created_at", "entities", "attachments", "referenced_tweets"]
        answer = self._call(
            lambda: self._client.get_users_tweets(self._user, tweet_fields=fields, user_auth=True, **query), committing=False
        )
        return list(getattr(answer, "data", None) or [])

    def _call(self, send: Any, *, committing: bool) -> Any:
        """tweepy's and requests' errors in our words; theirs may hold texts and keys, so they end here."""
        try:
            return send()
        except Exception as e:
            translated = _translate(e, committing=committing)
        raise translated


class _Refused(Exception):
    """An answer that is not a 2xx. (tweepy's own exception stumbles over bodies that are not what it expects.)"""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


def _translate(error: Exception, *, committing: bool) -> ChannelError:
    from bot.channels._http import broken_exchange

    if isinstance(error, _Refused):
        return _from_answer(error.response, committing=committing)
    return broken_exchange(error, committing=committing)


def _from_answer(response: Response, *, committing: bool) -> ChannelError:
    from bot.channels._http import retry_after

    status = response.status_code
    kind = _STATUS.get(status, OutcomeUnknown)
    if kind is RateLimited:
        return RateLimited("429", code="429", retry_after=retry_after(response.headers, "x-rate-limit-reset"))
    if status in (400, 403):
        detail = response.text[:2000].lower()
        kind = next((k for words, k in _DETAIL if words in detail), kind)
    if kind is OutcomeUnknown and not committing:
        kind = Unavailable
    return kind(f"HTTP {status}", code=str(status))


def canonical(text: str, urls: list[Any] | None = None) -> str:
    """A post's text as its author typed it: entities unescaped, t.co links expanded, a trailing media link dropped, NFC,
    white space collapsed."""
    for entity in urls or []:
        target = "" if entity.get("media_key") else entity.get("expanded_url", "")
        text = text.replace(entity["url"], target)
    text = re.sub(r"\s*https://t\.co/\w+\s*$", "", text)
    return " ".join(unicodedata.normalize("NFC", html.unescape(text)).split())


def _fingerprint(prepared: Prepared) -> tuple[str, int, str]:
    outgoing = prepared.outgoing
    return canonical(outgoing.text), len(outgoing.media), outgoing.parent


def _fingerprint_of(post: Any) -> tuple[str, int, str]:
    entities, attachments = post.get("entities") or {}, post.get("attachments") or {}
    replied = [r["id"] for r in post.get("referenced_tweets") or [] if r["type"] == "replied_to"]
    text = canonical(post["text"], entities.get("urls"))
    return text, len(attachments.get("media_keys") or []), str(replied[0]) if replied else ""


def _client(config: Config) -> Any:
    """tweepy.Client with the host, the time limits and the multipart bodies that it lacks."""
    import tweepy
    from tweepy.auth import OAuth1UserHandler

    from bot.channels._http import OnceSession

    keys = (config.x_consumer_key, config.x_consumer_secret, config.x_access_token, config.x_access_token_secret)
    secrets = tuple(key.reveal() for key in keys)

    class Client(tweepy.Client):  # type: ignore[misc]
        def request(
            self,
            method: str,
            route: str,
            params: Any = None,
            json: Any = None,
            user_auth: bool = False,
            files: Any = None,
            data: Any = None,
        ) -> Response:
            response: Response = self.session.request(
                method,
                config.x_base_url.rstrip("/") + route,
                params=params,
                json=json,
                files=files,
                data=data,
                headers={"User-Agent": self.user_agent},
                auth=OAuth1UserHandler(*secrets).apply_auth(),
            )
            if not 200 <= response.status_code < 300:
                raise _Refused(response)
            return response

    client = Client(consumer_key="-", consumer_secret="-", access_token="-", access_token_secret="-")  # noqa: S106 signed above
    client.session = OnceSession(READ_TIMEOUT)
    return client
