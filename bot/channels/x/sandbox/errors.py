"""X's words for a refusal."""

from __future__ import annotations

from typing import Any, TypeVar

from werkzeug.wrappers import Request, Response

from bot.channels.x.sandbox.schema import Body, read
from bot.platform_kit.wire import answer

B = TypeVar("B", bound=Body)
_TITLES = {
    400: "Invalid Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found Error",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
_PROBLEMS = "https://api.x.com/2/problems"
_UNSUPPORTED = (
    "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  "
    "Supported authentication types are [OAuth 1.0a User Context, OAuth 2.0 User Context]."
)


class XError(Exception):
    """Becomes X's problem body."""

    def __init__(self, status: int, detail: str = "", **more: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.more = status, detail, more

    def response(self) -> Response:
        title = _TITLES[self.status]
        body = {"title": title, "detail": self.detail or title, "type": "about:blank", "status": self.status, **self.more}
        return answer(body, self.status)


def unsupported_authentication() -> XError:
    title, kind = "Unsupported Authentication", f"{_PROBLEMS}/unsupported-authentication"
    return XError(403, _UNSUPPORTED, title=title, type=kind)


def invalid(message: str) -> XError:
    """Of a body or a query that breaks the published description."""
    detail = "One or more parameters to your request was invalid."
    return XError(400, detail, type=f"{_PROBLEMS}/invalid-request", errors=[{"parameters": {}, "message": message}])


def not_found(identity: str) -> dict[str, Any]:
    """One entry of `errors` beside the data of those that were found."""
    return {
        "value": identity,
        "detail": f"Could not find tweet with ids: [{identity}].",
        "title": "Not Found Error",
        "resource_type": "tweet",
        "parameter": "ids",
        "resource_id": identity,
        "type": f"{_PROBLEMS}/resource-not-found",
    }


def field_denied(identity: str, field: str) -> dict[str, Any]:
    """One entry of `errors` for a field that this caller may not read of this post."""
    return {
        "value": identity,
        "detail": f"Sorry, you are not authorized to access '{field}' on the Tweet with ids : [{identity}].",
        "title": "Field Authorization Error",
        "resource_type": "tweet",
        "field": field,
        "parameter": "ids",
        "resource_id": identity,
        "section": "data",
        "type": f"{_PROBLEMS}/not-authorized-for-field",
    }


def read_json(schema: type[B], request: Request) -> B:
    """The body of a request. Raises XError."""
    return closed(schema, request.get_data())


def closed(schema: type[B], raw: bytes | dict[str, Any]) -> B:
    try:
        return read(schema, raw)
    except ValueError as e:
        raise invalid(str(e)) from None
