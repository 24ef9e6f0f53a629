"""Instagram's private endpoints, as far as a restored session uses them to publish, to look back and to delete."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from typing import Any, Literal

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from bot.channels.instagram.sandbox import credentials, shortcodes
from bot.platform_kit import choices
from bot.platform_kit.choices import chosen
from bot.platform_kit.names import NAME, USERNAME
from bot.platform_kit.pictures import probe
from bot.platform_kit.reactions import Reactions, to_post
from bot.platform_kit.state import Picture, Post, Span, State
from bot.platform_kit.wire import Call, Endpoint, answer, route

MOST_CAPTION, MOST_CHILDREN = 2200, 20
_SCHEME = "Bearer IGT:2:"
_PAGE = 12
Handler = Callable[[Call], Response]


class Choices(choices.Choices):
    """`instagram_private`: what the private endpoints want from a person before they go on; "feedback" stops publishing
    only."""

    instagram_private: Literal["open", "challenge", "suspended", "feedback", "wait"] = "open"


class PrivateError(Exception):
    """Becomes the body of a failure."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status, self.message, self.more = status, message, more

    def response(self) -> Response:
        return answer({"message": self.message, **self.more, "status": "fail"}, self.status)


class Private:
    """Upload ids are chosen by the client. The same one may be posted again and again, each time as a new post: whether the
    real service does so is not known, and this is the worst that it might do."""

    def __init__(self, state: State) -> None:
        self._state = state

    def rules(self) -> Iterable[Rule]:
        api = "/api/v1"
        return [
            route("POST", "/rupload_igphoto/<name>", self._on("upload", self._upload)),
            route("POST", f"{api}/media/configure/", self._on("commit", self._configure)),
            route("POST", f"{api}/media/configure_sidecar/", self._on("commit", self._sidecar)),
            route("GET", f"{api}/feed/user/<user>/", self._on("read", self._feed)),
            route("GET", f"{api}/media/<media>/info/", self._on("read", self._info)),
            route("POST", f"{api}/media/<media>/delete/", self._on("upload", self._delete)),
            route("GET", f"{api}/accounts/current_user/", self._on("read", self._current)),
        ]

    def _on(self, on: str, handle: Handler) -> Endpoint:
        def work(call: Call) -> Response:
            try:
                _require_session(call.request)
                self._require_peace(on)
                return handle(call)
            except PrivateError as e:
                return e.response()

        return Endpoint(channel=lambda _: "instagram", on=on, work=work, refuse=_refuse)

    def _require_peace(self, on: str) -> None:
        """Raises PrivateError where the service wants something from a person first."""
        match chosen(self._state, Choices).instagram_private:
            case "challenge" | "suspended" as asked:
                path = {"challenge": "/challenge/1/sandbox/", "suspended": "/accounts/suspended/"}[asked]
                challenge = {"url": f"https://i.instagram.com{path}", "api_path": path, "lock": True, "native_flow": True}
                raise PrivateError(400, "challenge_required", challenge=challenge)
            case "feedback" if on == "commit":
                words = {
                    "feedback_title": "Try Again Later",
                    "feedback_message": "We limit how often you can do certain things.",
                }
                raise PrivateError(400, "feedback_required", spam=True, **words)
            case "wait":
                raise PrivateError(401, "Please wait a few minutes before you try again.", require_login=True)

    def _upload(self, call: Call) -> Response:
        request = call.request
        data = request.get_data()
        upload_id = _upload_id(request)
        length, header = request.headers.get("X-Entity-Length"), probe(data)
        if upload_id is None or length != str(len(data)) or header is None or header.media_type != "image/jpeg":
            raise PrivateError(400, "Invalid upload", debug_info={"retriable": False, "type": "ProcessingFailedError"})
        self._state.put("upload", upload_id, {"sha256": self._state.keep(data)})
        return _ok({"upload_id": upload_id, "xsharing_nonces": {}})

    def _configure(self, call: Call) -> Response:
        body = _signed(call.request)
        return self._publish(call, body, [body])

    def _sidecar(self, call: Call) -> Response:
        body = _signed(call.request)
        children = body.get("children_metadata")
        if not isinstance(children, list) or not 2 <= len(children) <= MOST_CHILDREN or not body.get("client_sidecar_id"):
            raise PrivateError(400, "Invalid parameters")
        if not all(isinstance(child, dict) for child in children):
            raise PrivateError(400, "Invalid parameters")
        return self._publish(call, body, children)

    def _publish(self, call: Call, body: dict[str, Any], children: list[dict[str, Any]]) -> Response:
        caption = str(body.get("caption", ""))
        if len(caption) > MOST_CAPTION:
            raise PrivateError(400, "Caption is too long.")
        uploads = [self._state.get("upload", str(child.get("upload_id"))) for child in children]
        if None in uploads:
            named = {"upload_id": str(body.get("upload_id", ""))}
            title = "staged_position_not_found extra:{}"
            return _ok({"message": "media_needs_reupload", "media": named, "error_title": title})
        with self._state.atomic():
            pictures = [_picture(child, upload) for child, upload in zip(children, uploads, strict=True) if upload]
            identity = self._state.new_id()
            self._state.publish("instagram", identity, caption, pictures, late=call.late)
        return _ok({"media": self._shown(self._post(identity)), "upload_id": str(body.get("upload_id", ""))})

    def _feed(self, call: Call) -> Response:
        """Own posts, newest first."""
        args = call.request.args
        if call.values["user"] != credentials.USER:
            raise PrivateError(404, "User not found")
        size = max(args.get("count", _PAGE, int), 1)
        older, since = args.get("max_id", "").partition("_")[0], args.get("min_timestamp", 0.0, float)
        found = self._state.visible("instagram", Span(late=call.late, older_than=older, since=since, limit=size + 1))
        page, more = found[:size], len(found) > size
        answered = {"items": [self._shown(p) for p in page], "num_results": len(page), "more_available": more}
        return _ok(answered | ({"next_max_id": _media_id(page[-1])} if more else {}))

    def _info(self, call: Call) -> Response:
        return _ok({"items": [self._shown(self._post(call.values["media"]))], "num_results": 1, "more_available": False})

    def _delete(self, call: Call) -> Response:
        self._state.change_post(self._post(call.values["media"]).id, deleted=True)
        return _ok({"did_delete": True})

    def _current(self, call: Call) -> Response:
        return _ok({"user": _user() | {"biography": "", "is_business": True, "external_url": "", "email": ""}})

    def _shown(self, post: Post) -> dict[str, Any]:
        return _media(post, to_post(self._state, post.id))

    def _post(self, media: str) -> Post:
        post = self._state.post(media.partition("_")[0])
        if post is None or post.deleted or post.channel != "instagram":
            raise PrivateError(404, "Media not found or unavailable")
        return post


def _require_session(request: Request) -> None:
    authorization = request.headers.get("Authorization", "")
    try:
        session = json.loads(base64.b64decode(authorization.removeprefix(_SCHEME), validate=True))
        known = session["sessionid"] == credentials.SESSION and session["ds_user_id"] == credentials.USER
    except (ValueError, KeyError, TypeError, binascii.Error):
        known = False
    if not known:
        raise PrivateError(403, "login_required", logout_reason=3)


def _refuse(status: int) -> Response:
    errors = {
        401: PrivateError(401, "Please log in again", require_login=True),
        403: PrivateError(403, "login_required", logout_reason=3),
        429: PrivateError(429, "Too many requests", error_type="throttled"),
        500: PrivateError(500, "Oops, an error occurred."),
    }
    return errors[status].response()


def _upload_id(request: Request) -> str | None:
    """As the headers tell it, which must agree with the address: `<upload id>_0_<random>`."""
    try:
        upload_id = str(json.loads(request.headers.get("X-Instagram-Rupload-Params", ""))["upload_id"])
    except (ValueError, KeyError, TypeError):
        return None
    name = request.path.rpartition("/")[2]
    agrees = name == request.headers.get("X-Entity-Name") and name.startswith(f"{upload_id}_0_")
    return upload_id if agrees else None


def _signed(request: Request) -> dict[str, Any]:
    """The body `signed_body=SIGNATURE.{json}`; the app no longer signs it. Raises PrivateError."""
    mark, _, text = request.form.get("signed_body", "").partition(".")
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    if mark != "SIGNATURE" or not isinstance(body, dict):
        raise PrivateError(400, "Invalid parameters")
    return body


def _picture(child: dict[str, Any], upload: dict[str, Any]) -> Picture:
    return Picture(alt=str(child.get("custom_accessibility_caption", "")), sha256=upload["sha256"])


def _user() -> dict[str, Any]:
    return {
        "pk": credentials.USER,
        "id": credentials.USER,
        "username": USERNAME,
        "full_name": NAME,
        "is_private": False,
        "is_verified": False,
        "profile_pic_url": "https://i.instagram.com/_sandbox/nobody.jpg",
    }


def _media_id(post: Post) -> str:
    return f"{post.id}_{credentials.USER}"


def _media(post: Post, reactions: Reactions) -> dict[str, Any]:
    """A post as the private endpoints tell it."""
    images = [_image(post, number) for number in range(len(post.pictures))]
    media: dict[str, Any] = {
        "pk": post.id,
        "id": _media_id(post),
        "code": shortcodes.encode(post.id),
        "taken_at": int(post.created_at.timestamp()),
        "product_type": "feed",
        "user": _user(),
        "like_count": reactions.likes,
        "comment_count": reactions.replies,
        "caption": {"pk": post.id, "text": post.text, "user_id": credentials.USER} if post.text else None,
    }
    if len(images) == 1:
        return media | {"media_type": 1, **images[0]}
    return media | {"media_type": 8, "product_type": "carousel_container", "carousel_media": _numbered(post, images)}


def _numbered(post: Post, images: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The children of an album, each with a number of its own."""
    numbers = [f"{post.id}{n}" for n in range(len(images))]
    return [{"pk": n, "id": f"{n}_{credentials.USER}", "media_type": 1, **i} for n, i in zip(numbers, images, strict=True)]


def _image(post: Post, number: int) -> dict[str, Any]:
    picture = post.pictures[number]
    url = f"https://i.instagram.com/_sandbox/media/{picture.sha256}"
    candidates = [{"width": 1080, "height": 1080, "url": url}]
    return {"accessibility_caption": picture.alt or None, "image_versions2": {"candidates": candidates}}


def _ok(content: dict[str, Any]) -> Response:
    return answer({**content, "status": "ok"})
