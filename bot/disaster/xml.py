"""XML that strangers wrote, read within bounds: no entity, no document type, no address is followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree.ElementTree import TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_BYTES = 10_000_000
# Elements and their attributes. A feed of 20,000 entries has 260,000; each takes up to 400 bytes of memory for 9 of the file.
MOST_ELEMENTS = 400_000
_DEEPEST = 40  # a telegram's own elements go eleven deep


class Unreadable(Exception):
    """`why` is English, for the log and a test; what people are told is that a telegram could not be read."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _Bounded(TreeBuilder):
    """Counts while the tree grows, so that no more of it is ever held."""

    def __init__(self) -> None:
        super().__init__()
        self._number = self._depth = 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self._number += 1 + len(attrs)
        self._depth += 1
        if self._number > MOST_ELEMENTS:
            raise Unreadable("too many elements")
        if self._depth > _DEEPEST:  # what is read with recursion must not be able to end it
            raise Unreadable("too deep")
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse(data: bytes) -> Element:
    """Raises Unreadable, for whatever bytes."""
    if len(data) > MOST_BYTES:
        raise Unreadable(f"{len(data)} bytes")
    parser = DefusedXMLParser(target=_Bounded(), forbid_dtd=True)
    try:
        parser.feed(data)
        root: Element = parser.close()
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as e:
        raise Unreadable(type(e).__name__) from None
    return root


def name_of(element: Element) -> str:
    """Without its namespace: the agency's telegrams differ in prefixes, and no name is used twice with two meanings."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: Element | None, name: str) -> Iterator[Element]:
    for child in element if element is not None else ():
        if name_of(child) == name:
            yield child


def child(element: Element | None, *path: str) -> Element | None:
    """The first at the end of this path of names."""
    for name in path:
        element = next(children(element, name), None)
    return element


def text(element: Element | None, *path: str) -> str:
    """Its text without white space around it; "" where it is not there."""
    found = child(element, *path)
    return (found.text or "").strip() if found is not None else ""


def every(element: Element | None, name: str) -> Iterator[Element]:
    """However deep."""
    for found in element.iter() if element is not None else ():
        if name_of(found) == name:
            yield found
