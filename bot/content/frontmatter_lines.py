"""Lines of a front matter that YAML reads otherwise than they were meant, found before it reads them.

To YAML, ` #` begins a comment, `: ` a name's value, and a value that begins with one of some signs is a list or a reference.
Who writes 「救急の相談は #7119 へ」 means none of these. Such a line is refused with the line to write; in quotes it reads as
meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.content.signs import Wrong
from bot.language import say

# Values that are sentences; the others are lists, times and names of a closed set, each asked for as what it is.
SENTENCES = frozenset(("title", "reason", "next", "contact", "alt", "credit", "consent", "text", "lead", "body", "caption"))
_LINE = re.compile(r"(?P<indent> *(?:-[ \t]+)*)(?P<key>[A-Za-z_]+):(?P<gap>[ \t]+|$)(?P<value>.*)")
_ENTRY = re.compile(r" *(?:-[ \t]+)+(?P<value>[^\s].*)")
_BLOCK = re.compile(r"[|>][-+0-9]*[ \t]*(?:#.*)?$")
# None begins with a mark that is escaped: else one without an end would be read once more from each mark in it.
_QUOTED = re.compile(r"""(?<!\\)"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""")
_OPENING = re.compile(r"[{\[\]},&*!%@`|>]|[-?:](?=[ \t]|$)")
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#")
_TOLD = re.compile(r"#[ \t]*点検[:：]")
_LOST = "「#」から後ろが、書き込み（コメント）とみなされて失われます"
_SHOWN = 60  # characters of the line to write


@dataclass(frozen=True, kw_only=True)
class Trap:
    """`line` and `column` from 0, in the front matter."""

    line: int
    column: int
    wrong: Wrong


def trap(front: str) -> Trap | None:
    """The first line of these, if there is one."""
    return next(_traps(front.split("\n")), None)


def _traps(lines: list[str]) -> Iterator[Trap]:
    inside, sentence = -1, ""  # the indent of the text block in which the line stands; the sentence that may go on in it
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip(" "))
        if not line.strip() or (0 <= inside < indent):
            continue
        inside = -1
        if found := _LINE.match(line):
            key, value = found["key"], found["value"]
            sentence = key if key in SENTENCES and value[:1] not in ('"', "'") else ""
            inside = len(found["indent"]) if _BLOCK.match(value) else -1
            wrong = None if inside >= 0 else _of_value(key, value)
            column = found.start("value") + (max(_lost(value), 0) if wrong and wrong.summary == _LOST else 0)
        else:
            wrong, column = _of_entry(line, sentence if indent else "")
        if wrong:
            yield Trap(line=number, column=column, wrong=wrong)


def _of_entry(line: str, sentence: str) -> tuple[Wrong | None, int]:
    """A line without a name: an entry of a list, or the rest of a sentence that began above."""
    entry = _ENTRY.match(line)
    if entry and entry["value"].startswith("#") and not _is_remark(entry["value"], 0):
        return _TAG, entry.start("value")
    if sentence and not entry and not line.lstrip().startswith("#") and (at := _lost(line)) >= 0:
        return Wrong(_LOST, _QUOTE), at
    return None, 0


_TAG = Wrong(_LOST, "ハッシュタグは、「#」を付けずに書いてください")
_QUOTE = "その文を ' ' で囲んでください"


def _of_value(key: str, value: str) -> Wrong | None:
    if key == "hashtags" and re.search(r"(?:^|[\[,])[ \t]*#\w", value):
        return _TAG
    if key not in SENTENCES:
        return Wrong(_LOST, _QUOTE) if _cuts_open(value) else None
    problem = _of_sentence(value)
    return Wrong(problem, say("{line} と書いてください", line=_line_to_write(key, value))) if problem else None


def _of_sentence(value: str) -> str:
    """What YAML would do with it, or ""."""
    if value[:1] in ('"', "'"):
        quoted = _QUOTED.match(value)  # without an end: it stands in a later line, or YAML says that there is none
        rest = value[quoted.end() :].strip() if quoted else ""
        return "引用符の後ろに文が続いています" if rest and not rest.startswith("#") else ""
    if opening := _OPENING.match(value):
        return say("値の初めの「{sign}」が、文ではない書き方とみなされます", sign=opening[0])
    if _lost(value) >= 0:
        return _LOST
    return "値の中の「: 」が、項目の名前の終わりとみなされます" if re.search(r":(?:[ \t]|$)", _said(value)) else ""


def _line_to_write(key: str, value: str) -> str:
    inner = value[1:-1] if value[:1] == value[-1:] == '"' else value
    line = key + ": '" + inner.strip().replace("'", "''") + "'"
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…'"


def _lost(value: str) -> int:
    """Where a comment begins that may be part of the sentence, or -1."""
    found = _COMMENT.search(value)
    return -1 if found is None or _is_remark(value, found.start()) else found.start()


def _said(value: str) -> str:
    """Without a remark behind it."""
    found = _COMMENT.search(value)
    return value[: found.start()] if found else value


def _is_remark(value: str, at: int) -> bool:
    """A suppression, or a remark set apart by two blanks or more, as in the files of programs: nobody takes it for text."""
    apart = at == 0 or value[:at].endswith(("  ", "\t"))
    return _TOLD.match(value, at) is not None or (apart and value[at + 1 : at + 2] in (" ", ""))


def _cuts_open(value: str) -> bool:
    """Does a comment begin within brackets?"""
    bare = _QUOTED.sub(lambda m: "x" * len(m[0]), value)
    found = _COMMENT.search(bare)
    before = bare[: found.start()] if found else ""
    return sum(map(before.count, "{[")) > sum(map(before.count, "}]"))
