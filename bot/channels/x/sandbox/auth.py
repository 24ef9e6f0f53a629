"""Who is asking on X: OAuth 1.0a signatures, really checked, and the two kinds of bearer tokens."""

from __future__ import annotations

import string
from typing import Any, Literal

from oauthlib.oauth1 import RequestValidator, SignatureOnlyEndpoint
from werkzeug.wrappers import Request

from bot.channels.x.sandbox import credentials

Caller = Literal["user", "app", "nobody"]
# Clients that are turned to the sandbox below their library sign the address that the library knows.
_SIGNED_HOSTS = ("https://api.x.com", "https://api.twitter.com")


class _Keys(RequestValidator):
    enforce_ssl = False
    client_key_length = (10, 60)
    access_token_length = (10, 80)
    nonce_length = (6, 64)
    safe_characters = set(string.ascii_letters + string.digits + "-_.~=+/")

    @property
    def dummy_client(self) -> str:
        return "dummy-client-key"

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return client_key == credentials.CONSUMER_KEY and request.resource_owner_key == credentials.TOKEN

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return credentials.CONSUMER_SECRET

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return credentials.TOKEN_SECRET

    def validate_timestamp_and_nonce(self, *args: Any, **kwargs: Any) -> bool:
        """A request that comes twice is let in twice: whoever sends twice shall find two posts here."""
        return True


_ENDPOINT = SignatureOnlyEndpoint(_Keys())


def caller(request: Request) -> Caller:
    authorization = request.headers.get("Authorization", "")
    match authorization.partition(" "):
        case ("Bearer", _, credentials.USER_BEARER):
            return "user"
        case ("Bearer", _, credentials.APP_BEARER):
            return "app"
        case ("OAuth", _, _) if any(_signed(request, host) for host in (request.host_url.rstrip("/"), *_SIGNED_HOSTS)):
            return "user"
    return "nobody"


def _signed(request: Request, host: str) -> bool:
    form = request.mimetype == "application/x-www-form-urlencoded"
    headers = {"Authorization": request.headers["Authorization"], "Content-Type": request.mimetype}
    address = host + request.environ["RAW_URI"]
    body = request.get_data(as_text=True) if form else ""
    valid, _ = _ENDPOINT.validate_request(address, request.method, body, headers)
    return bool(valid)
