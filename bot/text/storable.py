"""Text as every database keeps it whole."""

from __future__ import annotations


def storable(text: str) -> str:
    """`text` with "\ufffd" for a NUL, at which SQLite's JSON functions cut a text off and which PostgreSQL refuses, and "?" for
    half a surrogate pair, which is no character in any encoding. Both come from a broken client or platform only."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
