"""Finding a text again that somebody copied from a screen, and naming the characters that were changed.

The public page does the same in a browser (templates/site/verify.js); what is computed here and there must agree.
"""

from __future__ import annotations

import heapq
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# What copying adds, drops or changes: white space of every kind, and two marks that nobody sees. All others count.
_NOISE = re.compile("[\t-\r \u0085\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+")
_GRAM = 3
_AROUND = 8  # characters that are shown before and behind a change
_KEPT = 16
_WORD = 0xFFFFFFFF
_GAP = 2  # equal characters between two changes that are told as one
HINT = 0.25  # of two sketches: below it a text is not looked at
NEAR = 0.8  # of all characters of both texts, this part must be the same
SHORTEST = 10  # characters: less is no text that could be recognised


@dataclass(frozen=True, kw_only=True)
class TextChange:
    """`record` stands in the city's text from its character `at` on (from 1, white space not counted), between `before` and
    `after`; `given` stands in its place."""

    at: int
    before: str
    record: str
    given: str
    after: str


def plain(text: str) -> str:
    """NFC, without white space: what is compared, character by character."""
    return _NOISE.sub("", unicodedata.normalize("NFC", text))


def sketch(text: str) -> tuple[int, ...]:
    """The 16 smallest hashes of the runs of three characters of a plain text: texts that share most runs share most of them."""
    return tuple(heapq.nsmallest(_KEPT, {_hash(text[at : at + _GRAM]) for at in range(len(text) - _GRAM + 1)}))


def _hash(gram: str) -> int:
    """FNV-1a over the code points, stirred as MurmurHash3 ends: 32 bits, and a few lines in any language."""
    found = 0x811C9DC5
    for character in gram:
        found = (found ^ ord(character)) * 0x01000193 & _WORD
    found = (found ^ found >> 16) * 0x85EBCA6B & _WORD
    found = (found ^ found >> 13) * 0xC2B2AE35 & _WORD
    return found ^ found >> 16


def overlap(one: Sequence[int], other: Sequence[int]) -> float:
    """0 to 1: how much of the runs of both texts they have in common, estimated."""
    smallest = sorted({*one, *other})[:_KEPT]
    return sum(1 for each in smallest if each in one and each in other) / len(smallest) if smallest else 0.0


def changes(record: str, given: str) -> tuple[TextChange, ...] | None:
    """What differs between two plain texts, in order; none for equal ones, and None where they are not near each other."""
    matcher = SequenceMatcher(None, record, given, autojunk=False)
    if matcher.real_quick_ratio() < NEAR or matcher.quick_ratio() < NEAR or matcher.ratio() < NEAR:
        return None
    return tuple(
        TextChange(
            at=a + 1,
            before=record[max(a - _AROUND, 0) : a],
            record=record[a:b],
            given=given[c:d],
            after=record[b : b + _AROUND],
        )
        for a, b, c, d in _joined(matcher)
    )


def _joined(matcher: SequenceMatcher[str]) -> list[tuple[int, int, int, int]]:
    """Where texts differ; what stands close together is one place, so that 46 and 64 are told as such."""
    found: list[tuple[int, int, int, int]] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        if found and a - found[-1][1] <= _GAP:
            found[-1] = (found[-1][0], b, found[-1][2], d)
        else:
            found.append((a, b, c, d))
    return found
