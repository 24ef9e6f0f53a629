"""A post's running text with its places in the source: gathered once, looked through by most rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from bot.content.document import Document, Heading, Inline, Link, Strong, Text, inlines
from bot.content.post import Post, Source
from bot.errors import Place


@dataclass(frozen=True, kw_only=True)
class Span:
    """Text as the author wrote it; figures that come from the register are left out. `place` gives the place of a character
    in it. `heading` and `link` say what it is part of."""

    text: str
    place: Callable[[int], Place]
    heading: bool = False
    link: str = ""


def spans(post: Post) -> Iterator[Span]:
    """Title, body, what channels replace, the sentences of the front matter, and what is said of pictures."""
    source = post.source
    yield from _line(source, post.title, heading=True)
    yield from _document(source, post.document)
    for override in post.overrides.values():
        yield from _line(source, override.title or (), heading=True)
        yield from _line(source, override.lead or ())
        yield from _document(source, override.body) if override.body else ()
    values = {"reason": post.reason, "next": post.next, "contact": post.contact}
    values |= {f"images.{number}.alt": picture.alt for number, picture in enumerate(post.pictures) if picture.chart is None}
    for key, text in values.items():
        yield Span(text=text, place=partial(_of_key, source, key, text))


def _document(source: Source, document: Document) -> Iterator[Span]:
    for block in document.blocks:
        for line in inlines(block):
            yield from _line(source, line, heading=isinstance(block, Heading))


def _line(source: Source, children: tuple[Inline, ...], *, heading: bool = False, link: str = "") -> Iterator[Span]:
    for child in children:
        match child:
            case Text() if not source.text.startswith("{{", child.offset):
                yield Span(text=child.text, place=partial(_of_offset, source, child.offset), heading=heading, link=link)
            case Link():
                yield from _line(source, child.children, heading=heading, link=child.href)
            case Strong():
                yield from _line(source, child.children, heading=heading, link=link)


def _of_offset(source: Source, start: int, at: int) -> Place:
    return source.place(start + at)


def _of_key(source: Source, key: str, text: str, at: int) -> Place:
    """The character, where the value is written as it reads; else where the value begins."""
    place = source.place_of(key)
    start = source.offset(place)
    begun = next((n for n in (start, start + 1) if source.text.startswith(text, n)), None)  # within quotation marks, or bare
    return place if begun is None else source.place(begun + at)
