"""A new post's `id`: short, without letters that are taken for digits, and never the same twice."""

from __future__ import annotations

import secrets

# Crockford's alphabet.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_identity() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(10))
