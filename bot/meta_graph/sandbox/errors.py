"""Graph's words for a refusal."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from bot.platform_kit.wire import answer

_TRACE = "SandboxTrace"


class GraphError(Exception):
    """Becomes Graph's error body."""

    def __init__(self, code: int, message: str, subcode: int = 0, status: int = 400, *, transient: bool = False) -> None:
        super().__init__(message)
        self.code, self.subcode, self.status, self.message, self.transient = code, subcode, status, message, transient

    def response(self) -> Response:
        error: dict[str, Any] = {"message": self.message, "type": "OAuthException", "code": self.code}
        if self.subcode:
            error["error_subcode"] = self.subcode
        return answer({"error": {**error, "is_transient": self.transient, "fbtrace_id": _TRACE}}, self.status)


def expired() -> GraphError:
    return GraphError(190, "Error validating access token: Session has expired.", 463, 401)


def invalid_token() -> GraphError:
    return GraphError(190, "Invalid OAuth access token - Cannot parse access token", 0, 401)


def missing(identity: str) -> GraphError:
    words = "does not exist, cannot be loaded due to missing permissions, or does not support this operation"
    return GraphError(100, f"Unsupported request. Object with ID '{identity}' {words}.", 33)


def ordered(status: int) -> GraphError:
    """The error that stands for an HTTP status ordered as trouble."""
    errors = {
        401: expired(),
        403: GraphError(200, "(#200) Permissions error", 0, 403),
        429: GraphError(4, "(#4) Application request limit reached", 0, 429, transient=True),
        500: GraphError(2, "An unexpected error has occurred. Please retry your request later.", 0, 500, transient=True),
    }
    return errors[status]
