"""Reading posts back from X: by id, from a timeline, with the fields that were asked for and no others."""

from __future__ import annotations

import base64
import binascii
import math
import re
from datetime import datetime, timedelta
from typing import Any

from werkzeug.wrappers import Request, Response

from bot.channels.x.sandbox import credentials
from bot.channels.x.sandbox.account import Account
from bot.channels.x.sandbox.auth import caller
from bot.channels.x.sandbox.choices import Choices
from bot.channels.x.sandbox.errors import XError, field_denied, invalid, not_found
from bot.channels.x.sandbox.media import Media, key
from bot.platform_kit.choices import chosen
from bot.platform_kit.names import NAME, USERNAME
from bot.platform_kit.reactions import Reactions, to_post
from bot.platform_kit.state import Post, Span, State
from bot.platform_kit.wire import Call, answer

# X is renaming its tweets to posts, in parameters and in answers; both names are in use, each with its own answers.
_NAMES = {"tweet.fields": "tweet", "post.fields": "post"}
_FIELDS = frozenset(
    re.findall(
        r"\w+",
        """
        article article_title attachments author_id card_uri community_id context_annotations conversation_id created_at
        display_text_range edit_controls edit_history_post_ids edit_history_tweet_ids entities geo id in_reply_to_user_id lang
        matched_media_notes media_metadata non_public_metrics note_post note_request_suggestions note_tweet organic_metrics
        paid_partnership possibly_sensitive promoted_metrics public_metrics referenced_posts referenced_tweets reply_settings
        scopes source suggested_source_links suggested_source_links_with_counts text withheld
        """,
    )
)
_SHAPE = frozenset({*_NAMES, "expansions", "media.fields", "user.fields", "poll.fields", "place.fields"})
_TIMELINE = _SHAPE | {"max_results", "pagination_token", "start_time", "end_time", "since_id", "until_id", "exclude"}
# Only the account itself may read these, and only of posts of the last thirty days.
_PRIVATE, _PRIVATE_FOR = "non_public_metrics", timedelta(days=30)
_MOST_IDS = 100


class Reader:
    def __init__(self, state: State, media: Media, account: Account) -> None:
        self._state, self._media, self._account = state, media, account

    def lookup(self, call: Call) -> Response:
        _require_known(call.request, _SHAPE | {"ids"})
        identities = call.request.args.get("ids", "").split(",")
        if not 1 <= len(identities) <= _MOST_IDS or not all(i.isdecimal() for i in identities):
            raise invalid("ids: must be 1 to 100 ids")
        posts = [p for p in (self._public(i) for i in identities) if p]
        missing = set(identities) - {p.id for p in posts}
        errors = _errors([*(not_found(i) for i in sorted(missing)), *self._denied(posts, call.request)])
        data = {"data": [self._shown(p, call.request) for p in posts]} if posts else {}
        return answer(data | self._includes(posts, call.request) | errors)

    def one(self, call: Call) -> Response:
        _require_known(call.request, _SHAPE)
        post = self._public(call.values["identity"])
        if post is None:
            return answer({"errors": [not_found(call.values["identity"])]})
        errors = _errors(self._denied([post], call.request))
        return answer({"data": self._shown(post, call.request), **self._includes([post], call.request), **errors})

    def timeline(self, call: Call) -> Response:
        """Own posts, newest first."""
        _require_known(call.request, _TIMELINE)
        if call.values["user"] != credentials.USER:
            raise XError(404, "Could not find user")
        size = _size(call.request)
        found = self._state.visible("x", _span(call, size + 1))
        page, more = found[:size], len(found) > size
        meta: dict[str, Any] = {"result_count": len(page)}
        if more:
            meta["next_token"] = base64.b32hexencode(page[-1].id.encode()).decode().rstrip("=").lower()
        if "replies" in call.request.args.get("exclude", ""):
            page = [p for p in page if not p.parent]
        if not page:
            return answer({"meta": meta})
        self._account.charge_reading([p.id for p in page])
        meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
        shown = [self._shown(p, call.request) for p in page]
        errors = _errors(self._denied(page, call.request))
        return answer({"data": shown, **self._includes(page, call.request), **errors, "meta": meta})

    def me(self, call: Call) -> Response:
        user = {"id": credentials.USER, "name": NAME, "username": USERNAME}
        return answer({"data": user})

    def _public(self, identity: str) -> Post | None:
        post = self._state.post(identity)
        if post is None or post.channel != "x" or post.deleted:
            return None
        self._account.charge_reading([identity])
        return post

    def _shown(self, post: Post, request: Request) -> dict[str, Any]:
        name = "post" if "post.fields" in request.args else "tweet"
        wanted = _wanted(request)
        always = {"id": post.id, "text": post.extra["told"], f"edit_history_{name}_ids": [post.id]}
        if not self._may_see(post, request):
            wanted -= {_PRIVATE}
        return always | {k: v for k, v in self._fields(post, name).items() if k in wanted and v}

    def _denied(self, posts: list[Post], request: Request) -> list[dict[str, Any]]:
        """What is said beside the data of posts whose private field was asked for and may not be seen."""
        if _PRIVATE not in _wanted(request):
            return []
        return [field_denied(p.id, _PRIVATE) for p in posts if not self._may_see(p, request)]

    def _may_see(self, post: Post, request: Request) -> bool:
        return caller(request) == "user" and self._state.now() - post.created_at <= _PRIVATE_FOR

    def _fields(self, post: Post, name: str) -> dict[str, Any]:
        reactions = to_post(self._state, post.id)
        replied = [{"type": "replied_to", "id": post.parent}] if post.parent else []
        media_keys = [key(m) for m in post.extra["media_ids"]]
        return {
            "author_id": credentials.USER,
            "created_at": post.created_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "conversation_id": post.extra["conversation"],
            "in_reply_to_user_id": credentials.USER if replied else "",
            "entities": post.extra["entities"],
            "attachments": {"media_keys": media_keys} if media_keys else {},
            "public_metrics": _public_metrics(reactions) | {chosen(self._state, Choices).x_metrics: reactions.reposts},
            _PRIVATE: {
                "impression_count": reactions.views,
                "url_link_clicks": reactions.clicks,
                "user_profile_clicks": 0,
            },
            f"referenced_{name}s": replied,
            "lang": "ja",
        }

    def _includes(self, posts: list[Post], request: Request) -> dict[str, Any]:
        if "attachments.media_keys" not in request.args.get("expansions", ""):
            return {}
        wanted = {"media_key", "type", *request.args.get("media.fields", "").split(",")}
        media = [self._media.expanded(m) for p in posts for m in p.extra["media_ids"]]
        return {"includes": {"media": [{k: v for k, v in m.items() if k in wanted} for m in media]}} if media else {}


def _public_metrics(reactions: Reactions) -> dict[str, int]:
    return {
        "reply_count": reactions.replies,
        "like_count": reactions.likes,
        "quote_count": reactions.quotes,
        "bookmark_count": reactions.saves,
        "impression_count": reactions.views,
    }


def _errors(entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {"errors": entries} if entries else {}


def _require_known(request: Request, known: frozenset[str] | set[str]) -> None:
    if strange := sorted(set(request.args) - known):
        raise invalid(f"The query parameter [{strange[0]}] is not one of {sorted(known)}")


def _wanted(request: Request) -> set[str]:
    wanted = {field for name in _NAMES for field in request.args.get(name, "").split(",") if field}
    if strange := sorted(wanted - _FIELDS):
        raise invalid(f"The field [{strange[0]}] does not exist")
    return wanted


def _size(request: Request) -> int:
    size = request.args.get("max_results", "10")
    if not size.isdecimal() or not 5 <= int(size) <= 100:
        raise invalid("The `max_results` query parameter value is not between 5 and 100")
    return int(size)


def _span(call: Call, limit: int) -> Span:
    args = call.request.args
    older = _from_token(args["pagination_token"]) if "pagination_token" in args else _id(args.get("until_id", ""))
    since = _epoch(args["start_time"]) if "start_time" in args else 0.0
    until = _epoch(args["end_time"]) if "end_time" in args else math.inf
    newer = _id(args.get("since_id", ""))
    return Span(late=call.late, newer_than=newer, older_than=older, since=since, until=until, limit=limit)


def _from_token(token: str) -> str:
    try:
        return _id(base64.b32hexdecode(token.upper() + "=" * (-len(token) % 8)).decode())
    except (binascii.Error, UnicodeDecodeError):
        raise invalid("The `pagination_token` query parameter value is not valid") from None


def _id(value: str) -> str:
    if value and not (value.isdecimal() and len(value) <= 19):
        raise invalid("A query parameter that must be an id is not")
    return value


def _epoch(value: str) -> float:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise invalid("A query parameter that must be an RFC 3339 time is not") from None
    if moment.tzinfo is None:
        raise invalid("A query parameter that must be an RFC 3339 time has no zone")
    return moment.timestamp()
