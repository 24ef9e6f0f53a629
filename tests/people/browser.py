"""A browser without JavaScript, and an authenticator app, for the account pages."""

from __future__ import annotations

import base64
import re
import time

import requests
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from requests.adapters import HTTPAdapter

PASSWORD = "a-long-enough-passphrase"


def code_of(secret: str, steps_ahead: int = 0) -> str:
    """What an authenticator app shows for this secret (RFC 6238, SHA-1, six digits, 30 seconds)."""
    now = int(time.time()) + 30 * steps_ahead
    return TOTP(base64.b32decode(secret), 6, SHA1(), 30, enforce_key_length=False).generate(now).decode()  # noqa: S303


class Browser:
    """Follows links and fills in forms."""

    def __init__(self, base: str) -> None:
        self.base, self.session = base, requests.Session()
        self.session.trust_env = False

    def come_from(self, address: str, trusting: str = "") -> None:
        """Call from this address of this machine, as another computer would from its own, and trust this certificate."""
        self.session.verify = trusting or True
        adapter = HTTPAdapter()
        adapter.init_poolmanager(1, 1, source_address=(address, 0))
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, adapter)

    def get(self, path: str, follow: bool = True) -> requests.Response:
        return self.session.get(self.base + path, timeout=10, allow_redirects=follow)

    def post(self, path: str, page: str = "", **fields: str) -> requests.Response:
        """Send a form of `page` (by default the one at `path`), with the token that the page holds."""
        return self.send(path, self.get(page or path), **fields)

    def send(self, path: str, page: requests.Response, **fields: str) -> requests.Response:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token
        return self.session.post(self.base + path, data={"csrfmiddlewaretoken": token[1], **fields}, timeout=40)

    def log_in(self, person: str, password: str = PASSWORD, **fields: str) -> requests.Response:
        return self.post("/login/", login=person, password=password, **fields)

    def path(self, answer: requests.Response) -> str:
        return answer.url.removeprefix(self.base).partition("?")[0]

    def set_up_second_factor(self, password: str = PASSWORD) -> tuple[str, list[str]]:
        """Register an authenticator app; its secret, and the recovery codes that were shown."""
        asked = self.get("/account/second-factor/totp/activate/")
        if "/reauthenticate/" in asked.url:
            self.post(asked.url.removeprefix(self.base), password=password)
        page = self.get("/account/second-factor/totp/activate/")
        secret = re.search(r'class="key">([A-Z2-7]+)<', page.text)
        assert secret
        shown = self.send("/account/second-factor/totp/activate/", page, code=code_of(secret[1]))
        return secret[1], re.findall(r'class="key">(\d{8})<', shown.text)
