"""Instagram's private endpoints, as far as a restored session uses them to publish and to look back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from bot.sandbox import credentials
from bot.sandbox.faults import Faults
from bot.sandbox.state import Post, State


class Private:
    def __init__(self, state: State, faults: Faults) -> None:
        self._state, self._faults = state, faults

    def rules(self) -> list[Rule]:
        g = self._guard
        return [
            Rule("/rupload_igphoto/<name>", methods=["POST"], endpoint=g("upload", self._upload)),
            Rule("/api/v1/media/configure/", methods=["POST"], endpoint=g("commit", self._configure)),
            Rule("/api/v1/media/configure_sidecar/", methods=["POST"], endpoint=g("commit", self._sidecar)),
            Rule("/api/v1/feed/user/<user>/", methods=["GET"], endpoint=g("read", self._feed)),
            Rule("/api/v1/media/<media>/info/", methods=["GET"], endpoint=g("read", self._info)),
            Rule("/api/v1/media/<media>/delete/", methods=["POST"], endpoint=g("upload", self._delete)),
            Rule("/api/v1/accounts/current_user/", methods=["GET"], endpoint=g("read", self._current)),
        ]

    def _guard(self, on: str, handle: Callable[..., Response]) -> Callable[..., Response]:
        def guarded(request: Request, **values: str) -> Response:
            if not request.headers.get("Authorization", "").startswith("Bearer IGT:2:"):
                return _fail(403, "login_required")
            kind = self._faults.take("instagram", on)
            return self._faults.play(request, kind, lambda late: handle(request, late=late, **values), _refusal)

        return guarded

    def _upload(self, request: Request, late: timedelta, name: str) -> Response:
        data = request.get_data()
        params = json.loads(request.headers.get("X-Instagram-Rupload-Params", "{}"))
        if not data.startswith(b"\xff\xd8\xff") or str(len(data)) != request.headers.get("X-Entity-Length"):
            return _fail(400, "invalid upload")
        key = f"upload-{params['upload_id']}"
        content = {"sha256": self._state.keep(data)}
        if self._state.get("upload", key) is None:
            self._state.add("upload", content, key)
        else:
            self._state.update("upload", key, **content)
        return _answer({"upload_id": params["upload_id"], "status": "ok"})

    def _configure(self, request: Request, late: timedelta) -> Response:
        body = _signed(request)
        return self._make(body.get("caption", ""), [body], late)

    def _sidecar(self, request: Request, late: timedelta) -> Response:
        body = _signed(request)
        return self._make(body.get("caption", ""), body.get("children_metadata", []), late)

    def _make(self, caption: str, children: list[dict[str, Any]], late: timedelta) -> Response:
        """The same upload id twice makes two posts: the worst that the real service might do."""
        uploads = [self._state.get("upload", f"upload-{c.get('upload_id')}") for c in children]
        if not uploads or any(u is None for u in uploads):
            return _fail(400, "media_needs_reupload")
        media = [
            (c.get("custom_accessibility_caption", ""), u["sha256"])
            for c, u in zip(children, uploads, strict=True)
            if u is not None
        ]
        post = self._state.post(self._state.publish("instagram", caption, media, late=late))
        return _answer({"media": _media(post), "status": "ok"}) if post else _fail(500, "lost")

    def _feed(self, request: Request, late: timedelta, user: str) -> Response:
        posts = self._state.visible("instagram")[: request.args.get("count", 12, int) or 12]
        return _answer(
            {"items": [_media(p) for p in posts], "num_results": len(posts), "more_available": False, "status": "ok"}
        )

    def _info(self, request: Request, late: timedelta, media: str) -> Response:
        post = self._state.post(media.partition("_")[0])
        return _answer({"items": [_media(post)], "status": "ok"}) if post else _fail(404, "Media not found or unavailable")

    def _delete(self, request: Request, late: timedelta, media: str) -> Response:
        return _answer({"did_delete": self._state.delete_post(media.partition("_")[0]), "status": "ok"})

    def _current(self, request: Request, late: timedelta) -> Response:
        return _answer({"user": _user(), "status": "ok"})


def _signed(request: Request) -> dict[str, Any]:
    body = json.loads(request.form.get("signed_body", "SIGNATURE.{}").partition(".")[2])
    return body if isinstance(body, dict) else {}


def _user() -> dict[str, Any]:
    return {"pk": credentials.PRIVATE_USER, "id": credentials.PRIVATE_USER, "username": "sandbox_city", "full_name": "練習用"}


def _media(post: Post) -> dict[str, Any]:
    def image(sha256: str) -> dict[str, Any]:
        url = f"https://i.instagram.com/_sandbox/media/{sha256}.jpg"
        return {"candidates": [{"width": 1080, "height": 1080, "url": url}]}

    media: dict[str, Any] = {
        "pk": post.id,
        "id": f"{post.id}_{credentials.PRIVATE_USER}",
        "code": post.id,
        "taken_at": int(post.created_at.timestamp()),
        "media_type": 8 if len(post.media) > 1 else 1,
        "user": _user(),
        "like_count": 0,
        "comment_count": 0,
        "caption": {"text": post.text},
    }
    if len(post.media) > 1:
        media["carousel_media"] = [
            {"pk": f"{post.id}{n}", "id": f"{post.id}{n}", "media_type": 1, "image_versions2": image(sha)}
            for n, (_, sha) in enumerate(post.media)
        ]
    elif post.media:
        media |= {"accessibility_caption": post.media[0][0], "image_versions2": image(post.media[0][1])}
    return media


def _answer(content: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), status, content_type="application/json; charset=utf-8")


def _fail(status: int, message: str) -> Response:
    return _answer({"message": message, "status": "fail"}, status)


def _refusal(status: int) -> Response:
    messages = {401: "unauthorized", 403: "login_required", 429: "throttled", 500: "internal error"}
    return _fail(status, messages[status])
