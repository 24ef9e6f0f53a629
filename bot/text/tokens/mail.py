"""Addresses of mail in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.text.tokens.token import Token

# As people write them: RFC 5322's dot-atom without the signs that nobody uses, before a domain with a dot in it.
_MAIL = re.compile(
    r"(?<![A-Za-z0-9.!#$%&'*+/=?^_`{|}~@-])(?P<name>[A-Za-z0-9_+%-]+(?:\.[A-Za-z0-9_+%-]+)*+)"
    r"@(?P<domain>(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,63})(?![A-Za-z0-9@])"
)


def mails(text: str) -> Iterator[Token]:
    """In order."""
    if "@" in text:
        yield from (Token(found.start(), found.end(), found[0]) for found in _MAIL.finditer(text))
