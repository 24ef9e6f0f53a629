"""content/phrases.yml: polite sentences with which the PR office gives a post back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.config import may_exist
from bot.values.document import load


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """`label` says in a few words when it fits; `text` is what the author reads, after editing."""

    label: str
    text: str


def load_phrases(path: Path) -> tuple[Phrase, ...]:
    """None if the file is missing. Raises FileError naming file and line."""
    if not may_exist(path):
        return ()
    root = load(path)
    entries = () if root.empty else root.entries()
    return tuple(Phrase(label=label.text(), text=text.required_text()) for label, text in entries)
