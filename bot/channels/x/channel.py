"""X, by tweepy and X's API v2: media first, then one request that makes a post."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from requests import Response

from bot.channel_kit.answers import MADE, AnswerModel, read, unreadable
from bot.channel_kit.base import CannotTell, Channel, Found, Outgoing, Prepared, Receipt, Sent
from bot.channel_kit.http import broken_exchange
from bot.channel_kit.limits import require_fit
from bot.channel_kit.matching import CLOCK_SKEW, made_before
from bot.channel_kit.waits import retry_after, until
from bot.channels.x import SPEC, Options
from bot.channels.x.answers import Complaints, Deleted, Made, Problem, Shown
from bot.channels.x.client import Refused, XClient
from bot.config import Config, require
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
from bot.render.variant import Media
from bot.text.likeness import canonical

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
_WINDOWS = ("x-rate-limit", "x-app-limit-24hour", "x-user-limit-24hour")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_FINAL_SLASH = re.compile(r"/(?=\s|$)")
_MEDIA_LINK = re.compile(r"\s*https://t\.co/\w+\s*$")


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
        ids = [self._upload(n + 1, f"{outgoing.key}-{n}.jpg", media) for n, media in enumerate(outgoing.media)]
        return Prepared(outgoing=outgoing, token=",".join(ids), last_seen=self._newest())

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
            return made_before(self, Sent(prepared=prepared, since=now), refusal)
        return Receipt(remote_id=remote, url=self._url(remote), at=now)

    def find(self, sent: Sent) -> Found:
        """Among our own posts since just before the commit: the same text, picture count and parent."""
        return self._call(lambda: self._search(sent), committing=False)

    def delete(self, remote_id: str) -> None:
        if not self._read(Deleted, lambda: self._client.delete_tweet(remote_id), committing=False).data.deleted:
            raise Rejected("not deleted")

    def stands(self, remote_id: str) -> bool:
        shown = self._read(Shown, lambda: self._client.get_tweet(remote_id, user_auth=True), committing=False)
        return shown.data is not None and shown.data.id == remote_id

    def _url(self, remote: str) -> str:
        return f"{self._web}/i/status/{remote}"

    def _upload(self, number: int, name: str, media: Media) -> str:
        """Its id. Raises MediaRefused with the picture's number and whether it is about the picture or its alt text."""
        what = f"{number}枚目の画像"
        try:
            uploaded = self._read(Made, lambda: self._client.upload(name, media.data), committing=False).data.id
            what += "の代替テキスト"
            self._call(lambda: self._client.describe(uploaded, media.alt), committing=False)
        except Rejected as e:
            summary = f"{what}を配信先が受け付けませんでした"
            refused = MediaRefused(e.message, code=e.code, summary=summary)
        else:
            return uploaded
        raise refused

    def _newest(self) -> str:
        """The newest own post's id, "" if that cannot be read: reading back then starts from the time of the commit."""
        try:
            posts = self._call(lambda: self._own(max_results=5), committing=False)
        except Unavailable:
            return ""
        return str(max((int(post["id"]) for post in posts), default=""))

    def _search(self, sent: Sent) -> Found:
        last = sent.prepared.last_seen
        # From the newest post before ours: `start_time` alone goes by a clock that may differ from X's.
        posts = self._own(max_results=100, **({"since_id": last} if last else {"start_time": sent.since - CLOCK_SKEW}))
        wanted = _sent_comparable(sent.prepared)
        hits = [post for post in posts if _comparable(post) == wanted]
        if len(hits) != 1:
            return CannotTell(f"{len(hits)} of {len(posts)}")
        made = datetime.fromisoformat(hits[0]["created_at"])
        return Receipt(remote_id=hits[0]["id"], url=self._url(hits[0]["id"]), at=made)

    def _own(self, **query: Any) -> list[dict[str, Any]]:
        fields = ["created_at", "entities", "attachments", "referenced_tweets"]
        answer = self._client.get_users_tweets(self._user, tweet_fields=fields, user_auth=True, **query)
        return list(answer.json().get("data", []))

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
        return kind(f"HTTP {code}", code=code, retry_after=_wait(error.response.headers))
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
    used_up = [w for w in _WINDOWS if headers.get(f"{w}-remaining", "0") == "0"]
    return max((wait for w in used_up if (wait := until(headers.get(f"{w}-reset", ""))) is not None), default=None)


def _sent_comparable(prepared: Prepared) -> tuple[str, int, str]:
    outgoing = prepared.outgoing
    return _without_scheme(outgoing.text), len(outgoing.media), outgoing.parent


def _comparable(post: Mapping[str, Any]) -> tuple[str, int, str]:
    """Text, picture count and parent of a post, as they can be compared with what was sent."""
    pictures = len((post.get("attachments") or {}).get("media_keys", []))
    parents = [r["id"] for r in post.get("referenced_tweets") or [] if r["type"] == "replied_to"]
    links = (post.get("entities") or {}).get("urls", [])
    return _without_scheme(_as_typed(post["text"], links, pictures)), pictures, parents[0] if parents else ""


def _as_typed(text: str, links: list[dict[str, Any]], pictures: int) -> str:
    """A post's text with X's own marks undone: three characters escaped, links shortened, a link to the pictures added."""
    for escaped, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(escaped, character)
    if pictures and not any("media_key" in link for link in links):
        text = _MEDIA_LINK.sub("", text)
    for link in links:
        text = text.replace(link["url"], "" if "media_key" in link else link["expanded_url"])
    return text


def _without_scheme(text: str) -> str:
    """X puts a scheme before a bare domain, and a slash behind it."""
    return canonical(_FINAL_SLASH.sub("", _SCHEME.sub("", text)))
