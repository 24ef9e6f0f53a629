"""Hashtags and mentions as X finds them, by the rules of twitter-text 3.1 (Apache License 2.0)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.text.tokens.addresses import LATIN, urls
from bot.text.tokens.token import Token

if TYPE_CHECKING:
    import regex

_SIGN = re.compile("[#＃]")
_MENTION = re.compile(
    r"(?:^|[^a-zA-Z0-9_!#$%&*@＠]|(?:^|[^a-zA-Z0-9_+~.-])(?:rt|RT|rT|Rt):?)"
    r"(?P<mention>[@＠](?P<name>[a-zA-Z0-9_]{1,20})(?P<list>/[a-zA-Z][a-zA-Z0-9_-]{0,24})?)"
)
_NO_MENTION_BEFORE = re.compile(rf"[@＠{LATIN}]|://")


def hashtags(text: str) -> Iterator[Token]:
    """Each with its sign. A run of digits alone is none, nor is one within a word or an address."""
    if not _SIGN.search(text):
        return
    taken = [(url.start, url.end) for url in urls(text)]
    expression = _in_ordinary_text() if _ORDINARY.fullmatch(text) else _in_any_text()
    for found in expression.finditer(text):
        start, end = found.span("tag")
        # X turns to what comes first: a tag that an address begins in stays.
        within = any(first <= start < last for first, last in taken)
        if not (within or _SIGN.match(text, end) or text.startswith("://", end)):
            yield Token(start, end, text[start:end])


def is_hashtag(tag: str) -> bool:
    """Whether these words behind a sign are one hashtag, whole."""
    return [found.text for found in hashtags(f"#{tag}")] == [f"#{tag}"]


def mentions(text: str) -> Iterator[Token]:
    """@name, with the list of a `@name/list`."""
    for found in _MENTION.finditer(text):
        start, end = found.span("mention")
        if not _NO_MENTION_BEFORE.match(text, end):
            yield Token(start, end, text[start:end])


_SPECIAL = r"_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\xb7"
# Signs, digits and letters of ordinary Japanese, without marks: of these it is known here which are letters.
_ORDINARY = re.compile(
    "[\\x00-\\x7fぁ-ゖゝゞァ-ヿ\u3000-\u3003々\u3008-\u3011〜一-鿿\uff01-\uff5e\u2010-\u2027\u2190-\u27ff\U0001f300-\U0001faff]*"
)
_ORDINARY_LETTER, _ORDINARY_DIGIT = "A-Za-zぁ-ゖゝゞァ-ヺー-ヿ々一-鿿Ａ-Ｚａ-ｚ", "0-9０-９"


def _tag(letter: str, digit: str) -> str:
    part = rf"[{letter}{digit}{_SPECIAL}]"
    return (
        rf"(?:^|[\ufe0e\ufe0f]|(?!{part}|&)(?s:.))"
        rf"(?P<tag>[#＃](?!\ufe0f|\u20e3)(?=[{digit}{_SPECIAL}]*+[{letter}]){part}++)"
    )


@lru_cache(maxsize=1)
def _in_ordinary_text() -> re.Pattern[str]:
    return re.compile(_tag(_ORDINARY_LETTER, _ORDINARY_DIGIT))


@lru_cache(maxsize=1)
def _in_any_text() -> regex.Pattern[str]:
    import regex  # `re` knows no marks; it takes a moment to load, and few texts wait for it

    return regex.compile(_tag(r"\p{L}\p{M}", r"\p{Nd}"))
