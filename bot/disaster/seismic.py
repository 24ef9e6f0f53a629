"""Quakes, by their intensity (震度) here, and tsunamis, by what is in force for our coast."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from unicodedata import normalize

from bot.content.places import AreaKind, Places, TelegramArea
from bot.disaster import levels, xml
from bot.disaster.levels import INTENSITIES, INTENSITY_NAMES, TSUNAMI_CODES, Hazard, Level
from bot.disaster.statement import Said, Statement, other_name
from bot.language import say

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

QUAKES, TSUNAMIS = ("VXSE51", "VXSE53"), ("VTSE41", "VTSE51")
WITHOUT_PLACES = ("VXSE52", "VXSE61")  # where it was and how strong, not what was felt where
_UNKNOWN_HERE = "震度５弱以上未入電"  # an intensity of 5- or more is expected there, and no value has come


def quake(kind: str, root: Element, places: Places) -> Said:
    """The strongest that was felt here: of the city by VXSE53, of its area by both. A city and its own measuring station bear
    the same number, so only elements of the right name are asked."""
    statements, doubts = list[Statement](), list[str]()
    for area, element in _felt(xml.child(root, "Body"), places):
        told = xml.text(element, "MaxInt") or (_UNKNOWN_HERE if _is_missing(element) else "")
        if not told:
            continue
        statement, doubt = _intensity(area, told)
        statements.append(statement)
        doubts += filter(None, (doubt, other_name(area, xml.text(element, "Name"))))
    return Said(covers=bool(statements), statements=tuple(statements), doubts=tuple(doubts))


def _felt(body: Element | None, places: Places) -> Iterator[tuple[TelegramArea, Element]]:
    for kind, name in ((AreaKind.QUAKE, "Area"), (AreaKind.CITY, "City")):
        # Each once: by prefecture, one within another would be read over and over.
        for element in xml.every(xml.child(body, "Intensity", "Observation"), name):
            if area := places.area(kind, xml.text(element, "Code")):
                yield area, element


def _is_missing(element: Element) -> bool:
    return "未入電" in xml.text(element, "Condition")


def _intensity(area: TelegramArea, told: str) -> tuple[Statement, str]:
    value = normalize("NFKC", told)
    if value in INTENSITIES:
        name = say("震度{intensity}", intensity=INTENSITY_NAMES[value])
        # A level is only to sort by: the table decides by the intensity itself.
        level = Level(min(Level.SPECIAL, INTENSITIES.index(value)) if INTENSITIES.index(value) > 1 else Level.NONE)
        return Statement(area=area, hazard=Hazard.QUAKE, level=level, name=name, intensity=value), ""
    statement = Statement(area=area, hazard=Hazard.QUAKE, level=Level.UNKNOWN, name=told[:60], intensity="")
    return statement, say("震度を読めません：「{told}」", told=told[:40])


def tsunami(kind: str, root: Element, places: Places) -> Said:
    """By the forecast in the body, else by the headline. A telegram that does not name our coast changes nothing: what is
    lifted is said to be."""
    area = places.area_of(AreaKind.TSUNAMI)
    if area is None:
        return Said()
    items = list(xml.children(xml.child(root, "Body", "Tsunami", "Forecast"), "Item"))
    ours = [item for item in items if xml.text(item, "Area", "Code") == area.code]
    if ours:
        pairs = [_forecast(item, area) for item in ours]
    else:
        pairs = [_kind_of(element, area) for element in _of_headline(root, area)]
        if not pairs:
            return Said()
    doubts = filter(None, (other_name(area, xml.text(item, "Area", "Name")) for item in ours))
    statements = tuple(statement for statement, _ in pairs if statement.level is not Level.NONE)
    return Said(covers=True, statements=statements, doubts=(*doubts, *(doubt for _, doubt in pairs if doubt)))


def _forecast(item: Element, area: TelegramArea) -> tuple[Statement, str]:
    return _kind_of(xml.child(item, "Category", "Kind"), area)


def _of_headline(root: Element, area: TelegramArea) -> Iterator[Element]:
    for information in xml.every(xml.child(root, "Head", "Headline"), "Information"):
        for item in xml.children(information, "Item"):
            for areas in xml.children(item, "Areas"):
                if areas.get("codeType") == "津波予報区" and any(
                    xml.text(each, "Code") == area.code for each in xml.children(areas, "Area")
                ):
                    yield from xml.children(item, "Kind")


def _kind_of(element: Element | None, area: TelegramArea) -> tuple[Statement, str]:
    name, code = xml.text(element, "Name"), xml.text(element, "Code")
    level, doubt = TSUNAMI_CODES.get(code), ""
    if level is None:
        level = _by_name(name)
        doubt = say("知らない津波の種類です：「{name}」（番号 {code}）", name=name[:40], code=code[:10])
    return Statement(area=area, hazard=Hazard.TSUNAMI, level=level, name=name[:60]), doubt


def _by_name(name: str) -> Level:
    if "解除" in name or "津波予報" in name:
        return Level.NONE
    return Level.SPECIAL if "大津波" in name else levels.level_in(name)
