"""When two texts are the same to a reader, and when they are nearly so."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

_GRAM = 5  # characters: about two Japanese words
_NEARLY = 0.85
_LENGTHS = 0.6  # shorter than this part of the other, a text is not nearly the same; spares most of the work


def canonical(text: str) -> str:
    """NFC, white space collapsed: what a platform leaves of a text."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def nearly_equal_to(text: str) -> Callable[[str], bool]:
    """Whether the runs of five characters of another canonical text are for the most part those of `text` (Jaccard index)."""
    own = _grams(text)
    most = len(own) * (1 - _NEARLY) / _NEARLY  # so many strange runs, and no index can be high enough

    def near(other: str) -> bool:
        shorter, longer = sorted((len(text), len(other)))
        if shorter < max(_GRAM, _LENGTHS * longer):
            return False
        strange: set[str] = set()
        for at in range(len(other) - _GRAM + 1):
            if (gram := other[at : at + _GRAM]) not in own:
                strange.add(gram)
                if len(strange) > most:
                    return False
        return len(_grams(other)) - len(strange) >= _NEARLY * (len(own) + len(strange))

    return near


def _grams(text: str) -> set[str]:
    return {text[at : at + _GRAM] for at in range(len(text) - _GRAM + 1)}
