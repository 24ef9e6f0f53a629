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
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import instagrapi
import requests
from instagrapi import exceptions as ig

from bot.channels._http import OnceAdapter, broken_exchange
from bot.channels.base import CannotTell, Channel, Found, Outgoing, Prepared, Receipt, Sent
from bot.channels.registry import require
from bot.config import Config
from bot.errors import (
    AccountSuspended,
    AuthExpired,
    ChannelError,
    ConfigError,
    MediaRefused,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)

REAL = "https://i.instagram.com"
READ_TIMEOUT = 30.0
T = TypeVar("T")

# instagrapi's exception → what it means for a commit; first match wins, the rest is OutcomeUnknown.
_ERRORS: tuple[tuple[type[Exception], type[ChannelError]], ...] = (
    (ig.ClientThrottledError, RateLimited),
    (ig.RateLimitError, RateLimited),
    (ig.PleaseWaitFewMinutes, AccountSuspended),
    (ig.AccountSuspended, AccountSuspended),
    (ig.FeedbackRequired, AccountSuspended),
    (ig.SentryBlock, AccountSuspended),
    (ig.ChallengeRequired, AuthExpired),
    (ig.TwoFactorRequired, AuthExpired),
    (ig.LoginRequired, AuthExpired),
    (ig.BadPassword, AuthExpired),
    (ig.ClientUnauthorizedError, AuthExpired),
    (ig.ClientForbiddenError, AuthExpired),
    (ig.ClientNeedsUpgradeError, AuthExpired),
    (ig.ProxyAddressIsBlocked, AuthExpired),
    (ig.ClientBadRequestError, Rejected),
    (ig.ClientNotFoundError, Rejected),
)


def connect(config: Config) -> Channel:
    require(config, "Instagram（instagrapi）", "instagram_private_session")
    try:
        session = json.loads(config.instagram_private_session.reveal())
    except ValueError:
        session = None
    if not isinstance(session, dict) or not session.get("authorization_data"):
        raise ConfigError(
            "the instagrapi session is not usable",
            summary="DXBOT_INSTAGRAM_PRIVATE_SESSION を読めません",
            next_step="運用担当者が instagrapi でログインし直し、セッションを保存してください",
        )
    return _Private(session, config.instagram_private_base_url.rstrip("/"))


class _Client(instagrapi.Client):
    """Every private request leaves once; the library's own re-sending (after 408, a cut answer, a challenge) is gone."""

    def private_request(self, endpoint: str, data: Any = None, **kwargs: Any) -> dict[str, Any]:
        headers = {"Authorization": self.authorization, **(kwargs.pop("headers", None) or {})}
        self._send_private_request(endpoint, data=data, headers=headers, **kwargs)
        answer: dict[str, Any] = self.last_json
        return answer


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
    kept = {k: v for k, v in session.items() if not k.endswith(("_transport", "_impersonate")) and "retr" not in k}
    client = _Client(
        kept,
        logger=quiet,
        private_transport="requests",
        request_timeout=0,
        session_retry_total=0,
        public_request_retries_count=0,
        with_challenge_flow=False,
    )
    for http in (client.private, client.public, client.graphql):
        http.max_redirects = 0
        http.trust_env = False
        for scheme in ("https://", "http://"):
            http.mount(scheme, _RebasedAdapter(base_url))
    client.request_timeout = 0
    return client


class _Private:
    def __init__(self, session: dict[str, Any], base_url: str) -> None:
        self._client = _client(session, base_url)
        self._web = "https://www.instagram.com" if base_url == REAL else base_url

    @property
    def account(self) -> str:
        return f"instagram:{self._client.user_id}"

    def prepare(self, outgoing: Outgoing) -> Prepared:
        album = len(outgoing.media) > 1
        uploads = [self._upload(outgoing.key, n, m.data, album) for n, m in enumerate(outgoing.media)]
        return Prepared(outgoing=outgoing, token=json.dumps(uploads))

    def commit(self, prepared: Prepared, now: datetime) -> Receipt:
        answer = self._call(lambda: self._configure(prepared), committing=True)
        media = answer.get("media") or {}
        if not media.get("pk") or not media.get("code"):
            raise OutcomeUnknown("answer without an id")
        return Receipt(remote_id=str(media["pk"]), url=self._url(media["code"]), at=now)

    def find(self, sent: Sent) -> Found:
        """Among the account's newest posts: the same caption and picture count, made since the commit."""
        medias = self._call(lambda: self._client.user_medias_v1(self._client.user_id, 20), committing=False)
        outgoing = sent.prepared.outgoing
        wanted = (_canonical(outgoing.text), len(outgoing.media))
        earliest = sent.since - timedelta(seconds=120)
        hits = [m for m in medias if (_canonical(m.caption_text), len(m.resources) or 1) == wanted and m.taken_at >= earliest]
        if len(hits) != 1:
            return CannotTell(f"{len(hits)} of {len(medias)}")
        return Receipt(remote_id=str(hits[0].pk), url=self._url(hits[0].code), at=sent.since)

    def delete(self, remote_id: str) -> None:
        self._call(lambda: self._client.media_delete(f"{remote_id}_{self._client.user_id}"), committing=False)

    def _upload(self, key: str, number: int, data: bytes, album: bool) -> list[Any]:
        """Upload id (the same at every try), width, height."""
        upload_id = str(int.from_bytes(hashlib.sha256(f"{key}/{number}".encode()).digest()[:6]))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "picture.jpg"
            path.write_bytes(data)
            sent = self._call(lambda: self._client.photo_rupload(path, upload_id=upload_id, to_album=album), committing=False)
        return list(sent)

    def _configure(self, prepared: Prepared) -> dict[str, Any]:
        uploads, outgoing = json.loads(prepared.token), prepared.outgoing
        if len(uploads) == 1:
            upload_id, width, height = uploads[0]
            extra = {"custom_accessibility_caption": outgoing.media[0].alt}
            single: dict[str, Any] = self._client.photo_configure(upload_id, width, height, outgoing.text, extra_data=extra)
            return single
        children = [_child(u, m.alt) for u, m in zip(uploads, outgoing.media, strict=True)]
        sidecar = {"client_sidecar_id": uploads[0][0], "upload_id": uploads[0][0]}
        album: dict[str, Any] = self._client.album_configure(children, outgoing.text, extra_data=sidecar)
        return album

    def _url(self, code: str) -> str:
        return f"{self._web}/p/{code}/"

    def _call(self, send: Callable[[], T], *, committing: bool) -> T:
        try:
            return send()
        except Exception as e:
            translated = _translate(e, self._client.last_response, committing=committing)
        raise translated


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


def _translate(error: Exception, answer: requests.Response | None, *, committing: bool) -> ChannelError:
    name = type(error).__name__
    if isinstance(error, ig.PhotoNotUpload):
        status = getattr(getattr(error, "response", None), "status_code", 0)
        refusals: dict[int, type[ChannelError]] = {400: MediaRefused, 401: AuthExpired, 403: AuthExpired, 429: RateLimited}
        return refusals.get(status, Unavailable)(name, code=str(status))
    # The library wraps a refused connection without its cause; only an answer tells that something arrived.
    if isinstance(error, ig.ClientConnectionError) and "NewConnectionError" in str(error):
        return NotSent(name)
    kind = next((kind for source, kind in _ERRORS if isinstance(error, source)), None)
    if kind is not None:
        return kind(name, code=name)
    if answer is None:
        return broken_exchange(error, committing=committing)
    return OutcomeUnknown(name, code=name) if committing else Unavailable(name, code=name)


def _canonical(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
