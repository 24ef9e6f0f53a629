"""X's API v2, as far as a bot uses it: posts and replies, media and alt texts, reading back, deleting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from bot.channels.x.sandbox.account import DAY_SECONDS, PRICE, Account
from bot.channels.x.sandbox.auth import caller
from bot.channels.x.sandbox.choices import Choices
from bot.channels.x.sandbox.errors import XError, invalid, read_json, unsupported_authentication
from bot.channels.x.sandbox.media import Media, key
from bot.channels.x.sandbox.posts import Reader
from bot.channels.x.sandbox.schema import NewPost
from bot.channels.x.sandbox.text import has_link, tell, weight
from bot.platform_kit.choices import chosen
from bot.platform_kit.state import State
from bot.platform_kit.wire import Call, Endpoint, answer, route

LIMIT = 280
_POST, _DELETE, _LOOKUP, _TIMELINE, _ME, _UPLOAD, _METADATA = (
    "create",
    "delete",
    "lookup",
    "timeline",
    "me",
    "upload",
    "metadata",
)
# Requests that a user may make in fifteen minutes.
_WINDOWS = {_POST: 100, _DELETE: 50, _LOOKUP: 5000, _TIMELINE: 900, _ME: 75, _UPLOAD: 500, _METADATA: 500}
_POSTS_A_DAY = 10_000
# How long the same words are refused is not published; a day is what this sandbox takes it for.
_SAME_WORDS = timedelta(hours=24)
# A post's number holds its time: milliseconds since then, before 22 other bits.
_FIRST, _OTHER_BITS = 1_288_834_974_657, 22
_NOT_INVITED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the "
    "post you are replying to."
)
_READ_ONLY = "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint."
Handler = Callable[[Call], Response]


class X:
    def __init__(self, state: State) -> None:
        self._state = state
        self.account = Account(state)
        self._media = Media(state)
        self._reader = Reader(state, self._media, self.account)

    def rules(self) -> Iterable[Rule]:
        on, media, reader = self._endpoint, self._media, self._reader
        return [
            route("POST", "/2/tweets", on("commit", _POST, self._create)),
            route("DELETE", "/2/tweets/<identity>", on("upload", _DELETE, self._delete)),
            route("GET", "/2/tweets", on("read", _LOOKUP, reader.lookup, app_only=True)),
            route("GET", "/2/tweets/<identity>", on("read", _LOOKUP, reader.one, app_only=True)),
            route("GET", "/2/users/<user>/tweets", on("read", _TIMELINE, reader.timeline, app_only=True)),
            route("GET", "/2/users/me", on("read", _ME, reader.me)),
            route("POST", "/2/media/upload", on("upload", _UPLOAD, lambda c: _data(media.upload(c.request)))),
            route("POST", "/2/media/upload/initialize", on("upload", _UPLOAD, lambda c: _data(media.initialize(c.request)))),
            route(
                "POST",
                "/2/media/upload/<identity>/append",
                on("upload", _UPLOAD, lambda c: _data(media.append(c.request, c.values["identity"]))),
            ),
            route(
                "POST",
                "/2/media/upload/<identity>/finalize",
                on("upload", _UPLOAD, lambda c: _data(media.finalize(c.values["identity"]))),
            ),
            route(
                "GET", "/2/media/upload", on("read", _UPLOAD, lambda c: _data(media.status(c.request.args.get("media_id", ""))))
            ),
            route("POST", "/2/media/metadata", on("upload", _METADATA, self._describe)),
        ]

    def _endpoint(self, on: str, name: str, handle: Handler, *, app_only: bool = False) -> Endpoint:
        """`app_only`: a bearer token without a user will do."""

        def work(call: Call) -> Response:
            try:
                self._admit(call, name, app_only=app_only)
                response = handle(call)
            except XError as e:
                response = e.response()
            return self._with_rates(response, name)

        def refuse(status: int) -> Response:
            response = self._with_rates(XError(status).response(), name)
            if status == 429:
                response.headers["x-rate-limit-remaining"] = "0"
            return response

        return Endpoint(channel=lambda _: "x", on=on, work=work, refuse=refuse)

    def _admit(self, call: Call, name: str, *, app_only: bool) -> None:
        who = caller(call.request)
        if who == "nobody":
            raise XError(401, "Unauthorized")
        if who == "app" and not app_only:
            raise unsupported_authentication()
        if call.request.method != "GET" and chosen(self._state, Choices).x_access == "read":
            raise XError(403, _READ_ONLY)
        if not self.account.count(name, _WINDOWS[name]):
            raise XError(429)
        if name == _POST and not self.account.count("day", _POSTS_A_DAY, DAY_SECONDS):
            raise XError(429)

    def _with_rates(self, response: Response, name: str) -> Response:
        headers = self.account.headers("x-rate-limit", name, _WINDOWS[name])
        if name == _POST:
            for prefix in ("x-app-limit-24hour", "x-user-limit-24hour"):
                headers |= self.account.headers(prefix, "day", _POSTS_A_DAY, DAY_SECONDS)
        response.headers.update(headers)
        response.headers["x-access-level"] = chosen(self._state, Choices).x_access
        return response

    def _create(self, call: Call) -> Response:
        body = read_json(NewPost, call.request)
        media_ids = body.media.media_ids if body.media else []
        if not body.text.strip() and not media_ids:
            raise invalid("$.text: required unless media is given")
        length = weight(body.text)
        if length is None or length > LIMIT:
            raise XError(403, "Your Tweet text is too long. (186)")
        price = PRICE.post_with_link if has_link(body.text) else PRICE.post
        parent = body.reply.in_reply_to_tweet_id if body.reply else ""
        with self._state.atomic():
            if not self.account.can_pay(price):
                raise XError(402, "Your enrolled account does not have any credits to fulfill this request.")
            data = self._publish(body.text, media_ids, parent, call.late)
            self.account.charge(price)
        return answer({"data": data}, 201)

    def _publish(self, text: str, media_ids: list[str], parent: str, late: timedelta) -> dict[str, object]:
        conversation = self._conversation(parent) if parent else ""
        if self._state.said_before("x", text, self._state.now() - _SAME_WORDS):
            raise XError(403, "You are not allowed to create a Tweet with duplicate content.")
        pictures = self._media.use(media_ids)
        identity = self._state.new_id_of_now(_FIRST, _OTHER_BITS)
        told = tell(text, identity, [key(m) for m in media_ids])
        self._state.publish(
            "x",
            identity,
            text,
            pictures,
            parent=parent,
            late=late,
            told=told.text,
            entities=told.entities,
            media_ids=media_ids,
            conversation=conversation or identity,
        )
        return {"id": identity, "text": told.text, "edit_history_tweet_ids": [identity]}

    def _conversation(self, parent: str) -> str:
        """The first post of the thread that a reply joins. Raises XError where there may be no reply."""
        post = self._state.post(parent)
        if post is None or post.channel != "x" or post.deleted:
            raise XError(403, "You attempted to reply to a Tweet that is deleted or not visible to you.")
        if chosen(self._state, Choices).x_app == "self_serve":
            raise XError(403, _NOT_INVITED)
        return str(post.extra["conversation"])

    def _delete(self, call: Call) -> Response:
        identity = call.values["identity"]
        with self._state.atomic():
            post = self._state.post(identity)
            if post is None or post.channel != "x":
                return answer({"data": {"deleted": False}})
            self._state.change_post(identity, deleted=True)
            self.account.charge(PRICE.delete)
        return answer({"data": {"deleted": True}})

    def _describe(self, call: Call) -> Response:
        described = self._media.describe(call.request)
        self.account.charge(PRICE.metadata)
        return _data(described)


def _data(data: dict[str, object]) -> Response:
    return answer({"data": data})
