"""Instagram's content publishing API: it really fetches the picture, makes containers, publishes each of them once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from bot.channels.instagram.sandbox import shortcodes
from bot.meta_graph.sandbox import credentials
from bot.meta_graph.sandbox.choices import Choices
from bot.meta_graph.sandbox.errors import GraphError, missing
from bot.meta_graph.sandbox.insights import insights, of_media
from bot.meta_graph.sandbox.lookup import Kind, Lookup
from bot.meta_graph.sandbox.nodes import flag, instant, listed, listing, shaped, span
from bot.meta_graph.sandbox.tokens import Tokens
from bot.platform_kit.choices import chosen
from bot.platform_kit.fetch import fetch
from bot.platform_kit.names import NAME, USERNAME
from bot.platform_kit.pictures import is_whole, probe
from bot.platform_kit.platform import PlatformContext
from bot.platform_kit.reactions import Reactions, to_post
from bot.platform_kit.state import Picture, Post
from bot.platform_kit.wire import Call, answer, route

MOST_BYTES, MOST_CAPTION, MOST_TAGS, MOST_MENTIONS, MOST_ALT = 8 * 1024 * 1024, 2200, 5, 20, 1000
LIFETIME, DAY = timedelta(hours=24), timedelta(hours=24)
MOST_POSTS_A_DAY, MOST_CONTAINERS_A_DAY = 100, 400
_RATIOS, _WIDTHS, _CHILDREN = (0.8, 1.91), (320, 1440), range(2, 11)
_HALF_PIXEL = 0.01  # a picture of whole pixels can only come so near to 4:5 or 1.91:1
_STATUS = {
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
    "PUBLISHED": "Published: Media has been published.",
    "ERROR": "Error: Media upload has failed with error code 2207005",
    "EXPIRED": "Expired: The container was not published within 24 hours and has expired.",
}
_TAG, _MENTION = re.compile(r"[#＃]\w+"), re.compile(r"(?<!\w)@\w+")


class Publishing:
    """A container is a thing of the kind `container`. It is IN_PROGRESS until its status has been asked for once."""

    def __init__(self, context: PlatformContext) -> None:
        self._state, self._tokens = context.state, context.shared(Tokens)
        context.shared(Lookup).add(Kind(channel="instagram", owns=self._is_ours, read=self._get, delete=self._delete))

    def rules(self) -> Iterable[Rule]:
        user = f"/<version>/{credentials.INSTAGRAM_USER}"
        ours = frozenset({credentials.INSTAGRAM_USER})
        endpoint = self._tokens.endpoint

        def instagram(_: Mapping[str, str]) -> str:
            return "instagram"

        return [
            route("POST", f"{user}/media", endpoint(instagram, "upload", self._create, owners=ours)),
            route("POST", f"{user}/media_publish", endpoint(instagram, "commit", self._publish, owners=ours)),
            route("GET", f"{user}/media", endpoint(instagram, "read", self._list, owners=ours)),
            route("GET", f"{user}/content_publishing_limit", endpoint(instagram, "read", self._limit, owners=ours)),
            route("GET", user, endpoint(instagram, "read", self._user, owners=ours)),
            route("GET", "/<version>/<identity>/insights", endpoint(instagram, "read", self._insights, owners=ours)),
        ]

    def _is_ours(self, identity: str) -> bool:
        """Is this number a container's or a post's?"""
        post = self._state.post(identity)
        return self._state.get("container", identity) is not None or (post is not None and post.channel == "instagram")

    def _create(self, call: Call) -> Response:
        values = call.request.values
        caption = values.get("caption", "")
        _require_caption(caption)
        child = flag(call.request, "is_carousel_item", default=False)
        if values.get("media_type") == "CAROUSEL":
            pictures, whole = self._children(listed(values.get("children", ""))), True
        else:
            pictures, whole = self._fetched(values.get("image_url", ""), values.get("alt_text", ""))
        with self._state.atomic():
            if self._state.count("container", self._state.now() - DAY) >= MOST_CONTAINERS_A_DAY:
                raise GraphError(9, "(#9) Application request limit reached", 2207042)
            identity = self._state.new_id()
            given = {"pictures": pictures, "child": child, "whole": whole}
            made = {"caption": caption, "status": "IN_PROGRESS", "created_at": self._state.now().timestamp(), **given}
            self._state.put("container", identity, made)
        return answer({"id": identity})

    def _children(self, identities: list[str]) -> list[tuple[str, str]]:
        containers = [self._container(i) for i in identities]
        if len(identities) not in _CHILDREN or not all(c and c["child"] for c in containers):
            raise GraphError(100, "(#100) The carousel needs 2 to 10 children that were made as its items", 2207028)
        if any(c["status"] != "FINISHED" for c in containers if c):
            raise _not_ready()
        return [tuple(picture) for c in containers if c for picture in c["pictures"]]

    def _fetched(self, url: str, alt: str) -> tuple[list[tuple[str, str]], bool]:
        """Alt text and hash of a picture that was really fetched and looked at; and whether it can be decoded."""
        if len(alt) > MOST_ALT:
            raise GraphError(100, "(#100) Param alt_text is too long")
        data = fetch(url, MOST_BYTES)
        if data is None:
            raise GraphError(9004, "The media could not be fetched from this URI", 2207052)
        if len(data) > MOST_BYTES:
            raise GraphError(36000, "The image is too large to download", 2207004)
        header = probe(data)
        if header is None or header.media_type != "image/jpeg":
            raise GraphError(36001, "The image format is not supported", 2207005)
        if not _RATIOS[0] - _HALF_PIXEL <= header.ratio <= _RATIOS[1] + _HALF_PIXEL:
            raise GraphError(36003, "The submitted image is not within the acceptable aspect ratio range", 2207009)
        if not _WIDTHS[0] <= header.width <= _WIDTHS[1]:
            raise GraphError(36003, "The submitted image is not within the acceptable widths", 2207009)
        return [(alt, self._state.keep(data))], is_whole(data)

    def _publish(self, call: Call) -> Response:
        identity = call.request.values.get("creation_id", "")
        with self._state.atomic():
            container = self._container(identity)
            if container is None:
                raise GraphError(24, "The requested resource does not exist", 2207006)
            if container["status"] == "EXPIRED":
                raise GraphError(-2, "The media has expired", 2207020)
            if container["status"] != "FINISHED" or container["child"]:
                raise _not_ready()
            if self._state.made_since("instagram", self._state.now() - DAY) >= MOST_POSTS_A_DAY:
                raise GraphError(9, "(#9) Application request limit reached", 2207042)
            pictures = [Picture(alt=alt, sha256=sha256) for alt, sha256 in container["pictures"]]
            post = self._state.new_id()
            self._state.publish("instagram", post, container["caption"], pictures, late=call.late)
            self._state.update("container", identity, status="PUBLISHED")
        return answer({"id": post})

    def _container(self, identity: str) -> dict[str, Any] | None:
        """With its age taken into account."""
        container = self._state.get("container", identity)
        if container is None or container["status"] == "PUBLISHED":
            return container
        old = self._state.now().timestamp() - container["created_at"] >= LIFETIME.total_seconds()
        return {**container, "status": "EXPIRED"} if old else container

    def _get(self, call: Call) -> Response:
        identity = call.values["identity"]
        if (container := self._container(identity)) is not None:
            return self._status(call.request, identity, container)
        return answer(self._shown(self._post(identity), call.request))

    def _shown(self, post: Post, request: Request) -> dict[str, Any]:
        return shaped(_node(post, to_post(self._state, post.id), request), request, "id", "IGMedia")

    def _insights(self, call: Call) -> Response:
        post = self._post(call.values["identity"])
        return insights(call, post.id, of_media(to_post(self._state, post.id), chosen(self._state, Choices).meta_metrics))

    def _status(self, request: Request, identity: str, container: dict[str, Any]) -> Response:
        status = container["status"]
        if status == "IN_PROGRESS":
            self._state.update("container", identity, status="FINISHED" if container["whole"] else "ERROR")
        node = {"id": identity, "status_code": status, "status": _STATUS[status]}
        return answer(shaped(node, request, "id", "IGContainer"))

    def _delete(self, call: Call) -> Response:
        self._tokens.require("instagram_manage_contents")
        self._state.change_post(self._post(call.values["identity"]).id, deleted=True)
        return answer({"success": True})

    def _list(self, call: Call) -> Response:
        wanted, size = span(call)
        posts = self._state.visible("instagram", wanted)
        return listing(call, posts, size, lambda p: self._shown(p, call.request))

    def _limit(self, call: Call) -> Response:
        used = self._state.made_since("instagram", self._state.now() - DAY)
        config = {"quota_total": MOST_POSTS_A_DAY, "quota_duration": int(DAY.total_seconds())}
        limit = {"quota_usage": used, "config": config}
        return answer({"data": [shaped(limit, call.request, "quota_usage", "ContentPublishingLimit")]})

    def _user(self, call: Call) -> Response:
        user = {"id": credentials.INSTAGRAM_USER, "username": USERNAME, "name": NAME}
        return answer(shaped({**user, "followers_count": 0}, call.request, "id", "IGUser"))

    def _post(self, identity: str) -> Post:
        post = self._state.post(identity)
        if post is None or post.deleted or post.channel != "instagram":
            raise missing(identity)
        return post


def _require_caption(caption: str) -> None:
    if len(caption.encode("utf-16-le")) // 2 > MOST_CAPTION:
        raise GraphError(36004, "The caption was too long", 2207010)
    if len(_TAG.findall(caption)) > MOST_TAGS or len(_MENTION.findall(caption)) > MOST_MENTIONS:
        raise GraphError(100, "(#100) The caption has too many hashtags or mentions", 2207040)


def _not_ready() -> GraphError:
    return GraphError(9007, "Media ID is not available", 2207027)


def _node(post: Post, reactions: Reactions, request: Request) -> dict[str, Any]:
    carousel = len(post.pictures) > 1
    sources = [f"{request.host_url}_sandbox/media/{p.sha256}" for p in post.pictures]
    children = [
        {"id": f"{post.id}{n}", "media_type": "IMAGE", "media_url": source, "alt_text": picture.alt}
        for n, (source, picture) in enumerate(zip(sources, post.pictures, strict=True))
    ]
    return {
        "id": post.id,
        "caption": post.text or None,
        "permalink": f"{request.host_url}instagram/{shortcodes.encode(post.id)}",
        "shortcode": shortcodes.encode(post.id),
        "timestamp": instant(post.created_at),
        "username": USERNAME,
        "media_type": "CAROUSEL_ALBUM" if carousel else "IMAGE",
        "media_product_type": "FEED",
        "media_url": sources[0],
        "alt_text": None if carousel else post.pictures[0].alt or None,
        "children": {"data": children} if carousel else None,
        "like_count": reactions.likes,
        "comments_count": reactions.replies,
    }
