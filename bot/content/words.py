"""content/words.yml: the words that the city writes in one way, and those that it does not write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.config import may_exist
from bot.values.document import load
from bot.values.node import Node

_ENTRY = ("right", "reason", "since")


@dataclass(frozen=True, kw_only=True)
class Word:
    """`wrong` is written `right`; `reason` says why, `since` when the office decided so. Both may be unknown."""

    wrong: str
    right: str
    reason: str = ""
    since: date | None = None


def load_words(path: Path) -> tuple[Word, ...]:
    """None if the file is missing. Raises FileError naming file and line."""
    if not may_exist(path):
        return ()
    root = load(path)
    return tuple(_word(wrong, entry) for wrong, entry in (() if root.empty else root.entries()))


def _word(wrong: Node, entry: Node) -> Word:
    values = entry.mapping(_ENTRY, required=("right",))
    right = values["right"].required_text()
    if right == wrong.text():
        values["right"].fail("「right」が、直すまえの言葉と同じです", "直したあとの言葉を書いてください")
    return Word(
        wrong=wrong.text(),
        right=right,
        reason=values["reason"].text() if "reason" in values else "",
        since=values["since"].day() if "since" in values else None,
    )
