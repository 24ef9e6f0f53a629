"""Log-in sessions in the database, of which a copy of the database opens none: the row's key is a hash of the cookie, and what
the session holds (half-read invitations, a second factor that is being set up, a form that waits for a password) is sealed."""

from __future__ import annotations

import hashlib
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

from bot.services.people.sealing import seal

_CHARACTERS = 32  # of 62: 190 random bits
_COLUMN = 40  # characters of a key in Django's table and allauth's: 160 bits of the hash


class RowKey(str):
    """The key of a session's row, made of what the browser holds. It carries that along, as everything that passes a session on
    does so by its key."""

    __slots__ = ("cookie",)

    cookie: str

    def __new__(cls, cookie: str) -> RowKey:
        key = super().__new__(cls, hashlib.sha256(cookie.encode()).hexdigest()[:_COLUMN])
        key.cookie = cookie
        return key


class SessionStore(db.SessionStore):
    def _get_new_session_key(self) -> RowKey:
        return RowKey(get_random_string(_CHARACTERS))

    def encode(self, session_dict: dict[str, Any]) -> str:
        return seal("session").encrypt(self.serializer().dumps(session_dict)).decode("ascii")

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Empty for what was sealed with another key, as is a session that never was."""
        try:
            held: dict[str, Any] = self.serializer().loads(seal("session").decrypt(session_data))
        except InvalidToken:
            return {}
        return held


class Sessions(SessionMiddleware):
    """Django's, with the cookie told from the row's key."""

    def process_request(self, request: HttpRequest) -> None:
        cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        request.session = SessionStore(RowKey(cookie) if cookie else None)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        sent = response.cookies.get(settings.SESSION_COOKIE_NAME)
        key = request.session.session_key
        if sent is not None and isinstance(key, RowKey):  # without a key the cookie is being taken back
            sent.set(settings.SESSION_COOKIE_NAME, key.cookie, key.cookie)
        return response
