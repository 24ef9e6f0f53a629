"""A text as it went out, back into paragraphs, headings and lists: for pages that a screen reader reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["paragraph", "heading", "list"]
_HEADING = re.compile(r"【([^【】]+)】|◆(.+)")  # as `bot.render.plain` writes them
_ITEM = "・"
_LINK = re.compile(r"https?://[!-~]*[0-9A-Za-z/=_~&-]")
_RUBY = re.compile(r"｜([^｜《》\n]+)《([^《》\n]+)》")


@dataclass(frozen=True, kw_only=True)
class Words:
    """Some text; with `href` it is a link, with `reading` its reading stands beside it."""

    text: str
    href: str = ""
    reading: str = ""


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """`lines` of words. A list has an item for each of them."""

    kind: Kind
    lines: tuple[tuple[Words, ...], ...]


def paragraphs(text: str) -> Iterator[Paragraph]:
    """An empty line parts paragraphs; a line in 【】 or behind ◆ is a heading, and lines that begin with ・ are a list."""
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.split("\n")
        at = 0
        while at < len(lines):
            kind = _kind(lines[at])
            end = at + 1
            while kind != "heading" and end < len(lines) and _kind(lines[end]) == kind:
                end += 1
            yield Paragraph(kind=kind, lines=tuple(_words(_bare(line, kind)) for line in lines[at:end]))
            at = end


def _kind(line: str) -> Kind:
    if _HEADING.fullmatch(line):
        return "heading"
    return "list" if line.startswith(_ITEM) else "paragraph"


def _bare(line: str, kind: Kind) -> str:
    if kind == "heading" and (found := _HEADING.fullmatch(line)):
        return found[1] or found[2]
    return line.removeprefix(_ITEM) if kind == "list" else line


def _words(line: str) -> tuple[Words, ...]:
    found: list[Words] = []
    at = 0
    for match in re.finditer(f"{_RUBY.pattern}|{_LINK.pattern}", line):
        found += [Words(text=line[at : match.start()])] if match.start() > at else []
        found.append(Words(text=match[1], reading=match[2]) if match[1] else Words(text=match[0], href=match[0]))
        at = match.end()
    return (*found, *([Words(text=line[at:])] if at < len(line) else []))
