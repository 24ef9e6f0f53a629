"""Graph's tokens: whose they are, until when they hold, what may be asked about them, and the door that they open."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from bot.meta_graph.sandbox import credentials
from bot.meta_graph.sandbox.choices import Choices
from bot.meta_graph.sandbox.errors import GraphError, expired, invalid_token, ordered
from bot.meta_graph.sandbox.nodes import require_version, shaped, with_usage
from bot.platform_kit.choices import chosen
from bot.platform_kit.names import NAME
from bot.platform_kit.platform import PlatformContext
from bot.platform_kit.wire import Call, Endpoint, answer, route

# Whose each token is. The app's own never ends: it is its number and its secret.
_OWNERS = {
    credentials.PAGE_TOKEN: credentials.PAGE,
    credentials.INSTAGRAM_TOKEN: credentials.INSTAGRAM_USER,
    credentials.USER_TOKEN: credentials.USER,
    credentials.APP_TOKEN: credentials.APP,
}
_SCOPES = (
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_posts",
    "read_insights",
    "instagram_basic",
    "instagram_content_publish",
    "instagram_manage_contents",
    "instagram_manage_insights",
    "business_management",
)
_KINDS = {credentials.PAGE: "PAGE", credentials.APP: "APP"}
_BUSY_MINUTES = 1
_WHOSE_TROUBLE = "facebook"  # the app's own addresses belong to no channel; trouble is ordered for one
_LONG_LIVED_SECONDS = 5_183_944
Handler = Callable[[Call], Response]
Channel = Callable[[Mapping[str, str]], str]


class Tokens:
    def __init__(self, context: PlatformContext) -> None:
        self._state = context.state

    def rules(self) -> Iterable[Rule]:
        """Nodes of the app: tokens, and the Pages of a token's user."""

        def on(handle: Handler, *owners: str) -> Endpoint:
            return self.endpoint(lambda _: _WHOSE_TROUBLE, "read", handle, owners=frozenset(owners))

        return [
            route("GET", "/<version>/debug_token", on(self._debug, *_OWNERS.values())),
            route("GET", "/<version>/me", on(self._me, *_OWNERS.values())),
            route("GET", "/<version>/me/accounts", on(_accounts, credentials.USER)),
            route("GET", "/<version>/oauth/access_token", _exchange()),
        ]

    def endpoint(self, channel: Channel, on: str, handle: Handler, *, owners: frozenset[str]) -> Endpoint:
        """`owners`: whose tokens may do this."""

        def work(call: Call) -> Response:
            try:
                require_version(call.values["version"])
                if self._owner(call.request) not in owners:
                    raise GraphError(200, "(#200) The token does not belong to an account that may do this", 0, 403)
                return with_usage(handle(call))
            except GraphError as e:
                return with_usage(e.response())

        def refuse(status: int) -> Response:
            return with_usage(ordered(status).response(), _BUSY_MINUTES if status == 429 else 0)

        return Endpoint(channel=channel, on=on, work=work, refuse=refuse)

    def require(self, scope: str) -> None:
        """Raises GraphError where this permission was not given to the tokens."""
        if scope in chosen(self._state, Choices).meta_lacks:
            raise GraphError(10, f"(#10) This endpoint requires the '{scope}' permission", 0, 403)

    def _owner(self, request: Request) -> str:
        """Whose token the request carries, in its header or as a parameter. Raises GraphError."""
        authorization = request.headers.get("Authorization", "")
        token = authorization.removeprefix("Bearer ") or request.values.get("access_token", "")
        if not token:
            raise GraphError(2500, "An active access token must be used to query information about the current user.")
        if token not in _OWNERS:
            raise invalid_token()
        if self._ended(token):
            raise expired()
        proof = request.values.get("appsecret_proof")
        if proof is not None and not hmac.compare_digest(proof.encode(), _proof(token).encode()):
            raise GraphError(100, "Invalid appsecret_proof provided in the API argument")
        return _OWNERS[token]

    def _ended(self, token: str) -> bool:
        end = chosen(self._state, Choices).meta_tokens_end_at
        return token != credentials.APP_TOKEN and end is not None and self._state.now() >= end

    def _debug(self, call: Call) -> Response:
        inspected = call.request.args.get("input_token", "")
        app: dict[str, Any] = {"app_id": credentials.APP, "application": "sandbox"}
        if inspected not in _OWNERS or self._ended(inspected):
            error = {"code": 190, "message": expired().message, "subcode": 463}
            return answer({"data": {**app, "is_valid": False, "error": error, "scopes": []}})
        end = chosen(self._state, Choices).meta_tokens_end_at
        owner = _OWNERS[inspected]
        whose = {"type": _KINDS.get(owner, "SYSTEM_USER"), "user_id": credentials.USER, "profile_id": owner}
        ends = {"expires_at": int(end.timestamp()) if end else 0, "data_access_expires_at": 0}
        given = [scope for scope in _SCOPES if scope not in chosen(self._state, Choices).meta_lacks]
        return answer({"data": {**app, **whose, **ends, "is_valid": True, "scopes": given}})

    def _me(self, call: Call) -> Response:
        node = {"id": self._owner(call.request), "name": NAME}
        return answer(shaped(node, call.request, "id,name", "User"))


def _proof(token: str) -> str:
    return hmac.new(credentials.APP_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()


def _accounts(call: Call) -> Response:
    page = {
        "id": credentials.PAGE,
        "name": NAME,
        "access_token": credentials.PAGE_TOKEN,
        "category": "Government organization",
        "tasks": ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"],
    }
    return answer({"data": [shaped(page, call.request, "access_token,category,name,id,tasks", "Page")]})


def _exchange() -> Endpoint:
    """A short-lived token for a long-lived one. Needs no token of its own, but the app's secret."""

    def work(call: Call) -> Response:
        given = tuple(call.request.values.get(name) for name in ("grant_type", "client_id", "client_secret"))
        known = call.request.values.get("fb_exchange_token") in _OWNERS
        if given != ("fb_exchange_token", credentials.APP, credentials.APP_SECRET) or not known:
            return GraphError(1, "Error validating client secret.", 0, 400).response()
        token = {"access_token": credentials.USER_TOKEN, "token_type": "bearer", "expires_in": _LONG_LIVED_SECONDS}
        return answer(token)

    return Endpoint(channel=lambda _: _WHOSE_TROUBLE, on="read", work=work, refuse=lambda status: ordered(status).response())
