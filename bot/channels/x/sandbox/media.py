"""X's media: uploads in one request or in pieces, alt texts, and what makes them fit to be posted once."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import timedelta
from typing import Any

from werkzeug.wrappers import Request

from bot.channels.x.sandbox.errors import XError, closed, read_json
from bot.channels.x.sandbox.schema import Append, Initialize, MediaMetadata, OneShot
from bot.platform_kit.pictures import probe
from bot.platform_kit.state import Picture, State

LIFETIME = timedelta(hours=24)
_MOST_BYTES = {"tweet_image": 5_000_000, "tweet_gif": 15_000_000}
_GIF = "image/gif"
_FAILED = "Your media upload is invalid."
_BAD_IDS = "Your media IDs are invalid."


class Media:
    """Uploads are things of the kind `x_media`; one that is still being sent has no `sha256` yet."""

    def __init__(self, state: State) -> None:
        self._state = state

    def upload(self, request: Request) -> dict[str, Any]:
        """The answer's data. Raises XError."""
        body = closed(OneShot, _fields(request))
        identity = self._begin(body.media_category)
        return self._finish(identity, body.media)

    def initialize(self, request: Request) -> dict[str, Any]:
        body = read_json(Initialize, request)
        identity = self._begin(body.media_category, total=body.total_bytes, segments={})
        return self._shown(identity)

    def append(self, request: Request, identity: str) -> dict[str, Any]:
        body = closed(Append, _fields(request))
        with self._state.atomic():
            session = self._session(identity)
            segments = {**session["segments"], str(body.segment_index): self._state.keep(body.media)}
            self._state.update("x_media", identity, segments=segments)
        return {"expires_at": int(self._state.now().timestamp() + LIFETIME.total_seconds())}

    def finalize(self, identity: str) -> dict[str, Any]:
        session = self._session(identity)
        pieces = [self._state.data(sha256) or b"" for _, sha256 in sorted(session["segments"].items(), key=_by_index)]
        data = b"".join(pieces)
        if len(data) != session["total"]:
            raise XError(400, "Segments do not add up to provided total file size.")
        return self._finish(identity, data)

    def status(self, identity: str) -> dict[str, Any]:
        media = self._alive(identity)
        state = "succeeded" if "sha256" in media else "pending"
        return self._shown(identity) | {"processing_info": {"state": state, "progress_percent": 100 * (state == "succeeded")}}

    def describe(self, request: Request) -> dict[str, Any]:
        body = read_json(MediaMetadata, request)
        self._alive(body.id)
        alt = body.metadata.alt_text.text
        self._state.update("x_media", body.id, alt=alt)
        return {"id": body.id, "associated_metadata": {"alt_text": {"text": alt}}}

    def use(self, identities: list[str]) -> list[Picture]:
        """The pictures of a new post, which no other post may show. Call within the post's own atomic step."""
        media = [self._alive(identity) for identity in identities]
        whole = all("sha256" in m and not m["used"] for m in media)
        if not whole or len(set(identities)) < len(identities):
            raise XError(400, _BAD_IDS)
        if len(media) > 1 and any(m["type"] == _GIF for m in media):
            raise XError(400, _BAD_IDS)
        for identity in identities:
            self._state.update("x_media", identity, used=True)
        return [Picture(alt=m["alt"], sha256=m["sha256"]) for m in media]

    def expanded(self, identity: str) -> dict[str, Any]:
        """As `includes.media` shows it."""
        media = self._state.get("x_media", identity) or {}
        shown = {"media_key": key(identity), "type": "photo", "width": media["w"], "height": media["h"]}
        return shown | ({"alt_text": media["alt"]} if media["alt"] else {})

    def _begin(self, category: str, **session: Any) -> str:
        identity = self._state.new_id()
        created = self._state.now().timestamp()
        self._state.put("x_media", identity, {"category": category, "alt": "", "used": False, "created_at": created, **session})
        return identity

    def _finish(self, identity: str, data: bytes) -> dict[str, Any]:
        category = self._alive(identity)["category"]
        header = probe(data)
        if header is None or len(data) > _MOST_BYTES[category] or (header.media_type == _GIF) != (category == "tweet_gif"):
            raise XError(400, _FAILED)
        size = {"type": header.media_type, "w": header.width, "h": header.height, "size": len(data)}
        self._state.update("x_media", identity, sha256=self._state.keep(data), **size)
        return self._shown(identity)

    def _shown(self, identity: str) -> dict[str, Any]:
        media = self._alive(identity)
        left = int(media["created_at"] + LIFETIME.total_seconds() - self._state.now().timestamp())
        shown: dict[str, Any] = {"id": identity, "media_key": key(identity), "expires_after_secs": left}
        if "sha256" in media:
            image = {"image_type": media["type"], "w": media["w"], "h": media["h"]}
            shown |= {"size": media["size"], "image": image}
        return shown

    def _session(self, identity: str) -> dict[str, Any]:
        session = self._alive(identity)
        if "segments" not in session or "sha256" in session:
            raise XError(400, _FAILED)
        return session

    def _alive(self, identity: str) -> dict[str, Any]:
        media = self._state.get("x_media", identity)
        if media is None or self._state.now().timestamp() - media["created_at"] >= LIFETIME.total_seconds():
            raise XError(400, _BAD_IDS)
        return media


def key(identity: str) -> str:
    return f"3_{identity}"


def _by_index(segment: tuple[str, str]) -> int:
    return int(segment[0])


def _fields(request: Request) -> dict[str, Any]:
    """Of a multipart body, or of a JSON body with its media in base64."""
    if request.mimetype == "multipart/form-data":
        fields: dict[str, Any] = {**request.form.to_dict(), **{name: file.read() for name, file in request.files.items()}}
        return fields | {k: int(v) for k, v in fields.items() if k == "segment_index" and v.isdecimal()}
    try:
        parsed = json.loads(request.get_data())
        return {**parsed, "media": base64.b64decode(parsed["media"], validate=True)}
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise XError(400, "One or more parameters to your request was invalid.") from None
