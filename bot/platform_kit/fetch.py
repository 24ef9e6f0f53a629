"""Fetching a picture from its address, as Meta does; but only from this machine."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests

from bot.loopback import is_loopback

_TIMEOUT = (3.05, 10.0)
_PIECE = 65_536


def fetch(url: str, most_bytes: int) -> bytes | None:
    """At most one byte more than `most_bytes`. None if it cannot be had, or lies elsewhere. No redirect is followed, no proxy
    asked. An address that is not plain ASCII is not fetched: the real service does not either."""
    try:
        if not url.isascii() or not is_loopback(urlsplit(url).hostname or ""):
            return None
        with requests.Session() as http:
            http.trust_env = False
            with http.get(url, timeout=_TIMEOUT, allow_redirects=False, stream=True) as got:
                return _read(got, most_bytes) if got.status_code == 200 else None
    except (requests.RequestException, ValueError):
        return None


def _read(got: requests.Response, most_bytes: int) -> bytes:
    data = bytearray()
    for piece in got.iter_content(_PIECE):
        data += piece
        if len(data) > most_bytes:
            break
    return bytes(data[: most_bytes + 1])
