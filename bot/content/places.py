"""The places of this municipality, as the agency's telegrams name them: `disaster:` of content/city.yml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.language import say
from bot.values.node import Node


class AreaKind(StrEnum):
    """What kind of area a code is of. The same number is another place in another kind: 391 is 石川県加賀 among the areas of
    earthquakes and 伊勢・三河湾 among those of tsunamis."""

    CITY = "city"  # 気象・地震・火山情報／市町村等
    QUAKE = "quake"  # 地震情報／細分区域
    TSUNAMI = "tsunami"  # 津波予報区
    WEATHER = "weather"  # 気象情報／府県予報区・細分区域等
    RIVER = "river"  # 指定河川


@dataclass(frozen=True, kw_only=True)
class TelegramArea:
    """A place as a telegram names it: its key is (kind, code), and `name` is what the telegram must call it."""

    kind: AreaKind
    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where this municipality lies. `office` is the last number in the address of a weather telegram (170000), and
    `prefecture` what a headline calls it."""

    office: str
    prefecture: str
    areas: tuple[TelegramArea, ...]

    def area(self, kind: AreaKind, code: str) -> TelegramArea | None:
        return next((area for area in self.areas if (area.kind, area.code) == (kind, code)), None)

    def area_of(self, kind: AreaKind) -> TelegramArea | None:
        return next((area for area in self.areas if area.kind == kind), None)

    @property
    def names(self) -> frozenset[str]:
        """Whatever a headline may call this place."""
        return frozenset({self.prefecture, *(area.name for area in self.areas)})


_KINDS = (AreaKind.CITY, AreaKind.QUAKE, AreaKind.TSUNAMI, AreaKind.WEATHER)
_KEYS = ("office", "prefecture", *(str(kind) for kind in _KINDS), "rivers")
_REQUIRED = ("office", "prefecture", "city", "quake", "weather")  # not every city lies by the sea


def read_places(node: Node) -> Places:
    """Raises FileError naming file, line and item."""
    entry = node.mapping(_KEYS, required=_REQUIRED)
    return Places(
        office=entry["office"].required_text(),
        prefecture=entry["prefecture"].required_text(),
        areas=(*(_area(kind, entry[kind]) for kind in _KINDS if kind in entry), *_rivers(entry.get("rivers"))),
    )


def _rivers(node: Node | None) -> Iterator[TelegramArea]:
    for river in node.items() if node is not None and not node.empty else ():
        yield _area(AreaKind.RIVER, river)


def _area(kind: AreaKind, node: Node) -> TelegramArea:
    entry = node.mapping(("code", "name"), required=("code", "name"))
    return TelegramArea(kind=kind, code=_code(entry["code"]), name=entry["name"].required_text())


def _code(node: Node) -> str:
    code = node.required_text()
    if not (code.isascii() and code.isdecimal() and len(code) <= 12):
        node.fail(say("「{code}」は区域の番号ではありません", code=code[:20]), "気象庁の区域の番号（数字）を書いてください")
    return code
