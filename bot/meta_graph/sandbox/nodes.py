"""Meta's Graph API: what the Page and Instagram's publishing API share. Versions, usage headers, parameters, paging."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from bot.meta_graph.sandbox import credentials
from bot.meta_graph.sandbox.errors import GraphError
from bot.meta_graph.sandbox.fields import parse, select
from bot.platform_kit.state import Post, Span
from bot.platform_kit.wire import Call, answer

_NEWEST, _OLDEST = 26, 20
_VERSIONS = frozenset(f"v{number}.0" for number in range(_OLDEST, _NEWEST + 1))
_DEFAULT_PAGE, _LARGEST_PAGE = 25, 100


def require_version(version: str) -> None:
    if version not in _VERSIONS:
        words = f"You are calling a deprecated version of the Ads API. Please update to the latest version: v{_NEWEST}.0."
        raise GraphError(2635, f"(#2635) {words}")


def with_usage(response: Response, busy_minutes: int = 0) -> Response:
    used = 100 if busy_minutes else 1
    usage = {"call_count": used, "total_cputime": used, "total_time": used}
    business = {"type": "pages", **usage, "estimated_time_to_regain_access": busy_minutes}
    response.headers["X-App-Usage"] = response.headers["X-Page-Usage"] = json.dumps(usage)
    response.headers["X-Business-Use-Case-Usage"] = json.dumps({credentials.APP: [business]})
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
    """A page of posts with its cursors. `found` may hold one more than the page, which then is not the last: the address of the
    next one repeats the request, with its token if that was a parameter."""
    page = found[:size]
    if not page:
        return answer({"data": []})
    cursors = {"before": _cursor(page[0].id), "after": _cursor(page[-1].id)}
    paging: dict[str, Any] = {"cursors": cursors}
    if len(found) > size:
        asked = {**call.request.args.to_dict(), "limit": str(size), "after": cursors["after"]}
        paging["next"] = f"{call.request.base_url}?{urlencode(asked)}"
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
