"""Characters that nobody sees: they move the cursor, turn the text round, or end a line where a reader sees none."""

from __future__ import annotations

import re

# Control characters but tab and line feed; marks and overrides of writing direction; line and paragraph separators; halves of
# surrogate pairs; the byte order mark and noncharacters. U+200C and U+200D stay: words and emoji are joined with them.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)


def named(character: str) -> str:
    """U+202E, as a sentence names it."""
    return f"U+{ord(character):04X}"


def visible(text: str) -> str:
    """The text with such characters spelt out, so that it cannot act on a terminal, a log or a mail."""
    return UNSEEN.sub(lambda m: f"<{named(m[0])}>", text)


# A slide's line break and a word processor's page break, and what Unicode has besides.
_OTHER_LINE_ENDS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def in_lines(text: str) -> str:
    """The text with line feeds where another program ended its lines in its own way."""
    return _OTHER_LINE_ENDS.sub("\n", text)
