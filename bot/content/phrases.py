"""content/phrases.yml: polite sentences with which the PR office gives a post back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """`label` says in a few words when it fits; `text` is what the author reads, after editing."""

    label: str
    text: str


def load_phrases(path: Path) -> tuple[Phrase, ...]:
    """None if the file is missing. Raises ConfigError if it cannot be read."""
    if not path.is_file():
        return ()
    try:
        content = yaml.load(path.read_text(encoding="utf-8-sig"), yaml.CSafeLoader) or {}
        return tuple(Phrase(label=str(label), text=str(text)) for label, text in content.items())
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError):
        raise ConfigError(
            f"{path.name} is not a mapping",
            summary=f"{path} を読めません",
            next_step="「見出し: 文」の形かどうか確かめてください",
        ) from None
