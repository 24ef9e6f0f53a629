"""When two texts are the same to a reader, and when they are nearly so."""

from __future__ import annotations

import unicodedata

_GRAM = 5  # characters: about two Japanese words
_NEARLY = 0.85
_LENGTHS = 0.6  # shorter than this part of the other, a text is not nearly the same; spares most of the work


def canonical(text: str) -> str:
    """NFC, white space collapsed: what a platform leaves of a text."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def nearly_equal(one: str, other: str) -> bool:
    """Whether the runs of five characters of two canonical texts are for the most part the same (Jaccard index)."""
    shorter, longer = sorted((len(one), len(other)))
    if shorter < max(_GRAM, _LENGTHS * longer):
        return False
    a, b = _grams(one), _grams(other)
    return len(a & b) >= _NEARLY * len(a | b)


def _grams(text: str) -> set[str]:
    return {text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)}
