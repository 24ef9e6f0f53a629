"""Meta's Graph API: what the Page and Instagram's publishing API share (versions, tokens, errors), and the Page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from bot.sandbox import credentials
from bot.sandbox.faults import Faults
from bot.sandbox.state import Post, State

_VERSIONS = frozenset(f"v{n}.0" for n in range(20, 27))
_TOKENS = frozenset({credentials.PAGE_TOKEN, credentials.INSTAGRAM_TOKEN})
Handler = Callable[..., Response]


class GraphError(Exception):
    """Becomes Graph's error body."""

    def __init__(self, code: int, message: str, subcode: int = 0, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.subcode, self.status, self.message = code, subcode, status, message

    def response(self) -> Response:
        error: dict[str, Any] = {"message": self.message, "type": "OAuthException", "code": self.code, "fbtrace_id": "Sandbox"}
        if self.subcode:
            error["error_subcode"] = self.subcode
        return answer({"error": error}, self.status)


def answer(content: Any, status: int = 200) -> Response:
    response = Response(json.dumps(content, ensure_ascii=False), status, content_type="application/json; charset=UTF-8")
    response.headers["X-App-Usage"] = '{"call_count":1,"total_cputime":1,"total_time":1}'
    return response


def refusal(status: int) -> Response:
    errors = {
        401: GraphError(190, "Error validating access token: Session has expired", 463, 401),
        403: GraphError(200, "(#200) Permissions error", 0, 403),
        429: GraphError(4, "(#4) Application request limit reached", 0, 429),
        500: GraphError(2, "An unexpected error has occurred. Please retry your request later.", 0, 500),
    }
    return errors[status].response()


def guard(faults: Faults, channel: str, on: str, handle: Handler) -> Handler:
    """Version, token, the fault on order, then the work."""

    def guarded(request: Request, version: str, **values: str) -> Response:
        def work(late: timedelta) -> Response:
            try:
                _require(request, version)
                return handle(request, late=late, **values)
            except GraphError as e:
                return e.response()

        return faults.play(request, faults.take(channel, on), work, refusal)

    return guarded


def _require(request: Request, version: str) -> None:
    if version not in _VERSIONS:
        raise GraphError(2635, f"(#2635) You are calling a deprecated version of the Ads API: {version}")
    token = request.headers.get("Authorization", "").removeprefix("Bearer ") or request.values.get("access_token", "")
    if token not in _TOKENS:
        raise GraphError(190, "Invalid OAuth access token.", 0, 401)


def pick(thing: dict[str, Any], request: Request) -> dict[str, Any]:
    """The fields asked for; the id always."""
    wanted = set(re.findall(r"\w+", request.args.get("fields", "id")))
    return {k: v for k, v in thing.items() if k in wanted or k == "id"}


class Page:
    """A Facebook Page: hidden photos, /feed, reading back."""

    def __init__(self, state: State, faults: Faults) -> None:
        self._state, self._faults = state, faults

    def rules(self) -> list[Rule]:
        def g(on: str, handle: Handler) -> Handler:
            return guard(self._faults, "facebook", on, handle)

        page = f"/<version>/{credentials.PAGE}"
        return [
            Rule(f"{page}/photos", methods=["POST"], endpoint=g("upload", self._photo)),
            Rule(f"{page}/feed", methods=["POST"], endpoint=g("commit", self._feed)),
            Rule(f"{page}/published_posts", methods=["GET"], endpoint=g("read", self._published)),
            Rule(f"{page}/feed", methods=["GET"], endpoint=g("read", self._published)),
            Rule("/<version>/me/accounts", methods=["GET"], endpoint=g("read", self._accounts)),
            Rule("/<version>/debug_token", methods=["GET"], endpoint=g("read", self._debug_token)),
            Rule(f"/<version>/{credentials.PAGE}_<identity>", methods=["GET"], endpoint=g("read", self._get)),
            Rule(f"/<version>/{credentials.PAGE}_<identity>", methods=["DELETE"], endpoint=g("upload", self._delete)),
        ]

    def _photo(self, request: Request, late: timedelta) -> Response:
        file = request.files.get("source")
        data = file.read() if file else b""
        if not data.startswith((b"\xff\xd8\xff", b"\x89PNG")) or len(data) > 4_000_000:
            raise GraphError(100, "(#100) Invalid image", 1366046)
        content: dict[str, Any] = {
            "sha256": self._state.keep(data),
            "alt": request.form.get("alt_text_custom", ""),
            "used": False,
        }
        photo = self._state.add("photo", content)
        if request.form.get("published", "true") != "false":
            post = self._state.publish("facebook", request.form.get("caption", ""), [(content["alt"], content["sha256"])])
            return answer({"id": photo, "post_id": f"{credentials.PAGE}_{post}"})
        return answer({"id": photo})

    def _feed(self, request: Request, late: timedelta) -> Response:
        message = request.form.get("message", "")
        photos = _attached(request)
        if not message and not photos and not request.form.get("link"):
            raise GraphError(100, "(#100) Missing message or attachment")
        last = self._state.visible("facebook")[:1]
        if last and not photos and last[0].text == message:
            raise GraphError(506, "(#506) Duplicate status message")
        if any(self._state.get("photo", p) is None for p in photos):
            raise GraphError(100, "(#100) Invalid photo")
        if any((self._state.get("photo", p) or {}).get("used") for p in photos):
            raise GraphError(100, "(#100) These photos were already posted.", 1366051)
        things = [self._state.update("photo", p, used=True) for p in photos]
        media = [(t["alt"], t["sha256"]) for t in things]
        post = self._state.publish("facebook", message, media, late=late, photos=photos)
        return answer({"id": f"{credentials.PAGE}_{post}"})

    def _published(self, request: Request, late: timedelta) -> Response:
        since = request.args.get("since", 0, int)
        posts = [p for p in self._state.visible("facebook") if p.created_at.timestamp() >= since]
        limit = request.args.get("limit", 25, int)
        return answer({"data": [self._node(p, request) for p in posts[:limit]], "paging": {}})

    def _get(self, request: Request, late: timedelta, identity: str) -> Response:
        post = self._state.post(identity)
        if post is None or post.deleted:
            raise GraphError(100, "(#100) Unsupported get request.", 33)
        return answer(self._node(post, request))

    def _delete(self, request: Request, late: timedelta, identity: str) -> Response:
        if not self._state.delete_post(identity):
            raise GraphError(100, "(#100) Unsupported delete request.", 33)
        return answer({"success": True})

    def _accounts(self, request: Request, late: timedelta) -> Response:
        page = {"id": credentials.PAGE, "access_token": credentials.PAGE_TOKEN, "name": "練習用", "tasks": ["CREATE_CONTENT"]}
        return answer({"data": [page]})

    def _debug_token(self, request: Request, late: timedelta) -> Response:
        return answer({"data": {"is_valid": request.args.get("input_token") in _TOKENS, "expires_at": 0}})

    def _node(self, post: Post, request: Request) -> dict[str, Any]:
        photos = post.extra.get("photos", [])
        targets = [{"target": {"id": p}} for p in photos]
        attachments = [{"target": {"id": post.id}, "subattachments": {"data": targets}}] if len(photos) > 1 else targets
        node = {
            "id": f"{credentials.PAGE}_{post.id}",
            "message": post.text,
            "created_time": post.created_at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
            "permalink_url": f"{request.host_url}facebook/{post.id}",
            "is_published": True,
            "attachments": {"data": attachments},
        }
        return pick(node, request)


def _attached(request: Request) -> list[str]:
    """`attached_media` as a JSON list, or as indexed fields."""
    given = [request.form["attached_media"]] if "attached_media" in request.form else []
    given += [v for k, v in sorted(request.form.items()) if re.fullmatch(r"attached_media\[\d+\]", k)]
    try:
        parsed = [json.loads(g) for g in given]
        flat = [item for p in parsed for item in (p if isinstance(p, list) else [p])]
        return [str(item["media_fbid"]) for item in flat]
    except (ValueError, KeyError, TypeError):
        raise GraphError(100, "(#100) param attached_media must be an array.") from None
