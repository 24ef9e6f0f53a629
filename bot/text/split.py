"""Cutting a text into the parts of a thread: at sentence ends, else at clauses, else at phrases; never inside a word, a name,
a URL, an emoji or a character made of several code points."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import IntEnum
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from budoux.parser import Parser

URL = r"https?://[!-~]+"
_WORD = r"[#＃@＠]?[0-9A-Za-zＡ-Ｚａ-ｚ０-９_]+(?:[.,:'’/+&%-][0-9A-Za-zＡ-Ｚａ-ｚ０-９_]+)*[%％]?"
_HASHTAG = r"[#＃][\w]+"
_KATAKANA = r"[ァ-ヺー・]+"
_NEVER_FIRST = frozenset(
    "、。，．・：；！？‼⁉）］｝〕〉》」』】”’ーぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ々〻ゝゞヽヾ…〜％%"
)
_NEVER_LAST = frozenset("（［｛〔〈《「『【“‘#＃@＠￥")
_SENTENCE_END = re.compile(r"[。！？!?][」』）)]*\s*$")
_CLAUSE_END = re.compile(r"[、，][」』）)]*$")


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
    ends = list(accumulate(len(a) for a in atoms))
    last = _last_fitting(text, ends, limit, length)
    if last < 0:  # one word longer than a whole part
        ends = list(accumulate(len(c) for c in _characters(text[: ends[0]])))
        last = _last_fitting(text, ends, limit, length)
        return text[: ends[last]], text[ends[last] :]
    phrases = _phrase_ends(text[: ends[min(last + 40, len(ends) - 1)]])
    best = max(
        (_grade(text, end, phrases, length(text[:end].rstrip()) / limit), end) for end in ends[: last + 1] if end < len(text)
    )
    return text[: best[1]].rstrip(), text[best[1] :].lstrip()


def _last_fitting(text: str, ends: list[int], limit: int, length: Callable[[str], int]) -> int:
    """Index of the last end up to which the text fits, -1 if none. Length grows with the text, so it can be bisected."""
    low, high = -1, len(ends) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if length(text[: ends[middle]].rstrip()) <= limit:
            low = middle
        else:
            high = middle - 1
    return low


def _grade(text: str, end: int, phrases: frozenset[int], fill: float) -> Break | int:
    """How good a cut at `end` is; -1 where a line must not end or begin."""
    before, after = text[:end], text[end:]
    if after[:1] in _NEVER_FIRST or before.rstrip()[-1:] in _NEVER_LAST:
        return -1
    kind = _kind(before, after, end in phrases)
    return kind if fill >= _LEAST_FILL[kind] else (Break.PHRASE if end in phrases else Break.CHARACTER)


def _kind(before: str, after: str, phrase: bool) -> Break:
    if re.search(r"\n\s*\n\s*$", before) or re.match(r"\s*\n\s*\n", after):
        return Break.PARAGRAPH
    if _SENTENCE_END.search(before[-12:]):
        return Break.SENTENCE
    if before.endswith("\n") or after.startswith("\n"):
        return Break.LINE
    if _CLAUSE_END.search(before[-6:]):
        return Break.CLAUSE
    return Break.PHRASE if phrase else Break.CHARACTER


def _atoms(text: str, protected: tuple[str, ...]) -> list[str]:
    """Pieces that are never cut: names, URLs, words, numbers with their signs, whole characters."""
    names = "|".join(re.escape(n) for n in sorted(protected, key=len, reverse=True))
    pattern = "|".join(p for p in (URL, names, _HASHTAG, _WORD, _KATAKANA) if p)
    inside = {place for match in re.finditer(pattern, text) for place in range(match.start() + 1, match.end())}
    # A word may end within a character (カ + a mark of its own, 1 + the key around it), so characters decide where a seam is.
    ends = [end for end in accumulate(len(c) for c in _characters(text)) if end not in inside]
    return [text[start:end] for start, end in pairwise((0, *ends))]


def _characters(text: str) -> list[str]:
    """Extended grapheme clusters: an emoji family or a letter with its marks is one."""
    import regex

    return [match.group() for match in regex.finditer(r"\X", text)]


def _phrase_ends(text: str) -> frozenset[int]:
    phrases = _parser().parse(text) if text else []
    return frozenset(accumulate(len(p) for p in phrases))


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import budoux

    return budoux.load_default_japanese_parser()
