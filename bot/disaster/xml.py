"""XML that strangers wrote, read within bounds: no entity, no document type, no address is followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_BYTES = 10_000_000
_DEEPEST = 40  # a telegram's own elements go eleven deep


class Unreadable(Exception):
    """`why` is English, for the log and a test; what people are told is that a telegram could not be read."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def parse(data: bytes) -> Element:
    """Raises Unreadable, for whatever bytes."""
    if len(data) > MOST_BYTES:
        raise Unreadable(f"{len(data)} bytes")
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as e:
        raise Unreadable(type(e).__name__) from None
    _require_shallow(root)
    return root


def _require_shallow(root: Element) -> None:
    """What is read with recursion must not be able to end it."""
    level, depth = [root], 0
    while level:
        depth += 1
        if depth > _DEEPEST:
            raise Unreadable("too deep")
        level = [child for element in level for child in element]


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
