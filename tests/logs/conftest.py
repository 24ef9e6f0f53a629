"""The mail server and the chat of the notices' tests, for the watchman as well."""

from __future__ import annotations

from tests.notices.conftest import desk, mail, room

__all__ = ["desk", "mail", "room"]
