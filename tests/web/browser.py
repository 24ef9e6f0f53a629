"""A browser without JavaScript."""

from __future__ import annotations

import re

import requests

PASSWORD = "a-long-enough-passphrase"


class Browser:
    """Follows links and fills in forms, as a browser without JavaScript does."""

    def __init__(self, base: str) -> None:
        self.base, self.session = base, requests.Session()
        self.session.trust_env = False

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.base + path, timeout=10)

    def post(self, path: str, page: str, **fields: str | list[str]) -> requests.Response:
        """Send the form of `page`, with the token that the page holds."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(page).text)
        assert token
        return self.session.post(self.base + path, data={"csrfmiddlewaretoken": token[1], **fields}, timeout=10)

    def log_in(self, person: str, password: str = PASSWORD) -> requests.Response:
        return self.post("/login/", "/login/", login=person, password=password)


def signed_in(web_site: str, person: str) -> Browser:
    browser = Browser(web_site)
    browser.log_in(person)
    return browser
