"""What a telegram says of one of our places."""

from __future__ import annotations

from dataclasses import dataclass

from bot.content.places import TelegramArea
from bot.disaster.levels import Hazard, Level
from bot.language import say


@dataclass(frozen=True, kw_only=True)
class Statement:
    """`name` is what the telegram calls it, `intensity` the 震度 of a quake (5+), "" for anything else."""

    area: TelegramArea
    hazard: Hazard
    level: Level
    name: str
    intensity: str = ""


@dataclass(frozen=True, kw_only=True)
class Said:
    """`covers`: the telegram speaks of our places, also where it says that nothing is in force. `doubts` are sentences for
    people: what it says in a way that nobody expected."""

    covers: bool = False
    statements: tuple[Statement, ...] = ()
    doubts: tuple[str, ...] = ()


def other_name(area: TelegramArea, name: str) -> str:
    """The doubt where a telegram calls the place of our number something else; "" where it does not."""
    if name == area.name:
        return ""
    return say(
        "区域 {code} を、電文は「{name}」、city.yml は「{ours}」と呼んでいます", code=area.code, name=name[:40], ours=area.name
    )
