"""One token: a stretch of a text that is read as a whole."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """`text[start:end]` of the text that was read, in code points."""

    start: int
    end: int
    text: str
