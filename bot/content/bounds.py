"""How much Markdown is read: counted in one pass over the text, before it is read (ADR 12).

The limits are some ten times what a post of this kind holds. Within them a text takes less than a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.language import say

MAX_BODY = 20_000  # characters
MAX_PARAGRAPH = 4_000  # characters from one empty line to the next
MAX_LINES = 1_000
MAX_SIGNS = 400  # in a paragraph, of those that open something
MAX_NESTING = 5  # of quotes and lists at the beginning of a line
_SIGN = re.compile(r"[\[{*_<!\\｜]")
_LEVELS = re.compile(r"[ \t]*(?:(?:>|[-*+][ \t]|\d{1,9}\.[ \t])[ \t]*)+")
_LEVEL = re.compile(r">|[-*+](?=[ \t])|\d+\.(?=[ \t])")
_BETWEEN = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, kw_only=True)
class Excess:
    """`at`: characters from the text's beginning."""

    at: int
    summary: str
    next_step: str


def excess(text: str) -> Excess | None:
    """The first thing of which there is too much. Linear in the text's length."""
    if len(text) > MAX_BODY:
        return Excess(
            at=MAX_BODY,
            summary=say("文が長すぎます（上限は {max_body:,}字）", max_body=MAX_BODY),
            next_step="要点をしぼるか、原稿を分けてください",
        )
    if text.count("\n") > MAX_LINES:
        return Excess(
            at=0,
            summary=say("行が多すぎます（上限は {max_lines:,}行）", max_lines=MAX_LINES),
            next_step="要点をしぼるか、原稿を分けてください",
        )
    return next((found for start, part in _paragraphs(text) if (found := _in_paragraph(start, part))), None)


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for gap in _BETWEEN.finditer(text):
        yield start, text[start : gap.start()]
        start = gap.end()
    yield start, text[start:]


def _in_paragraph(start: int, part: str) -> Excess | None:
    if len(part) > MAX_PARAGRAPH:
        return Excess(
            at=start + MAX_PARAGRAPH,
            summary=say("1つの段落が長すぎます（上限は {max_paragraph:,}字）", max_paragraph=MAX_PARAGRAPH),
            next_step="空の行を入れて、段落を分けてください",
        )
    for number, sign in enumerate(_SIGN.finditer(part)):
        if number == MAX_SIGNS:
            return Excess(
                at=start + sign.start(),
                summary=say("1つの段落に記号（* _ [ {{ など）が多すぎます（上限は {max_signs}個）", max_signs=MAX_SIGNS),
                next_step="閉じ忘れがないか確かめ、記号を減らしてください",
            )
    return _too_nested(start, part)


def _too_nested(start: int, part: str) -> Excess | None:
    at = start
    for line in part.split("\n"):
        levels = _LEVELS.match(line)
        if levels and len(_LEVEL.findall(levels[0] + " ")) > MAX_NESTING:
            return Excess(
                at=at, summary="引用や箇条書きの入れ子が深すぎます", next_step="引用（>）と箇条書きは、1段にしてください"
            )
        at += len(line) + 1
    return None
