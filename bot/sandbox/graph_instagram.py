"""Instagram's content publishing API: it really fetches the picture, makes containers, publishes each of them once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import requests
from PIL import Image, UnidentifiedImageError
from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from bot.sandbox import credentials
from bot.sandbox.faults import Faults
from bot.sandbox.graph import GraphError, Handler, answer, guard, pick
from bot.sandbox.state import Post, State

MOST_BYTES, MOST_CAPTION, MOST_TAGS, LIFETIME = 8 * 1024 * 1024, 2200, 5, timedelta(hours=24)
_LOWEST_RATIO, _HIGHEST_RATIO, _ROUNDING = 0.8, 1.91, 0.01


class Publishing:
    def __init__(self, state: State, faults: Faults) -> None:
        self._state, self._faults = state, faults

    def rules(self) -> list[Rule]:
        def g(on: str, handle: Handler) -> Handler:
            return guard(self._faults, "instagram", on, handle)

        user = f"/<version>/{credentials.INSTAGRAM_USER}"
        return [
            Rule(f"{user}/media", methods=["POST"], endpoint=g("upload", self._create)),
            Rule(f"{user}/media_publish", methods=["POST"], endpoint=g("commit", self._publish)),
            Rule(f"{user}/media", methods=["GET"], endpoint=g("read", self._list)),
            Rule(f"{user}/content_publishing_limit", methods=["GET"], endpoint=g("read", self._limit)),
            Rule("/<version>/<identity>", methods=["GET"], endpoint=g("read", self._get)),
            Rule("/<version>/<identity>", methods=["DELETE"], endpoint=g("upload", self._delete)),
        ]

    def _create(self, request: Request, late: timedelta) -> Response:
        form = request.form
        caption = form.get("caption", "")
        if len(caption.encode("utf-16-le")) // 2 > MOST_CAPTION:
            raise GraphError(36004, "The caption is too long", 2207010)
        if len(re.findall(r"#\w+", caption)) > MOST_TAGS:
            raise GraphError(100, "Too many hashtags", 2207040)
        made: dict[str, Any] = {"caption": caption, "created_at": self._state.now().isoformat(), "status": "IN_PROGRESS"}
        if form.get("media_type") == "CAROUSEL":
            made["media"] = self._children(form.get("children", ""))
        else:
            made["media"] = [(form.get("alt_text", ""), self._fetch(form.get("image_url", "")))]
            made["child"] = form.get("is_carousel_item") == "true"
        return answer({"id": self._state.add("container", made)})

    def _children(self, ids: str) -> list[Any]:
        containers = [self._state.get("container", i) for i in ids.split(",")]
        if not 2 <= len(containers) <= 10 or not all(c and c.get("child") for c in containers):
            raise GraphError(100, "Invalid carousel", 2207028)
        if any(c["status"] != "FINISHED" for c in containers if c):
            raise GraphError(9007, "Media ID is not available", 2207027)
        return [tuple(m) for c in containers if c for m in c["media"]]

    def _fetch(self, url: str) -> str:
        """The picture's hash, once it was really fetched and looked at."""
        try:
            with requests.Session() as http:
                http.trust_env = False  # the pictures lie on this machine, behind no proxy
                got = http.get(url, timeout=(3, 10))
            got.raise_for_status()
        except (requests.RequestException, ValueError):
            raise GraphError(9004, "The media could not be fetched from this URI", 2207052) from None
        if len(got.content) > MOST_BYTES:
            raise GraphError(36000, "The image is too large", 2207004)
        try:
            image = Image.open(BytesIO(got.content), formats=["JPEG"])
        except UnidentifiedImageError:
            raise GraphError(36001, "The image format is not supported", 2207005) from None
        if not _LOWEST_RATIO - _ROUNDING <= image.width / image.height <= _HIGHEST_RATIO + _ROUNDING or image.width < 320:
            raise GraphError(36003, "The aspect ratio is not supported", 2207009)
        return self._state.keep(got.content)

    def _publish(self, request: Request, late: timedelta) -> Response:
        identity = request.form.get("creation_id", "")
        container = self._container(identity)
        if container is None:
            raise GraphError(24, "The requested resource does not exist", 2207006)
        if container["status"] != "FINISHED" or container.get("child"):
            raise GraphError(9007, "Media ID is not available", 2207027)
        if not self._state.use_once("container", identity, "published"):
            raise GraphError(9007, "Media was already published", 2207027)
        media = [tuple(m) for m in container["media"]]
        post = self._state.publish("instagram", container["caption"], media, late=late)
        self._state.update("container", identity, status="PUBLISHED")
        return answer({"id": post})

    def _container(self, identity: str) -> dict[str, Any] | None:
        """With its age taken into account."""
        container = self._state.get("container", identity)
        if container is None:
            return None
        age = self._state.now() - datetime.fromisoformat(container["created_at"])
        if container["status"] != "PUBLISHED" and age > LIFETIME:
            return self._state.update("container", identity, status="EXPIRED")
        return container

    def _get(self, request: Request, late: timedelta, identity: str) -> Response:
        container = self._container(identity)
        if container is not None:
            shown = pick({"id": identity, "status_code": container["status"], "status": container["status"]}, request)
            if container["status"] == "IN_PROGRESS":
                self._state.update("container", identity, status="FINISHED")
            return answer(shown)
        if (photo := self._state.get("photo", identity)) is not None:
            return answer(pick({"id": identity, "alt_text_custom": photo["alt"]}, request))
        post = self._state.post(identity)
        if post is None or post.deleted or post.channel != "instagram":
            raise GraphError(100, "Unsupported get request.", 33)
        return answer(self._node(post, request))

    def _delete(self, request: Request, late: timedelta, identity: str) -> Response:
        if not self._state.delete_post(identity):
            raise GraphError(100, "Unsupported delete request.", 33)
        return answer({"success": True})

    def _list(self, request: Request, late: timedelta) -> Response:
        limit = request.args.get("limit", 25, int)
        return answer({"data": [self._node(p, request) for p in self._state.visible("instagram")[:limit]]})

    def _limit(self, request: Request, late: timedelta) -> Response:
        day = [p for p in self._state.posts("instagram") if self._state.now() - p.created_at < timedelta(days=1)]
        return answer({"data": [{"quota_usage": len(day), "config": {"quota_total": 100, "quota_duration": 86400}}]})

    def _node(self, post: Post, request: Request) -> dict[str, Any]:
        node = {
            "id": post.id,
            "caption": post.text,
            "permalink": f"{request.host_url}instagram/{post.id}",
            "timestamp": post.created_at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "alt_text": post.media[0][0] if post.media else "",
            "media_type": "CAROUSEL_ALBUM" if len(post.media) > 1 else "IMAGE",
        }
        return pick(node, request)
