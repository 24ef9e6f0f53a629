"""Floods of named rivers (指定河川洪水予報, VXKO50–89), a family of its own since the warnings for floods (04, 18) are gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from unicodedata import normalize

from bot.content.places import AreaKind, Places, TelegramArea
from bot.disaster import levels, xml
from bot.disaster.levels import Hazard, Level
from bot.disaster.statement import Said, Statement

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FAMILY = "VXKO"
# The names before and since 2026-05-29, the gravest first.
_WORDS = (
    (("氾濫発生", "特別警報", "レベル5"), Level.SPECIAL),
    (("氾濫危険", "危険警報", "レベル4"), Level.DANGER),
    (("氾濫警戒", "警報", "レベル3"), Level.WARNING),
    (("氾濫注意", "注意報", "レベル2"), Level.ADVISORY),
)


def read(kind: str, root: Element, places: Places) -> Said:
    """What is in force for a river of ours, or for one that floods our city. A river that concerns us and no level in its
    name: nobody knows that it is less than the gravest."""
    area = _concerned(root, places)
    if area is None:
        return Said()
    name = _name(root)
    if any(word in name for word in levels.LIFTED):
        return Said(covers=True)
    return Said(covers=True, statements=(Statement(area=area, hazard=Hazard.FLOOD, level=level_of(name), name=name[:60]),))


def level_of(name: str) -> Level:
    plain = normalize("NFKC", name)
    return next((level for words, level in _WORDS if any(word in plain for word in words)), Level.UNKNOWN)


def _concerned(root: Element, places: Places) -> TelegramArea | None:
    """By a river's number, else by the city's, else by what a headline or a place is called. A number counts among those of its
    own kind only."""
    numbers = set(_numbers(root))
    by_number = next((area for area in places.areas if (area.kind, area.code) in numbers), None)
    if by_number:
        return by_number
    said = "".join(_texts(root))
    named = (area for area in places.areas if area.kind in (AreaKind.CITY, AreaKind.RIVER) and area.name in said)
    return next(named, None)


def _numbers(root: Element) -> Iterator[tuple[AreaKind, str]]:
    for areas in xml.every(root, "Areas"):
        told = areas.get("codeType", "")
        kind = AreaKind.RIVER if "河川" in told else AreaKind.CITY if told.endswith("市町村等") else None
        if kind:
            yield from ((kind, xml.text(area, "Code")) for area in xml.children(areas, "Area"))
    for city in xml.every(root, "City"):
        yield AreaKind.CITY, xml.text(city, "Code")


def _texts(root: Element) -> Iterator[str]:
    yield xml.text(root, "Head", "Title")
    yield xml.text(root, "Head", "Headline", "Text")
    for area in xml.every(root, "Area"):
        yield xml.text(area, "Name")


def _name(root: Element) -> str:
    kinds = [xml.text(kind, "Name") for kind in xml.every(xml.child(root, "Head", "Headline"), "Kind")]
    kinds += [xml.text(kind, "Name") for kind in xml.every(xml.child(root, "Body"), "Kind")]
    titles = [xml.text(root, "Head", "Title"), xml.text(root, "Head", "Headline", "Text")]
    return next((name for name in (*kinds, *titles) if name), "")
