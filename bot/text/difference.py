"""What differs between two texts, word by word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import regex

if TYPE_CHECKING:
    from budoux.parser import Parser

Kind = Literal["same", "added", "removed", "skipped"]
# Within a phrase, runs of one script: 「電子決裁を」 is 電子決裁 + を, so that a changed particle does not mark the noun.
_RUN = regex.compile(r"\p{Han}+|\p{Hiragana}+|[\p{Katakana}ー]+|[\p{Latin}\p{Nd}.,%:/-]+|\s+|\X")


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Some text, and whether it is the same, added or removed. "skipped" stands for a long text that is the same."""

    kind: Kind
    text: str


def difference(old: str, new: str) -> tuple[Piece, ...]:
    """From `old` to `new`. Lines are aligned first and words only within lines that changed, so a long text stays cheap.

    What is not "added" makes up `old`, what is not "removed" makes up `new`.
    """
    old_lines, new_lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    pieces: list[Piece] = []
    for tag, a, b, c, d in _opcodes(old_lines, new_lines):
        before, after = "".join(old_lines[a:b]), "".join(new_lines[c:d])
        pieces += _words_changed(before, after) if tag == "replace" else _whole(tag, before, after)
    return tuple(_joined(pieces))


def abridged(pieces: Sequence[Piece], keep: int = 30) -> tuple[Piece, ...]:
    """The same, with the middle of long unchanged texts left out; `keep` characters stay on either side of a change."""
    return tuple(shown for at, piece in enumerate(pieces) for shown in _abridge(piece, keep, at == 0, at == len(pieces) - 1))


def _abridge(piece: Piece, keep: int, first: bool, last: bool) -> Iterator[Piece]:
    if piece.kind != "same" or len(piece.text) <= 2 * keep:
        yield piece
        return
    if not first:
        yield replace(piece, text=piece.text[:keep])
    yield Piece(kind="skipped", text="")
    if not last:
        yield replace(piece, text=piece.text[-keep:])


def _words_changed(before: str, after: str) -> list[Piece]:
    old, new = _words(before), _words(after)
    steps = _opcodes(old, new)
    return [piece for tag, a, b, c, d in steps for piece in _whole(tag, "".join(old[a:b]), "".join(new[c:d]))]


def _whole(tag: str, before: str, after: str) -> list[Piece]:
    if tag == "equal":
        return [Piece(kind="same", text=before)]
    removed = [Piece(kind="removed", text=before)] if before else []
    return removed + ([Piece(kind="added", text=after)] if after else [])


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind are one piece."""
    waiting: Piece | None = None
    for piece in pieces:
        if waiting is not None and waiting.kind == piece.kind:
            waiting = replace(waiting, text=waiting.text + piece.text)
            continue
        if waiting is not None:
            yield waiting
        waiting = piece
    if waiting is not None:
        yield waiting


def _opcodes(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    return list(SequenceMatcher(None, old, new, autojunk=False).get_opcodes())


def _words(text: str) -> list[str]:
    return [word for phrase in _phrases().parse(text) for word in _RUN.findall(phrase)]


@lru_cache(maxsize=1)
def _phrases() -> Parser:
    import budoux

    return budoux.load_default_japanese_parser()
