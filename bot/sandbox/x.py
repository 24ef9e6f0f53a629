"""X's API v2, as far as a bot uses it: posts, media, alt texts, own posts; OAuth 1.0a signatures are really checked."""

from __future__ import annotations

import html
import json
import re
import string
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint
from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from bot.sandbox import credentials
from bot.sandbox.faults import Faults
from bot.sandbox.state import Post, State

LIMIT, MOST_MEDIA, MOST_ALT, WINDOW_SECONDS, POSTS_A_WINDOW = 280, 4, 1000, 900, 100
_MOST_CODE_POINTS = 1000  # the reference parser is super-linear
_TCO = "https://t.co/"
_TWEET_KEYS = {"text", "media", "reply", "made_with_ai", "nullcast", "reply_settings", "quote_tweet_id", "poll", "geo"}


class _Validator(RequestValidator):
    enforce_ssl = False
    client_key_length = (10, 60)
    access_token_length = (10, 80)
    nonce_length = (6, 64)
    safe_characters = set(string.ascii_letters + string.digits + "-_.~=+/")

    @property
    def dummy_client(self) -> str:
        return "dummy-client-key"

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return client_key == credentials.X_CONSUMER_KEY and request.resource_owner_key == credentials.X_TOKEN

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return credentials.X_CONSUMER_SECRET

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return credentials.X_TOKEN_SECRET

    def validate_timestamp_and_nonce(self, *args: Any, **kwargs: Any) -> bool:
        return True  # the sandbox's clock may stand elsewhere than the client's


class X:
    def __init__(self, state: State, faults: Faults) -> None:
        self._state, self._faults = state, faults
        self._endpoint = SignatureOnlyEndpoint(_Validator())
        self._window: tuple[float, int] = (0.0, 0)
        self.spent_usd = 0.0

    def rules(self) -> list[Rule]:
        return [
            Rule("/2/tweets", methods=["POST"], endpoint=self._guard("commit", self._create)),
            Rule("/2/tweets", methods=["GET"], endpoint=self._guard("read", self._lookup)),
            Rule("/2/tweets/<identity>", methods=["DELETE"], endpoint=self._guard("upload", self._delete)),
            Rule("/2/users/me", methods=["GET"], endpoint=self._guard("read", self._me)),
            Rule("/2/users/<user>/tweets", methods=["GET"], endpoint=self._guard("read", self._timeline)),
            Rule("/2/media/upload", methods=["POST"], endpoint=self._guard("upload", self._upload)),
            Rule("/2/media/metadata", methods=["POST"], endpoint=self._guard("upload", self._metadata)),
        ]

    def _guard(self, on: str, handle: Callable[..., Response]) -> Callable[..., Response]:
        """Signature first, then the fault on order, then the work; rate headers on every answer."""

        def guarded(request: Request, **values: str) -> Response:
            if (refused := self._authorize(request, on)) is not None:
                return refused
            kind = self._faults.take("x", on)
            response = self._faults.play(request, kind, lambda late: handle(request, late=late, **values), _refusal)
            return self._with_rate(response)

        return guarded

    def _authorize(self, request: Request, on: str) -> Response | None:
        authorization = request.headers.get("Authorization", "")
        if authorization.startswith("Bearer "):
            return _problem(403, "Unsupported Authentication", "unsupported authentication: app-only")
        body = request.get_data(as_text=True) if request.mimetype == "application/x-www-form-urlencoded" else ""
        headers = {"Authorization": authorization, "Content-Type": request.mimetype or ""}
        valid, _ = self._endpoint.validate_request(request.url, request.method, body, headers)
        return None if valid else _problem(401, "Unauthorized", "Unauthorized")

    def _with_rate(self, response: Response) -> Response:
        start, used = self._window
        response.headers["x-rate-limit-limit"] = str(POSTS_A_WINDOW)
        response.headers["x-rate-limit-remaining"] = str(max(POSTS_A_WINDOW - used, 0))
        response.headers["x-rate-limit-reset"] = str(int(start + WINDOW_SECONDS))
        return response

    def _create(self, request: Request, late: timedelta) -> Response:
        body = _json(request)
        if body is None or set(body) - _TWEET_KEYS or not isinstance(body.get("text", ""), str):
            return _problem(400, "Invalid Request", "One or more parameters to your request was invalid.")
        text = body.get("text", "")
        if (refused := self._check(text, body)) is not None:
            return refused
        media = [self._state.get("x_media", m) or {} for m in (body.get("media") or {}).get("media_ids", [])]
        parent = (body.get("reply") or {}).get("in_reply_to_tweet_id", "")
        shown = [(m["alt"], m["sha256"]) for m in media]
        identity = self._state.publish("x", text, shown, in_reply_to=parent, late=late)
        self.spent_usd += 0.20 if _urls(text) else 0.015
        data = {"id": identity, "text": _wire_text(text, bool(media)), "edit_history_tweet_ids": [identity]}
        return _answer({"data": data}, 201)

    def _check(self, text: str, body: dict[str, Any]) -> Response | None:
        if not self._in_window():
            return _refusal(429)
        ids = (body.get("media") or {}).get("media_ids", [])
        if not text and not ids:
            return _problem(400, "Invalid Request", "text is required")
        if len(ids) > MOST_MEDIA or any(self._state.get("x_media", str(m)) is None for m in ids):
            return _problem(400, "Invalid Request", "Your media IDs are invalid.")
        if _weight(text) > LIMIT:
            return _problem(403, "Forbidden", "Your Tweet text is too long. (186)")
        parent = (body.get("reply") or {}).get("in_reply_to_tweet_id", "")
        if parent and self._state.post(parent) is None:
            return _problem(403, "Forbidden", "The Tweet you are replying to is not visible to you.")
        if any(p.text == text for p in self._state.posts("x")[-50:] if not p.deleted):
            return _problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
        return None

    def _in_window(self) -> bool:
        now = self._state.now().timestamp()
        start, used = self._window
        if now - start >= WINDOW_SECONDS:
            start, used = now, 0
        self._window = (start, used + 1)
        return used < POSTS_A_WINDOW

    def _delete(self, request: Request, late: timedelta, identity: str) -> Response:
        return _answer({"data": {"deleted": self._state.delete_post(identity)}})

    def _me(self, request: Request, late: timedelta) -> Response:
        return _answer({"data": {"id": credentials.X_USER, "name": "練習用", "username": "sandbox_city"}})

    def _lookup(self, request: Request, late: timedelta) -> Response:
        wanted = request.args.get("ids", "").split(",")
        return _answer({"data": [_tweet(p) for p in self._state.visible("x") if p.id in wanted]})

    def _timeline(self, request: Request, late: timedelta, user: str) -> Response:
        if user != credentials.X_USER:
            return _problem(404, "Not Found Error", "Could not find user")
        count = request.args.get("max_results", 10, int)
        if not 5 <= count <= 100:
            return _problem(400, "Invalid Request", "max_results must be between 5 and 100")
        posts = self._state.visible("x")
        if since := request.args.get("since_id"):
            posts = [p for p in posts if int(p.id) > int(since)]
        if start := request.args.get("start_time"):
            posts = [p for p in posts if p.created_at >= datetime.fromisoformat(start.replace("Z", "+00:00"))]
        offset = request.args.get("pagination_token", 0, int)
        page = posts[offset : offset + count]
        meta: dict[str, Any] = {"result_count": len(page)}
        if len(posts) > offset + count:
            meta["next_token"] = str(offset + count)
        if not page:
            return _answer({"meta": meta})
        meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
        return _answer({"data": [_tweet(p) for p in page], "meta": meta})

    def _upload(self, request: Request, late: timedelta) -> Response:
        file = request.files.get("media")
        if file is None or request.form.get("media_category") != "tweet_image":
            return _problem(400, "Invalid Request", "media and media_category are required")
        data = file.read()
        if not data.startswith((b"\xff\xd8\xff", b"\x89PNG")) or len(data) > 5_000_000:
            return _problem(400, "Invalid Request", "media type unrecognized or too large")
        identity = self._state.add("x_media", {"sha256": self._state.keep(data), "alt": ""})
        answer = {"id": identity, "media_key": f"3_{identity}", "size": len(data), "expires_after_secs": 86400}
        return _answer({"data": answer})

    def _metadata(self, request: Request, late: timedelta) -> Response:
        body = _json(request) or {}
        alt = ((body.get("metadata") or {}).get("alt_text") or {}).get("text")
        identity = body.get("id")
        if set(body) != {"id", "metadata"} or not isinstance(identity, str) or not isinstance(alt, str):
            return _problem(422, "Invalid Request", "schema")
        if len(alt) > MOST_ALT or self._state.get("x_media", identity) is None:
            return _problem(400, "Invalid Request", "alt_text")
        self._state.update("x_media", identity, alt=alt)
        return _answer({"data": {"id": identity, "associated_metadata": {"alt_text": {"text": alt}}}})


def _tweet(post: Post) -> dict[str, Any]:
    text = _wire_text(post.text, bool(post.media))
    tweet: dict[str, Any] = {
        "id": post.id,
        "text": text,
        "edit_history_tweet_ids": [post.id],
        "author_id": credentials.X_USER,
        "created_at": post.created_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "public_metrics": dict.fromkeys(
            ("retweet_count", "repost_count", "reply_count", "like_count", "quote_count", "bookmark_count", "impression_count"),
            0,
        ),
    }
    urls = [{"url": f"{_TCO}{n:010d}", "expanded_url": u, "display_url": u} for n, u in enumerate(_urls(post.text))]
    if post.media:
        keys = [f"3_{post.id}{n}" for n in range(len(post.media))]
        tweet["attachments"] = {"media_keys": keys}
        urls.append(
            {"url": f"{_TCO}media00000", "expanded_url": f"https://x.com/i/status/{post.id}/photo/1", "media_key": keys[0]}
        )
    if urls:
        tweet["entities"] = {"urls": [{"start": 0, "end": 0, **u} for u in urls]}
    if post.in_reply_to:
        tweet["referenced_tweets"] = [{"type": "replied_to", "id": post.in_reply_to}]
    return tweet


def _wire_text(text: str, with_media: bool) -> str:
    """As the API tells it: entities escaped, links wrapped, a link for the media at the end."""
    for number, url in enumerate(_urls(text)):
        text = text.replace(url, f"{_TCO}{number:010d}", 1)
    return html.escape(text, quote=False) + (f" {_TCO}media00000" if with_media else "")


def _urls(text: str) -> list[str]:
    return re.findall(r"https?://[!-~]+", text)


def _weight(text: str) -> int:
    from twitter_text import parse_tweet

    return int(parse_tweet(text).asdict()["weightedLength"]) if len(text) <= _MOST_CODE_POINTS else len(text)


def _json(request: Request) -> dict[str, Any] | None:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else None


def _answer(content: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), status, content_type="application/json; charset=utf-8")


def _problem(status: int, title: str, detail: str) -> Response:
    return _answer({"detail": detail, "title": title, "type": "about:blank", "status": status}, status)


def _refusal(status: int) -> Response:
    if status == 429:
        return _problem(429, "Too Many Requests", "Too Many Requests")
    titles = {401: "Unauthorized", 403: "Forbidden", 500: "Internal Server Error"}
    return _problem(status, titles[status], titles[status])
