"""Warnings: each telegram is the whole state of its hazard (of all hazards in the old scheme), not an event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.content.places import AreaKind, Places, TelegramArea
from bot.disaster import levels, xml
from bot.disaster.levels import BASE_KIND, NEW_KINDS, OLD_KINDS, Level
from bot.disaster.statement import Said, Statement, other_name
from bot.disaster.xml import Unreadable
from bot.language import say

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

KINDS = (*NEW_KINDS, *OLD_KINDS, BASE_KIND)
# A section of the body, or of the headline, speaks of one kind of area, and its type says of which.
_SECTIONS = (("（市町村等）", AreaKind.CITY), ("（一次細分区域等）", AreaKind.WEATHER))
_ALL_LIFTED = "00"


def read(kind: str, root: Element, places: Places) -> Said:
    """The city's own lines, else those of the area in which it lies. A telegram of our office that has neither cannot be read:
    its form is not what it was."""
    for section, area_kind in _SECTIONS:
        area = places.area_of(area_kind)
        found = [item for item in _items(root, section) if area and _is_of(item, area)]
        if area and found:
            return _said(kind, found, area)
    if kind == BASE_KIND:
        return Said()
    raise Unreadable("no line for our place")


def _items(root: Element, section: str) -> Iterator[Element]:
    """Those of the body, where it has some; the headline says the same once more, without the statuses."""
    for where, name in (("Body", "Warning"), ("Head", "Information")):
        of_section = [e for e in xml.every(xml.child(root, where), name) if e.get("type", "").strip().endswith(section)]
        items = [item for element in of_section for item in xml.children(element, "Item")]
        if items:
            yield from items
            return


def _is_of(item: Element, area: TelegramArea) -> bool:
    return any(xml.text(each, "Code") == area.code for each in _areas(item))


def _areas(item: Element) -> Iterator[Element]:
    yield from xml.children(item, "Area")
    yield from xml.children(xml.child(item, "Areas"), "Area")


def _said(kind: str, items: list[Element], area: TelegramArea) -> Said:
    statements, doubts = list[Statement](), list[str]()
    for item in items:
        names = (xml.text(each, "Name") for each in _areas(item) if xml.text(each, "Code") == area.code)
        doubts += filter(None, (other_name(area, name) for name in names))
        for element in xml.children(item, "Kind"):
            statement, doubt = _statement(kind, element, area)
            statements += [statement] if statement else []
            doubts += [doubt] if doubt else []
    return Said(covers=True, statements=tuple(statements), doubts=tuple(doubts))


def _statement(kind: str, element: Element, area: TelegramArea) -> tuple[Statement | None, str]:
    name, code, status = (xml.text(element, tag) for tag in ("Name", "Code", "Status"))
    if status in levels.LIFTED or name in levels.LIFTED or (code == _ALL_LIFTED and kind != BASE_KIND):
        return None, ""
    hazard, level = levels.read_code(kind, code, name)
    level = levels.read_status(status, level)
    doubt = ""
    if level is Level.UNKNOWN:
        doubt = say("知らない警報の種類です：「{name}」（番号 {code}）", name=name[:40], code=code[:10])
    elif not levels.is_known(status):
        doubt = say("「{name}」の状態「{status}」を知りません。出ているものとします", name=name[:40], status=status[:40])
    return Statement(area=area, hazard=hazard, level=level, name=name[:60]), doubt
