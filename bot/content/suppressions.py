"""断り: an author's word to the checks: `<!-- 点検: rule.id 理由 -->` in the text, `# 点検: rule.id 理由` in the front matter.

It holds for its own line, or, standing alone on one, for the next line with text. It is never shown to a reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Nothing here gives back what it took, and no suppression holds the beginning of another: else a line of open suppressions
# would be read once more for each of them.
_WORDS = r"点検[:：][ \t]*+(?P<rule>[a-z][a-z.-]*+)?+[ \t]*+"
_WITHIN_ONE = r"(?:(?!<!--)[^\n])*?"
_COMMENT = re.compile(rf"<!--[ \t]*+{_WORDS}(?P<reason>{_WITHIN_ONE})-->")
_YAML = re.compile(rf"(?:^|[ \t])#[ \t]*+{_WORDS}(?P<reason>[^\n]*+)$")
_HIDDEN = rf"<!--[ \t]*+点検[:：]{_WITHIN_ONE}-->"
_SHOWN_NOWHERE = re.compile(rf"^[ \t]*{_HIDDEN}[ \t]*(?:\n|\Z)|{_HIDDEN}", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Suppression:
    """What stands at `offset` of the source; it holds for source line `line` (from 1). `rule` and `reason` may be missing."""

    rule: str
    reason: str
    offset: int
    line: int


def suppressions(source: str) -> Iterator[Suppression]:
    """All of a post's source, in its order."""
    if "点検" not in source:
        return
    lines, offset, fences = source.split("\n"), 0, 0
    for number, line in enumerate(lines, start=1):
        fences += line.rstrip() == "---" and fences < 2
        match = _YAML.search(line) if fences == 1 else _COMMENT.search(line)
        if match:
            alone = not (line[: match.start()] + line[match.end() :]).strip()
            meant = next((n for n in range(number + 1, len(lines) + 1) if lines[n - 1].strip()), number) if alone else number
            rule, reason = match["rule"] or "", match["reason"].rstrip(" \t")
            yield Suppression(
                rule=rule, reason=reason, offset=offset + match.start() + len(match[0]) - len(match[0].lstrip()), line=meant
            )
        offset += len(line) + 1


def hidden(text: str) -> Iterator[tuple[int, int]]:
    """From where to where the suppressions stand; with its end, a line that is nothing but one."""
    if "<!--" in text:
        yield from (found.span() for found in _SHOWN_NOWHERE.finditer(text))


def without(text: str) -> str:
    """The text as it is read: a line that is nothing but a suppression is not there at all."""
    return _SHOWN_NOWHERE.sub("", text) if "<!--" in text else text
