"""A Facebook Page: hidden photos, posts that show them, reading back, publishing what was hidden, deleting."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from bot.meta_graph.sandbox import credentials
from bot.meta_graph.sandbox.choices import Choices
from bot.meta_graph.sandbox.errors import GraphError, missing
from bot.meta_graph.sandbox.insights import insights, of_page_post
from bot.meta_graph.sandbox.lookup import Kind, Lookup
from bot.meta_graph.sandbox.nodes import flag, instant, listing, shaped, span
from bot.meta_graph.sandbox.tokens import Tokens
from bot.platform_kit.choices import chosen
from bot.platform_kit.fetch import fetch
from bot.platform_kit.names import NAME
from bot.platform_kit.pictures import Header, probe
from bot.platform_kit.platform import Example, Platform, PlatformContext, Service
from bot.platform_kit.reactions import Reactions, to_post
from bot.platform_kit.state import Picture, Post, Span
from bot.platform_kit.wire import Call, Endpoint, answer, route

MOST_MESSAGE, MOST_PHOTO_BYTES, MOST_PHOTOS = 63_206, 4_000_000, 100
_POST_FIELDS = "id,created_time,message"
_INDEXED = re.compile(r"attached_media\[(\d+)\]")


class Page:
    def __init__(self, context: PlatformContext) -> None:
        self._state, self._tokens = context.state, context.shared(Tokens)
        context.shared(Lookup).add(Kind(channel="facebook", owns=self._is_photo, read=self._photo, delete=self._delete_photo))

    def rules(self) -> Iterable[Rule]:
        page, post = f"/<version>/{credentials.PAGE}", f"/<version>/{credentials.PAGE}_<number>"
        return [
            route("POST", f"{page}/photos", self._on("upload", self._upload)),
            route("POST", f"{page}/feed", self._on("commit", self._feed)),
            route("GET", f"{page}/published_posts", self._on("read", self._published)),
            route("GET", f"{page}/posts", self._on("read", self._published)),
            route("GET", f"{page}/feed", self._on("read", self._published)),
            route("GET", page, self._on("read", self._page)),
            route("GET", post, self._on("read", self._get)),
            route("GET", f"{post}/insights", self._on("read", self._insights)),
            route("POST", post, self._on("commit", self._update)),
            route("DELETE", post, self._on("upload", self._delete)),
        ]

    def _on(self, on: str, handle: Callable[[Call], Response]) -> Endpoint:
        return self._tokens.endpoint(lambda _: "facebook", on, handle, owners=frozenset({credentials.PAGE}))

    def _is_photo(self, identity: str) -> bool:
        photo = self._state.get("photo", identity)
        return photo is not None and not photo.get("deleted")

    def _photo(self, call: Call) -> Response:
        """A photo by its own number. Raises GraphError."""
        identity = call.values["identity"]
        content = self._state.get("photo", identity)
        if content is None:
            raise missing(identity)
        size = {"width": content["w"], "height": content["h"]}
        source = f"{call.request.host_url}_sandbox/media/{content['sha256']}"
        node = {
            "id": identity,
            "alt_text": content["alt"] or None,
            "alt_text_custom": content["alt"] or None,
            "created_time": content["created_time"],
            "images": [{**size, "source": source}],
            "link": f"{call.request.host_url}facebook/{content['post']}" if content["post"] else source,
            "page_story_id": f"{credentials.PAGE}_{content['post']}" if content["post"] else None,
            **size,
        }
        return answer(shaped(node, call.request, "id,created_time", "Photo"))

    def _delete_photo(self, call: Call) -> Response:
        self._state.update("photo", call.values["identity"], deleted=True)
        return answer({"success": True})

    def _upload(self, call: Call) -> Response:
        request = call.request
        data = _photo_bytes(request)
        header = probe(data)
        if header is None or len(data) > MOST_PHOTO_BYTES:
            raise GraphError(100, "Your photos couldn't be uploaded. Photos should be less than 4 MB and JPG or PNG.", 1366046)
        published = flag(request, "published", default=True)
        with self._state.atomic():
            photo = self._keep(data, header, request.values.get("alt_text_custom", ""))
            if not published:
                return answer({"id": photo})
            message = request.values.get("caption") or request.values.get("message", "")
            post = self._publish(call, message, [photo], public=True)
        return answer({"id": photo, "post_id": f"{credentials.PAGE}_{post}"})

    def _keep(self, data: bytes, header: Header, alt: str) -> str:
        photo = self._state.new_id()
        size = {"w": header.width, "h": header.height, "created_time": instant(self._state.now())}
        self._state.put("photo", photo, {"sha256": self._state.keep(data), "alt": alt, "post": "", **size})
        return photo

    def _feed(self, call: Call) -> Response:
        request = call.request
        message, link = request.values.get("message", ""), request.values.get("link", "")
        if "scheduled_publish_time" in request.values:
            raise GraphError(100, "(#100) Scheduled posts are not available to this Page")
        public = flag(request, "published", default=True)
        photos = _attached(request.values)
        if not message.strip() and not photos and not link:
            raise GraphError(100, "(#100) Missing message or attachment")
        if len(message) > MOST_MESSAGE or len(photos) > MOST_PHOTOS:
            raise GraphError(100, "(#100) Param message or attached_media is too long")
        with self._state.atomic():
            self._require_new(message, photos, link)
            post = self._publish(call, message, photos, public=public, link=link)
        return answer({"id": f"{credentials.PAGE}_{post}"})

    def _require_new(self, message: str, photos: list[str], link: str) -> None:
        """Photos go into one post only; the same words must not follow each other."""
        contents = [self._state.get("photo", photo) for photo in photos]
        if any(content is None or content.get("deleted") for content in contents):
            raise GraphError(100, "(#100) Invalid photo id in attached_media")
        if any(content and content["post"] for content in contents) or len(set(photos)) < len(photos):
            raise GraphError(100, "(#100) These photos were already posted.", 1366051)
        newest = self._state.visible("facebook", Span(limit=1))
        if not photos and not link and newest and newest[0].text == message and not newest[0].pictures:
            raise GraphError(506, "(#506) Duplicate status message")

    def _publish(self, call: Call, message: str, photos: list[str], *, public: bool, link: str = "") -> str:
        post = self._state.new_id()
        contents = [self._state.update("photo", photo, post=post) for photo in photos]
        pictures = [Picture(alt=content["alt"], sha256=content["sha256"]) for content in contents]
        self._state.publish("facebook", post, message, pictures, late=call.late, public=public, photos=photos, link=link)
        return post

    def _published(self, call: Call) -> Response:
        wanted, size = span(call)
        posts = self._state.visible("facebook", wanted)
        return listing(call, posts, size, lambda p: self._shown(p, call.request))

    def _page(self, call: Call) -> Response:
        node = {
            "id": credentials.PAGE,
            "name": NAME,
            "link": f"{call.request.host_url}#facebook",
            "fan_count": 0,
            "followers_count": 0,
            "category": "Government organization",
            "instagram_business_account": {"id": credentials.INSTAGRAM_USER},
        }
        return answer(shaped(node, call.request, "id,name", "Page"))

    def _get(self, call: Call) -> Response:
        return answer(self._shown(self._post(call), call.request))

    def _shown(self, post: Post, request: Request) -> dict[str, Any]:
        return shaped(_node(post, to_post(self._state, post.id), request), request, _POST_FIELDS, "PagePost")

    def _insights(self, call: Call) -> Response:
        post = self._post(call)
        values = of_page_post(to_post(self._state, post.id), chosen(self._state, Choices).meta_metrics)
        return insights(call, f"{credentials.PAGE}_{post.id}", values)

    def _update(self, call: Call) -> Response:
        """Show what was hidden, or change the words. What is public stays public."""
        post, request = self._post(call), call.request
        public = flag(request, "is_published", default=post.public)
        if post.public and not public:
            raise GraphError(100, "(#100) A published post cannot be unpublished")
        message = request.values.get("message")
        self._state.change_post(post.id, text=message, public=public)
        return answer({"success": True})

    def _delete(self, call: Call) -> Response:
        self._state.change_post(self._post(call).id, deleted=True)
        return answer({"success": True})

    def _post(self, call: Call) -> Post:
        post = self._state.post(call.values["number"])
        if post is None or post.channel != "facebook" or post.deleted:
            raise missing(f"{credentials.PAGE}_{call.values['number']}")
        return post


def _photo_bytes(request: Request) -> bytes:
    """Of the multipart part `source` (Meta's own client names it so too), or fetched from `url`."""
    if file := request.files.get("source"):
        return bytes(file.read())
    if (url := request.values.get("url")) is None:
        raise GraphError(324, "(#324) Requires upload file")
    if (fetched := fetch(url, MOST_PHOTO_BYTES)) is None:
        raise GraphError(100, "(#100) Missing or invalid image file", 2069019)
    return fetched


def _attached(values: MultiDict[str, str]) -> list[str]:
    """Photo ids of `attached_media`, a JSON list, or of its indexed form `attached_media[0]`. Raises GraphError."""
    indexed = sorted((int(m[1]), v) for k, v in values.items() if (m := _INDEXED.fullmatch(k)))
    try:
        given = json.loads(values.get("attached_media", "[]"))
        items = [*given, *(json.loads(value) for _, value in indexed)]
        return [str(item["media_fbid"]) for item in items]
    except (ValueError, KeyError, TypeError):
        raise GraphError(100, "(#100) Param attached_media must be an array.") from None


def _node(post: Post, reactions: Reactions, request: Request) -> dict[str, Any]:
    return {
        "id": f"{credentials.PAGE}_{post.id}",
        "message": post.text or None,
        "created_time": instant(post.created_at),
        "permalink_url": f"{request.host_url}facebook/{post.id}",
        "is_published": post.public,
        "from": {"id": credentials.PAGE, "name": NAME},
        "attachments": _attachments(post, request),
        "reactions": _counted(reactions.likes),
        "comments": _counted(reactions.replies),
        "shares": {"count": reactions.reposts} if reactions.reposts else None,
    }


def _counted(total: int) -> dict[str, Any]:
    """How many there are, without who they are."""
    return {"data": [], "summary": {"total_count": total}}


def _attachments(post: Post, request: Request) -> dict[str, Any] | None:
    photos = [
        {"type": "photo", "target": {"id": p}, "url": f"{request.host_url}facebook/{post.id}"} for p in post.extra["photos"]
    ]
    if len(photos) > 1:
        album = {"type": "album", "target": {"id": post.id}, "subattachments": {"data": photos}}
        return {"data": [album]}
    if photos:
        return {"data": photos}
    if post.extra["link"]:
        return {"data": [{"type": "share", "url": post.extra["link"]}]}
    return None


def _environment(base_url: str) -> Mapping[str, str]:
    return {
        "DXBOT_GRAPH_BASE_URL": base_url,
        "DXBOT_FACEBOOK_PAGE_ID": credentials.PAGE,
        "DXBOT_FACEBOOK_PAGE_TOKEN": credentials.PAGE_TOKEN,
    }


def _services(context: PlatformContext) -> Iterable[Service]:
    return [Page(context)]


def _without_page(name: str) -> str:
    """Facebook's own addresses carry the Page's number before the post's."""
    return name.removeprefix(f"{credentials.PAGE}_")


PLATFORM = Platform(
    services=_services,
    environment=_environment,
    words={"likes": "いいね", "replies": "コメント", "reposts": "シェア", "views": "閲覧"},
    examples=(Example(prepared="31,32", made={"id": "18"}, readings={"/published": {"data": []}}),),  # photos' numbers
    hosts=frozenset({"graph.facebook.com"}),
    choices=(Choices,),
    identity_of=_without_page,
    colours=("#1461cc", "#7fb3ff"),
)
