"""Cutting a text into the parts of a thread: at sentence ends, else at clauses, else at phrases; never inside a word, a name,
a URL, an emoji or a character made of several code points."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from enum import IntEnum
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from bot.text.tokens import hashtags, urls

if TYPE_CHECKING:
    from budoux.parser import Parser

_WORD = r"[#＃@＠]?[0-9A-Za-zＡ-Ｚａ-ｚ０-９_]+(?:[.,:'’/+&%-][0-9A-Za-zＡ-Ｚａ-ｚ０-９_]+)*[%％]?"
_KATAKANA = r"[ァ-ヺー・]+"
_NEVER_FIRST = frozenset(
    "、。，．・：；！？‼⁉）］｝〕〉》」』】”’ーぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ々〻ゝゞヽヾ…〜％%"
)
_NEVER_LAST = frozenset("（［｛〔〈《「『【“‘#＃@＠￥")
_SENTENCE_END = frozenset("。！？!?")
_CLAUSE_END = frozenset("、，")
_CLOSING = "」』）)"  # may stand behind either
_AHEAD = 40  # characters behind a part's end, from which its last phrases are told


class Break(IntEnum):
    """How good a place is to cut; a higher one wins."""

    CHARACTER = 0
    PHRASE = 1
    CLAUSE = 2
    LINE = 3
    SENTENCE = 4
    PARAGRAPH = 5


# A cut at a better kind of place is taken only if the part is at least this full.
_LEAST_FILL = {
    Break.PARAGRAPH: 0.6,
    Break.SENTENCE: 0.35,
    Break.LINE: 0.5,
    Break.CLAUSE: 0.5,
    Break.PHRASE: 0.0,
    Break.CHARACTER: 0.0,
}


def split(text: str, limit: int, length: Callable[[str], int], protected: Iterable[str] = ()) -> tuple[str, ...]:
    """Parts of at most `limit` by `length`, in order; joined they are the text, save white space at the seams.

    `protected` names are never cut. Only a single word longer than `limit` is cut by characters, as there is no other way.
    """
    parts: list[str] = []
    rest = text.strip()
    while rest and length(rest) > limit:
        atoms = _atoms(rest, tuple(protected))
        part, rest = _cut(rest, atoms, limit, length)
        parts.append(part)
    return (*parts, rest) if rest else tuple(parts)


def _cut(text: str, atoms: list[str], limit: int, length: Callable[[str], int]) -> tuple[str, str]:
    """The first part and what remains after it."""
    fitting = _fitting(text, atoms, limit, length)
    if not fitting:  # one word longer than a whole part
        characters = _fitting(text, _characters(atoms[0]), limit, length)
        end = characters[-1] if characters else len(atoms[0])
        return text[:end], text[end:]
    phrases = _phrase_ends(text[: fitting[-1] + _AHEAD])
    ends = [end for end in fitting if _may_part(text[:end], text[end:])] or fitting
    best = max(ends, key=lambda end: (_grade(text[:end], end in phrases, length(text[:end].rstrip()) / limit), end))
    return text[:best].rstrip(), text[best:].lstrip()


def _fitting(text: str, atoms: list[str], limit: int, length: Callable[[str], int]) -> list[int]:
    """Where those atoms end up to which the text fits. Length grows with the text, so it can be bisected."""
    ends = list(accumulate(len(a) for a in atoms))
    return ends[: bisect_right(ends, limit, key=lambda end: length(text[:end].rstrip()))]


def _may_part(before: str, after: str) -> bool:
    """Whether a part may end with the one and the next begin with the other, white space aside."""
    # A sign that its author put at the head of a line (・) may head a part, too.
    headed = before.endswith("\n") or after.lstrip()[:1] not in _NEVER_FIRST
    return headed and before.rstrip()[-1:] not in _NEVER_LAST


def _grade(before: str, phrase: bool, fill: float) -> Break:
    """How good a cut behind `before` is, which fills the part by `fill` (0 to 1)."""
    kind = _kind(before, phrase)
    # A paragraph, a sentence and a clause end with a phrase.
    return kind if fill >= _LEAST_FILL[kind] else Break.PHRASE


def _kind(before: str, phrase: bool) -> Break:
    ink = before.rstrip()
    lines = before[len(ink) :].count("\n")
    last = ink.rstrip(_CLOSING)[-1:]
    if lines > 1:
        return Break.PARAGRAPH
    if last in _SENTENCE_END:
        return Break.SENTENCE
    if lines:
        return Break.LINE
    if last in _CLAUSE_END:
        return Break.CLAUSE
    return Break.PHRASE if phrase else Break.CHARACTER


def _atoms(text: str, protected: tuple[str, ...]) -> list[str]:
    """Pieces that are never cut: names, URLs, words, numbers with their signs, whole characters."""
    # Backwards, a name comes before one that it begins with.
    names = "|".join(re.escape(n) for n in sorted(protected, reverse=True))
    pattern = "|".join(p for p in (names, _WORD, _KATAKANA) if p)
    whole = [match.span() for match in re.finditer(pattern, text)]
    whole += [(token.start, token.end) for find in (urls, hashtags) for token in find(text)]
    inside = {place for start, end in whole for place in range(start + 1, end)}
    # A word may end within a character (カ + a mark of its own, 1 + the key around it), so characters decide where a seam is.
    ends = [end for end in accumulate(len(c) for c in _characters(text)) if end not in inside]
    return [text[start:end] for start, end in pairwise((0, *ends))]


def _characters(text: str) -> list[str]:
    """Extended grapheme clusters: an emoji family or a letter with its marks is one."""
    import regex

    return [match.group() for match in regex.finditer(r"\X", text)]


def _phrase_ends(text: str) -> frozenset[int]:
    return frozenset(accumulate(len(p) for p in _parser().parse(text)))


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import budoux

    return budoux.load_default_japanese_parser()
