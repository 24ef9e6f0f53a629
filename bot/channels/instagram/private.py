"""Instagram through instagrapi's private API: for a city that chose it, knowing that it is against Instagram's terms.

With its own settings one call of this library made three public posts. So: the plain transport without retries, no re-sending
after a time-out or a broken answer, no challenge dialogue, and no login ever: the worker restores a session that an operator
made. Uploads and the one publishing request are called singly, for the library's own upload method sleeps and guesses.
"""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import instagrapi
import requests
from instagrapi import exceptions as ig

from bot.channel_kit.answers import MADE, AnswerModel, read, unreadable
from bot.channel_kit.base import Account, Channel, Found, Outgoing, Prepared, Receipt, Sent
from bot.channel_kit.begun import one_by_one
from bot.channel_kit.http import OnceAdapter, broken_exchange, unchanged
from bot.channel_kit.limits import require_fit
from bot.channel_kit.matching import Page, earliest, listed, the_one
from bot.channel_kit.waits import retry_after
from bot.channels.instagram.answers import Configured, Current, Deleted, Feed, FeedItem, Refusal, Uploaded
from bot.channels.instagram.options import Options
from bot.config import Config, require
from bot.errors import (
    AccountSuspended,
    AuthExpired,
    ChannelError,
    ConfigError,
    MediaRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)
from bot.render.variant import ChannelSpec
from bot.text.likeness import canonical

REAL = "https://i.instagram.com"
READ_TIMEOUT = 30.0
T = TypeVar("T")
M = TypeVar("M", bound=AnswerModel)

# instagrapi's exception → what it means for a commit. The first that fits wins, then the answer's message, then its status; the
# rest is OutcomeUnknown, and so is every 5xx whatever its words.
_EXCEPTIONS: tuple[tuple[type[Exception], type[ChannelError]], ...] = (
    (ig.RateLimitError, RateLimited),
    (ig.PleaseWaitFewMinutes, AccountSuspended),
    (ig.AccountSuspended, AccountSuspended),
    (ig.SentryBlock, AccountSuspended),
    (ig.ChallengeRequired, AuthExpired),
    (ig.TwoFactorRequired, AuthExpired),
    (ig.BadPassword, AuthExpired),
    (ig.ClientNeedsUpgradeError, AuthExpired),
    (ig.ProxyAddressIsBlocked, AuthExpired),
)
_STATUSES: dict[int, type[ChannelError]] = {
    400: Rejected,
    401: AuthExpired,
    403: AuthExpired,
    404: Rejected,
    429: RateLimited,
}
# What the library has no exception for, or (for an upload) one for everything.
_MESSAGES: dict[str, type[ChannelError]] = {
    "challenge_required": AuthExpired,
    "checkpoint_required": AuthExpired,
    "consent_required": AuthExpired,
    "login_required": AuthExpired,
    "feedback_required": AccountSuspended,
    "inactive user": AccountSuspended,
    "media_needs_reupload": Unavailable,  # told within a success: the picture is gone, so nothing was posted
}


def connect(config: Config, spec: ChannelSpec) -> Channel:
    """Raises ConfigError if there is no session, or none that can be restored."""
    own = config.of(Options)
    require(own, spec.label, "private_session")
    try:
        session = json.loads(own.private_session.reveal())
    except ValueError:
        session = None
    if not isinstance(session, dict) or not session.get("authorization_data"):
        raise ConfigError(
            "the instagrapi session is not usable",
            summary="DXBOT_INSTAGRAM_PRIVATE_SESSION を読めません",
            next_step="運用担当者が instagrapi でログインし直し、セッションを保存してください",
        )
    return _Private(spec, session, own.private_base_url.rstrip("/"))


class _Client(instagrapi.Client):
    """Every private request leaves once; the library's own re-sending (after 408, a cut answer, a challenge) is gone."""

    def private_request(self, endpoint: str, data: Any = None, **kwargs: Any) -> dict[str, Any]:
        headers = {"Authorization": self.authorization, **(kwargs.pop("headers", None) or {})}
        answer: dict[str, Any] = self._send_private_request(endpoint, data=data, headers=headers, **kwargs)
        return answer

    def request_log(self, response: requests.Response) -> None:
        """The library calls this for every answer, uploads included, and keeps only the others'."""
        self.last_response: requests.Response | None = response


class _RebasedAdapter(OnceAdapter):
    """The library writes its host into every call; here it is put right, on the way out."""

    def __init__(self, base_url: str) -> None:
        super().__init__(READ_TIMEOUT)
        self._base = base_url

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if request.url and self._base != REAL:
            request.url = request.url.replace(REAL, self._base, 1)
        return super().send(request, *args, **kwargs)


def _client(session: dict[str, Any], base_url: str) -> _Client:
    quiet = logging.getLogger(f"{__name__}.instagrapi")
    quiet.setLevel(logging.CRITICAL)  # it logs whole answers
    # A saved session brings its own transport and retries, which would win over the arguments.
    kept = {k: v for k, v in session.items() if not k.endswith(("_transport", "_impersonate", "_timeout")) and "retr" not in k}
    client = _Client(
        kept,
        logger=quiet,
        private_transport="requests",
        request_timeout=0,  # seconds to sleep before each call
        session_retry_total=0,
        public_request_retries_count=0,
        with_challenge_flow=False,
    )
    for http in (client.private, client.public, client.graphql):
        http.max_redirects = 0
        http.auth = unchanged
        for scheme in ("https://", "http://"):
            http.mount(scheme, _RebasedAdapter(base_url))
    return client


class _Private:
    """The client keeps the state of its newest request in itself, so one thread at a time may use it."""

    def __init__(self, spec: ChannelSpec, session: dict[str, Any], base_url: str) -> None:
        self._spec = spec
        self._client = _client(session, base_url)
        self._lock = threading.Lock()
        self._web = "https://www.instagram.com" if base_url == REAL else base_url

    @property
    def account(self) -> str:
        return f"instagram:{self._client.user_id}"

    def prepare(self, outgoing: Outgoing) -> Prepared:
        require_fit(self._spec, outgoing)
        names = one_by_one(outgoing, lambda number, media: self._upload(outgoing, number - 1))
        uploads = [(name, media.width, media.height) for name, media in zip(names, outgoing.media, strict=True)]
        return Prepared(outgoing=outgoing, token=json.dumps(uploads))

    def commit(self, prepared: Prepared, now: datetime) -> Receipt:
        def configure() -> Receipt:
            self._configure(prepared)
            media = self._told(Configured).media
            return Receipt(remote_id=str(media.pk), url=self._url(media.code), at=now)

        return self._call(configure, committing=True)

    def find(self, sent: Sent) -> Found:
        """Among the account's posts since just before the first commit: the same caption and picture count."""
        since = earliest(sent)
        posts = listed(FeedItem, self._feed, lambda post: post.taken_at < since)
        return the_one(posts, lambda post: _is_it(post, sent.prepared.outgoing), self._receipt)

    def delete(self, remote_id: str) -> None:
        def delete() -> bool:
            self._client.media_delete(f"{remote_id}_{self._client.user_id}")
            return self._told(Deleted).did_delete

        if not self._call(delete, committing=False):
            raise Rejected("not deleted")

    def stands(self, remote_id: str) -> bool:
        raise Unavailable("one post cannot be asked for by its number")

    def probe(self) -> Account:
        """The app's API tells neither rights nor an end of the session."""

        def ask() -> Account:
            self._client.private_request("accounts/current_user/", params={"edit": "true"})
            person = self._told(Current).user
            return Account(identity=f"instagram:{person.pk}", name=f"@{person.username}" if person.username else "")

        return self._call(ask, committing=False)

    def _upload(self, outgoing: Outgoing, number: int) -> str:
        """Its id, the same at every try."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "picture.jpg"
            path.write_bytes(outgoing.media[number].data)
            name, album = _upload_id(outgoing, number), len(outgoing.media) > 1

            def upload() -> str:
                self._client.photo_rupload(path, upload_id=name, to_album=album)
                self._told(Uploaded)
                return name

            return self._call(upload, committing=False)

    def _configure(self, prepared: Prepared) -> dict[str, Any]:
        uploads, outgoing = json.loads(prepared.token), prepared.outgoing
        if len(uploads) == 1:
            upload_id, width, height = uploads[0]
            extra = {"custom_accessibility_caption": outgoing.media[0].alt}
            single: dict[str, Any] = self._client.photo_configure(upload_id, width, height, outgoing.text, extra_data=extra)
            return single
        children = [_child(u, m.alt) for u, m in zip(uploads, outgoing.media, strict=True)]
        name = _upload_id(outgoing, len(uploads))
        sidecar = {"client_sidecar_id": name, "upload_id": name}
        album: dict[str, Any] = self._client.album_configure(children, outgoing.text, extra_data=sidecar)
        return album

    def _feed(self, cursor: str) -> Page:
        """Not by user_medias_v1, which takes a failed reading for an empty one."""
        query = {"count": 20, "rank_token": self._client.rank_token, "ranked_content": "true"}
        query |= {"max_id": cursor} if cursor else {}

        def ask() -> Page:
            self._client.private_request(f"feed/user/{self._client.user_id}/", params=query)
            told = self._told(Feed)
            return Page(entries=told.items, following=str(told.next_max_id or "") if told.more_available else "")

        return self._call(ask, committing=False)

    def _receipt(self, post: FeedItem) -> Receipt:
        return Receipt(remote_id=str(post.pk), url=self._url(post.code), at=datetime.fromtimestamp(post.taken_at, UTC))

    def _url(self, code: str) -> str:
        return f"{self._web}/p/{code}/"

    def _told(self, model: type[M]) -> M:
        """The answer to the newest request. Raises ValueError for one that has not this form."""
        answer = self._client.last_response
        told = read(model, answer) if answer is not None and answer.status_code in MADE else None
        if told is None:
            raise ValueError
        return told

    def _call(self, send: Callable[[], T], *, committing: bool) -> T:
        """The library's errors hold whole answers, so they end here; nothing is chained to ours."""
        with self._lock:
            self._client.last_response = None
            try:
                return send()
            except Exception as e:
                translated = _translate(e, self._client.last_response, committing=committing)
        raise translated


def _upload_id(outgoing: Outgoing, number: int) -> str:
    """Digits, as the app makes them: the same at every try of this delivery, and for no other text or picture."""
    content = json.dumps([outgoing.key, outgoing.text, [m.sha256 for m in outgoing.media], number])
    return str(int.from_bytes(hashlib.sha256(content.encode()).digest()[:6]))


def _child(upload: list[Any], alt: str) -> dict[str, Any]:
    upload_id, width, height = upload
    return {
        "upload_id": upload_id,
        "edits": json.dumps({"crop_original_size": [width, height], "crop_center": [0.0, -0.0], "crop_zoom": 1.0}),
        "extra": json.dumps({"source_width": width, "source_height": height}),
        "scene_capture_type": "",
        "scene_type": None,
        "custom_accessibility_caption": alt,
    }


def _is_it(post: FeedItem, outgoing: Outgoing) -> bool:
    """The same caption and picture count."""
    caption = (post.caption and post.caption.text) or ""
    return canonical(caption) == canonical(outgoing.text) and (len(post.carousel_media or ()) or 1) == len(outgoing.media)


def _translate(error: Exception, answer: requests.Response | None, *, committing: bool) -> ChannelError:
    if isinstance(error, ig.PhotoNotUpload):
        answer = error.response
    if answer is None:
        return broken_exchange(error, committing=committing)
    refusal = read(Refusal, answer)
    if refusal is None:
        return unreadable(answer, committing=committing)
    kind, code = _meaning(error, answer, refusal.message or ""), f"{answer.status_code}/{type(error).__name__}"
    if issubclass(kind, RateLimited):
        return kind(code, code=code, retry_after=retry_after(answer.headers))
    if kind is OutcomeUnknown and not committing:
        kind = Unavailable
    return kind(code, code=code)


def _meaning(error: Exception, answer: requests.Response, message: str) -> type[ChannelError]:
    if answer.status_code >= 500:
        return OutcomeUnknown
    named = [kind for source, kind in _EXCEPTIONS if isinstance(error, source)]
    by_status = _STATUSES.get(answer.status_code, OutcomeUnknown)
    if isinstance(error, ig.PhotoNotUpload) and by_status is Rejected:
        by_status = MediaRefused
    return named[0] if named else _MESSAGES.get(message, by_status)
