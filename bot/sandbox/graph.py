"""Meta's Graph API: what the Page and Instagram's publishing API share. Versions, tokens, usage headers, paging, and the nodes
that belong to the app itself."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from bot.sandbox import credentials
from bot.sandbox.graph_errors import GraphError, expired, invalid_token, ordered
from bot.sandbox.graph_fields import parse, select
from bot.sandbox.state import Post, Span
from bot.sandbox.wire import Call, Endpoint, answer, route

_NEWEST, _OLDEST = 26, 20
_VERSIONS = frozenset(f"v{number}.0" for number in range(_OLDEST, _NEWEST + 1))
# Whose each token is.
_TOKENS = {
    credentials.PAGE_TOKEN: credentials.PAGE,
    credentials.INSTAGRAM_TOKEN: credentials.INSTAGRAM_USER,
    credentials.META_USER_TOKEN: credentials.META_USER,
}
_SCOPES = (
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_posts",
    "read_insights",
    "instagram_basic",
    "instagram_manage_insights",
    "instagram_content_publish",
    "business_management",
)
_BUSY_MINUTES = 1
_LONG_LIVED_SECONDS = 5_183_944
_DEFAULT_PAGE, _LARGEST_PAGE = 25, 100
Handler = Callable[[Call], Response]
Channel = Callable[[Mapping[str, str]], str]


def endpoint(channel: Channel, on: str, handle: Handler, *, owners: frozenset[str]) -> Endpoint:
    """`owners`: whose tokens may do this."""

    def work(call: Call) -> Response:
        try:
            _require_version(call.values["version"])
            if owner(call.request) not in owners:
                raise GraphError(200, "(#200) The token does not belong to an account that may do this", 0, 403)
            return _with_usage(handle(call))
        except GraphError as e:
            return _with_usage(e.response())

    def refuse(status: int) -> Response:
        return _with_usage(ordered(status).response(), _BUSY_MINUTES if status == 429 else 0)

    return Endpoint(channel=channel, on=on, work=work, refuse=refuse)


def owner(request: Request) -> str:
    """Whose token the request carries, in its header or as a parameter. Raises GraphError."""
    authorization = request.headers.get("Authorization", "")
    token = authorization.removeprefix("Bearer ") or request.values.get("access_token", "")
    if not token:
        raise GraphError(2500, "An active access token must be used to query information about the current user.")
    if token not in _TOKENS:
        raise invalid_token()
    proof = request.values.get("appsecret_proof")
    if proof is not None and not hmac.compare_digest(proof.encode(), _proof(token).encode()):
        raise GraphError(100, "Invalid appsecret_proof provided in the API argument")
    return _TOKENS[token]


def _proof(token: str) -> str:
    return hmac.new(credentials.META_APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()


def _require_version(version: str) -> None:
    if version not in _VERSIONS:
        words = f"You are calling a deprecated version of the Ads API. Please update to the latest version: v{_NEWEST}.0."
        raise GraphError(2635, f"(#2635) {words}")


def _with_usage(response: Response, busy_minutes: int = 0) -> Response:
    used = 100 if busy_minutes else 1
    usage = {"call_count": used, "total_cputime": used, "total_time": used}
    business = {"type": "pages", **usage, "estimated_time_to_regain_access": busy_minutes}
    response.headers["X-App-Usage"] = response.headers["X-Page-Usage"] = json.dumps(usage)
    response.headers["X-Business-Use-Case-Usage"] = json.dumps({credentials.META_APP: [business]})
    return response


def shaped(node: dict[str, Any], request: Request, default: str, kind: str) -> dict[str, Any]:
    """A node with the fields that were asked for."""
    return select(node, parse(request.values.get("fields") or default), kind)


def flag(request: Request, name: str, *, default: bool) -> bool:
    """Raises GraphError for what is neither true nor false, such as Python's own "True"."""
    value = request.values.get(name)
    if value is None:
        return default
    if value not in ("true", "false", "1", "0"):
        raise GraphError(100, f"(#100) Param {name} must be a boolean")
    return value in ("true", "1")


def listed(value: str) -> list[str]:
    """Items parted by commas, or as a JSON list, as Meta's own client sends them."""
    try:
        return [str(i) for i in json.loads(value)] if value.startswith("[") else [i for i in value.split(",") if i]
    except ValueError:
        return []


def span(call: Call) -> tuple[Span, int]:
    """What a listing asks for, one post more than fits its page; and the page's size."""
    args = call.request.args
    limit = args.get("limit", str(_DEFAULT_PAGE))
    if not limit.isdecimal():
        raise GraphError(100, "(#100) Param limit must be an integer")
    size = min(int(limit), _LARGEST_PAGE)
    older = _from_cursor(args["after"]) if "after" in args else ""
    since = _moment(args["since"]) if "since" in args else 0.0
    until = _moment(args["until"]) if "until" in args else math.inf
    return Span(late=call.late, older_than=older, since=since, until=until, limit=size + 1), size


def listing(call: Call, found: list[Post], size: int, node: Callable[[Post], dict[str, Any]]) -> Response:
    """A page of posts with its cursors. `found` may hold one more than the page, which then is not the last."""
    page = found[:size]
    if not page:
        return answer({"data": []})
    cursors = {"before": _cursor(page[0].id), "after": _cursor(page[-1].id)}
    paging: dict[str, Any] = {"cursors": cursors}
    if len(found) > size:
        paging["next"] = f"{call.request.base_url}?limit={size}&after={cursors['after']}"
    return answer({"data": [node(p) for p in page], "paging": paging})


def instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S+0000")


def _cursor(identity: str) -> str:
    return base64.urlsafe_b64encode(identity.encode()).decode().rstrip("=")


def _from_cursor(cursor: str) -> str:
    try:
        identity = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        identity = ""
    if not identity.isdecimal():
        raise GraphError(100, "(#100) Invalid cursor")
    return identity


def _moment(value: str) -> float:
    """Epoch seconds of a Unix time or an ISO 8601 time with a zone."""
    try:
        return float(value) if value.isdecimal() else _aware(datetime.fromisoformat(value)).timestamp()
    except ValueError:
        raise GraphError(100, "(#100) A time must be a Unix time or ISO 8601") from None


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("no zone")
    return moment


def app_rules() -> Iterable[Rule]:
    """Nodes of the app: tokens, and the Pages of a token's user."""

    def on(handle: Handler, *owners: str) -> Endpoint:
        return endpoint(lambda _: "facebook", "read", handle, owners=frozenset(owners))

    return [
        route("GET", "/<version>/debug_token", on(_debug_token, *_TOKENS.values())),
        route("GET", "/<version>/me", on(_me, *_TOKENS.values())),
        route("GET", "/<version>/me/accounts", on(_accounts, credentials.META_USER)),
        route("GET", "/<version>/oauth/access_token", _exchange()),
    ]


def _debug_token(call: Call) -> Response:
    inspected = call.request.args.get("input_token", "")
    app = {"app_id": credentials.META_APP, "application": "sandbox"}
    if inspected not in _TOKENS:
        error = {"code": 190, "message": expired().message, "subcode": 463}
        return answer({"data": {**app, "is_valid": False, "error": error, "scopes": []}})
    kind = "PAGE" if _TOKENS[inspected] == credentials.PAGE else "SYSTEM_USER"
    whose = {"type": kind, "user_id": credentials.META_USER, "profile_id": _TOKENS[inspected]}
    ends = {"expires_at": 0, "data_access_expires_at": 0}
    return answer({"data": {**app, **whose, **ends, "is_valid": True, "scopes": list(_SCOPES)}})


def _me(call: Call) -> Response:
    node = {"id": owner(call.request), "name": credentials.NAME}
    return answer(shaped(node, call.request, "id,name", "User"))


def _accounts(call: Call) -> Response:
    page = {
        "id": credentials.PAGE,
        "name": credentials.NAME,
        "access_token": credentials.PAGE_TOKEN,
        "category": "Government organization",
        "tasks": ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"],
    }
    return answer({"data": [shaped(page, call.request, "access_token,category,name,id,tasks", "Page")]})


def _exchange() -> Endpoint:
    """A short-lived token for a long-lived one. Needs no token of its own, but the app's secret."""

    def work(call: Call) -> Response:
        given = tuple(call.request.values.get(name) for name in ("grant_type", "client_id", "client_secret"))
        known = call.request.values.get("fb_exchange_token") in _TOKENS
        if given != ("fb_exchange_token", credentials.META_APP, credentials.META_APP_SECRET) or not known:
            return GraphError(1, "Error validating client secret.", 0, 400).response()
        token = {"access_token": credentials.META_USER_TOKEN, "token_type": "bearer", "expires_in": _LONG_LIVED_SECONDS}
        return answer(token)

    return Endpoint(channel=lambda _: "facebook", on="read", work=work, refuse=lambda status: ordered(status).response())
