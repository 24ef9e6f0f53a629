"""Text of a post, and where each character of it stands in the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_JAPANESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\U00020000-\U0003ffff]")
_BLANKS = re.compile(r"[ \t]*+(?P<fold>\n[ \t\n]*)?")
_ESCAPED = {"x": 4, "u": 6, "U": 10}  # characters of YAML's escapes that name a code


@dataclass(frozen=True)
class SourceText:
    """`offsets[i]` is the place in the file, in characters, of `text[i]`."""

    text: str
    offsets: Sequence[int]

    def offset(self, at: int) -> int:
        """Of a character, or of the end."""
        if at < len(self.offsets):
            return self.offsets[at]
        return self.offsets[-1] + 1 if self.offsets else 0

    def without(self, spans: Iterable[tuple[int, int]]) -> SourceText:
        """Less what stands from one place to another of its own text."""
        kept, end = [], 0
        for start, after in spans:
            kept.append((end, start))
            end = after
        if not kept:
            return self
        return self.joined([*kept, (end, len(self.text))], "")

    def joined(self, parts: Sequence[tuple[int, int]], between: str) -> SourceText:
        """These parts of its own text; what comes between two of them stands at the end of the first."""
        if len(parts) == 1:
            ((start, end),) = parts
            return SourceText(self.text[start:end], self.offsets[start:end])
        offsets: list[int] = []
        for number, (start, end) in enumerate(parts):
            if number and between:
                offsets.append(self.offset(parts[number - 1][1]))
            offsets += self.offsets[start:end]
        return SourceText(between.join(self.text[start:end] for start, end in parts), offsets)

    def stripped(self) -> SourceText:
        start = len(self.text) - len(self.text.lstrip())
        end = len(self.text.rstrip())
        return SourceText(self.text[start:end], self.offsets[start:end])


def apart(before: str, after: str) -> bool:
    """Is a line end between these two characters a blank? In Japanese it is none; between Latin words it is one."""
    return bool(before and after) and not (_JAPANESE.match(before) or _JAPANESE.match(after))


def of_value(source: str, start: int, value: str) -> SourceText:
    """A value of the front matter that begins at `start`, read by YAML as `value`; without the blanks that YAML puts into
    Japanese where a value goes on in the next line."""
    style = source[start : start + 1]
    begin = _begin(source, start, style)
    if "\n" not in value and source.startswith(value, begin):
        return SourceText(value, range(begin, begin + len(value))).stripped()
    text, offsets, at, looked_at = [], [], begin, begin
    for number, character in enumerate(value):
        blanks = _BLANKS.match(source, at) if character == " " and style != "|" and at >= looked_at else None
        if blanks and not blanks["fold"]:
            looked_at = blanks.end()  # no line ends here: else a run of blanks would be read once for each of them
        elif blanks:
            if apart(value[number - 1 : number], value[number + 1 : number + 2]):
                text.append(" ")
                offsets.append(at)
            at = blanks.end()
            continue
        at, after = _next(source, at, character, style)
        text.append(character)
        offsets.append(at)
        at = after
    return SourceText("".join(text), offsets).stripped()


def _begin(source: str, start: int, style: str) -> int:
    if style in ("|", ">"):
        return source.find("\n", start) + 1
    return start + 1 if style in ('"', "'") else start


def _next(source: str, at: int, character: str, style: str) -> tuple[int, int]:
    """Where this character of a value stands, and where the next one may."""
    if style == '"':
        while source.startswith("\\\n", at):  # a line that goes on without a blank
            at = _after_blanks(source, at + 1)
        if source.startswith("\\", at):
            return at, at + _ESCAPED.get(source[at + 1 : at + 2], 2)
    if not source.startswith(character, at):
        at = _after_blanks(source, at)
    return at, at + (2 if style == "'" and source.startswith("''", at) else 1)


def _after_blanks(source: str, at: int) -> int:
    while source[at : at + 1] in (" ", "\t", "\n"):
        at += 1
    return at
