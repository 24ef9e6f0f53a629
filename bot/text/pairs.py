"""A text as it is searched: each two neighbouring characters are a term of an index, as Japanese has no blanks."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from bot.text.storable import storable


def folded(text: str) -> str:
    """Without the differences by which people type the same: width, composition, capitals (NFKC, case folded)."""
    once = unicodedata.normalize("NFKC", storable(text)).casefold()
    return unicodedata.normalize("NFKC", once)


def words(asked: str) -> tuple[str, ...]:
    """What a person looks for: each must stand in a text as it is written, in any order. Each once."""
    return tuple(dict.fromkeys(folded(asked).split()))


def pairs(text: str) -> list[str]:
    """Of a folded text, in their order: for a word, what stands one after another wherever the word stands."""
    codes = [f"{ord(character):x}" for character in text]
    return [f"{one}x{next_}" for one, next_ in pairwise(codes)]


def singles(text: str) -> list[str]:
    return sorted({f"{ord(character):x}" for character in text})


def asked_of(word: str) -> Sequence[str]:
    """The terms by which an index finds a word of any length."""
    return pairs(word) or singles(word)


def indexed(title: str, source: str) -> tuple[str, str]:
    """Of a submission: its text folded, and its terms: the pairs in their order, then the single characters."""
    text = folded(f"{title}\n{source}")
    return text, " ".join([*pairs(text), *singles(text)])
