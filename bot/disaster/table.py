"""schedules/disaster.yml: what is held by what. A hazard, a level or a line that is not there has the default below, so that a
short file is a careful one."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from pathlib import Path

from bot.disaster import levels
from bot.disaster.levels import INTENSITIES, Hazard, Level
from bot.disaster.state import Condition
from bot.values.document import load as load_values
from bot.values.node import Node

FILE = "disaster.yml"


class Effect(IntEnum):
    """What is done, the strictest last."""

    NOTHING = 0
    TELL = 1
    LIGHT = 2  # hold what is light-hearted
    HOLD = 3  # hold everything


WORDS: Mapping[str, Effect] = {"nothing": Effect.NOTHING, "tell": Effect.TELL, "light": Effect.LIGHT, "hold": Effect.HOLD}
LEVEL_WORDS: Mapping[str, Level] = {
    "advisory": Level.ADVISORY,
    "warning": Level.WARNING,
    "danger": Level.DANGER,
    "special": Level.SPECIAL,
    "unknown": Level.UNKNOWN,
}
_WEATHER: Mapping[Level, Effect] = {
    Level.NONE: Effect.NOTHING,
    Level.ADVISORY: Effect.NOTHING,
    Level.WARNING: Effect.LIGHT,
    Level.DANGER: Effect.HOLD,
    Level.SPECIAL: Effect.HOLD,
    Level.UNKNOWN: Effect.HOLD,
}
_TSUNAMI: Mapping[Level, Effect] = {**_WEATHER, Level.ADVISORY: Effect.LIGHT, Level.WARNING: Effect.HOLD}
_LOWEST_HELD = INTENSITIES.index("5-")
_QUAKE: Mapping[str, Effect] = {
    value: Effect.HOLD if place >= _LOWEST_HELD else Effect.TELL if value == "4" else Effect.NOTHING
    for place, value in enumerate(INTENSITIES)
}
HAZARDS = tuple(hazard for hazard in Hazard if hazard not in (Hazard.QUAKE, Hazard.UNKNOWN))
TAGS = ("明るい話題",)


@dataclass(frozen=True, kw_only=True)
class Table:
    """`silence`: so long may the feed say nothing before `silent` is done. `tags` mark what is light-hearted; a post whose tags
    nobody knows counts as such."""

    levels: Mapping[Hazard, Mapping[Level, Effect]] = field(default_factory=dict)
    quake: Mapping[str, Effect] = field(default_factory=lambda: _QUAKE)
    unknown: Effect = Effect.HOLD
    silent: Effect = Effect.HOLD
    silence: timedelta = timedelta(minutes=10)
    tags: frozenset[str] = frozenset(TAGS)

    def effect(self, condition: Condition) -> Effect:
        """What this condition is met with."""
        said = condition.statement
        if said.hazard is Hazard.UNKNOWN or said.level is Level.UNKNOWN:
            return self.unknown
        if said.hazard is Hazard.QUAKE:
            return self.quake.get(said.intensity, self.unknown)
        return self._of(said.hazard, said.level)

    def shown(self) -> dict[Hazard, dict[Level, Effect]]:
        """What every level of every hazard but quakes is met with, the defaults included, for people."""
        steps = (Level.ADVISORY, Level.WARNING, Level.DANGER, Level.SPECIAL)
        return {hazard: {level: self._of(hazard, level) for level in steps if _has(hazard, level)} for hazard in HAZARDS}

    def _of(self, hazard: Hazard, level: Level) -> Effect:
        default = _TSUNAMI if hazard is Hazard.TSUNAMI else _WEATHER
        return self.levels.get(hazard, {}).get(level, default[level])


def _has(hazard: Hazard, level: Level) -> bool:
    """Whether the agency has this level of this hazard at all."""
    if hazard is Hazard.OTHER:
        return level is Level.ADVISORY
    four = (Hazard.RAIN, Hazard.LANDSLIDE, Hazard.SURGE, Hazard.FLOOD)
    return level is not Level.DANGER or hazard in four


def load(path: Path) -> Table:
    """Raises FileError naming file, line and item."""
    known = ("silence", "silent", "unknown", "tags", "quake", *map(str, HAZARDS))
    entry = load_values(path).mapping(known)
    default = Table()
    return Table(
        levels={hazard: _levels(entry[hazard]) for hazard in HAZARDS if hazard in entry},
        quake={**default.quake, **(_intensities(entry["quake"]) if "quake" in entry else {})},
        unknown=_effect(entry["unknown"]) if "unknown" in entry else default.unknown,
        silent=_effect(entry["silent"]) if "silent" in entry else default.silent,
        silence=_silence(entry["silence"]) if "silence" in entry else default.silence,
        tags=frozenset(n.required_text().lstrip("#＃") for n in entry["tags"].some()) if "tags" in entry else default.tags,
    )


def stamp(path: Path) -> Hashable:
    """Differs when the file may have."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _silence(node: Node) -> timedelta:
    found = node.duration()
    if not timedelta(minutes=3) <= found <= timedelta(hours=6):
        node.fail("silence が短すぎるか長すぎます", "3m から 6h までにしてください（電文は1分ごとに見に行きます）")
    return found


def _effect(node: Node) -> Effect:
    return WORDS[node.choice(tuple(WORDS))]


def _levels(node: Node) -> dict[Level, Effect]:
    entry = node.mapping(tuple(LEVEL_WORDS))
    return {LEVEL_WORDS[key]: _effect(value) for key, value in entry.items()}


def _intensities(node: Node) -> dict[str, Effect]:
    """What is written for an intensity holds for those above it, too, until the next line."""
    said = {key: _effect(value) for key, value in node.mapping(INTENSITIES).items()}
    found, last = dict[str, Effect](), None
    for value in INTENSITIES:
        last = said.get(value, last)
        if last is not None:
            found[value] = last
    return found


def hazard_name(condition: Condition) -> str:
    """「津波警報（石川県加賀）」."""
    said = condition.statement
    return f"{said.name or levels.HAZARDS[said.hazard]}（{said.area.name}）"
