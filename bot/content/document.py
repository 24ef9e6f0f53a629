"""The parsed body of a Post: a small closed tree, from which every output is made.

Blocks hold inlines; `Text.offset` is the position (in characters, from 0) of its first character in the Markdown file, so
that a finding about any piece of text can name its line and column.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias


@dataclass(frozen=True)
class Text:
    """Running text. `offset` points into the source file; a figure put in by name points at its `{{`."""

    text: str
    offset: int = 0


@dataclass(frozen=True)
class Ruby:
    """Base characters with their reading: one reading for the whole base (group), or one for each character (mono)."""

    base: str
    readings: tuple[str, ...]
    offset: int = 0

    @property
    def reading(self) -> str:
        return "".join(self.readings)


@dataclass(frozen=True)
class Link:
    href: str
    children: tuple[Inline, ...]

    @property
    def address(self) -> str:
        """As people read it: `mailto:` and `tel:` are for machines."""
        scheme, colon, rest = self.href.partition(":")
        return rest.partition("?")[0] if colon and scheme in ("mailto", "tel") else self.href

    def stands_in(self, text: str) -> bool:
        """Does a text say where the link leads? A number may be parted in another way there."""
        if self.href.startswith("tel:"):
            return _digits(self.address) in _digits(text)
        bare = re.escape(self.address.rpartition("://")[2].rstrip("/"))
        return re.search(rf"{bare}/?(?![0-9A-Za-z/?#&=_%~-])", text) is not None


def _digits(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c.isdigit())


@dataclass(frozen=True)
class Strong:
    """Bold; or, with `dots` (`*…*`), what print shows by 圏点 beside each character."""

    children: tuple[Inline, ...]
    dots: bool = False


@dataclass(frozen=True)
class LineBreak:
    """A break the author asked for (two spaces or a backslash at the line's end)."""


Inline: TypeAlias = Text | Ruby | Link | Strong | LineBreak


@dataclass(frozen=True)
class Heading:
    """`level` 2 or 3: level 1 is the post's title."""

    level: int
    children: tuple[Inline, ...]


@dataclass(frozen=True)
class Paragraph:
    children: tuple[Inline, ...]


@dataclass(frozen=True)
class Quote:
    children: tuple[Inline, ...]


@dataclass(frozen=True)
class ItemList:
    """A flat list; each item is one line of inlines. `ordered` items are numbered from `start`."""

    items: tuple[tuple[Inline, ...], ...]
    ordered: bool = False
    start: int = 1


Block: TypeAlias = Heading | Paragraph | Quote | ItemList


@dataclass(frozen=True)
class Document:
    blocks: tuple[Block, ...]

    @property
    def lead(self) -> Paragraph | None:
        """The first paragraph when the body opens with one."""
        first = self.blocks[0] if self.blocks else None
        return first if isinstance(first, Paragraph) else None

    @property
    def after_lead(self) -> tuple[Block, ...]:
        return self.blocks[1:] if self.lead else self.blocks


def inlines(block: Block) -> Iterator[tuple[Inline, ...]]:
    """The lines of inlines a block consists of: one, or one for each item of a list."""
    if isinstance(block, ItemList):
        yield from block.items
    else:
        yield block.children


def links(children: tuple[Inline, ...]) -> Iterator[Link]:
    """The links of a line of inlines in reading order."""
    for child in children:
        if isinstance(child, Link):
            yield child
        elif isinstance(child, Strong):
            yield from links(child.children)


def leaves(children: tuple[Inline, ...]) -> Iterator[Text | Ruby | LineBreak]:
    """The leaves of a line of inlines in reading order."""
    for child in children:
        if isinstance(child, (Link, Strong)):
            yield from leaves(child.children)
        else:
            yield child


# Where a headline in print may end a line: the writer's own wish, for the paper only.
HEADLINE_BREAK = "｜"


def without_breaks(title: tuple[Inline, ...]) -> tuple[Inline, ...]:
    """The title as it reads everywhere but in a headline set in print."""
    return tuple(replace(c, text=c.text.replace(HEADLINE_BREAK, "")) if isinstance(c, Text) else c for c in title)
