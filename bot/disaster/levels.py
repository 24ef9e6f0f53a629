"""Hazards and levels, the codes of both schemes, and the statuses.

Source of the codes: the agency's code table as of 2026-09-21 (気象警報・注意報のコード表), and for the old scheme that of the
telegrams VPWW53 and VPWW54, which run beside the new ones until the fiscal year 2028.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from unicodedata import normalize


class Hazard(StrEnum):
    QUAKE = "quake"
    TSUNAMI = "tsunami"
    RAIN = "rain"
    LANDSLIDE = "landslide"
    SURGE = "surge"
    WIND = "wind"
    WAVE = "wave"
    SNOW = "snow"
    FLOOD = "flood"
    OTHER = "other"
    UNKNOWN = "unknown"  # of a kind that nobody here knows


class Level(IntEnum):
    """How grave. Of tsunamis ADVISORY is 津波注意報, WARNING 津波警報, SPECIAL 大津波警報. UNKNOWN is above all: nobody knows
    that it is less."""

    NONE = 0
    ADVISORY = 2
    WARNING = 3
    DANGER = 4
    SPECIAL = 5
    UNKNOWN = 9


LABELS: Mapping[Level, str] = {
    Level.NONE: "なし",
    Level.ADVISORY: "注意報",
    Level.WARNING: "警報",
    Level.DANGER: "危険警報",
    Level.SPECIAL: "特別警報",
    Level.UNKNOWN: "不明",
}
_OF_TSUNAMI: Mapping[Level, str] = {
    Level.ADVISORY: "津波注意報",
    Level.WARNING: "津波警報",
    Level.SPECIAL: "大津波警報",
}
HAZARDS: Mapping[Hazard, str] = {
    Hazard.QUAKE: "地震",
    Hazard.TSUNAMI: "津波",
    Hazard.RAIN: "大雨",
    Hazard.LANDSLIDE: "土砂災害",
    Hazard.SURGE: "高潮",
    Hazard.WIND: "暴風・風雪",
    Hazard.WAVE: "波浪",
    Hazard.SNOW: "大雪",
    Hazard.FLOOD: "河川の氾濫・洪水",
    Hazard.OTHER: "その他の注意報",
    Hazard.UNKNOWN: "知らない種類の電文",
}


def label(hazard: Hazard, level: Level) -> str:
    """The agency's own word for a level: a tsunami's are other ones than the weather's."""
    return _OF_TSUNAMI.get(level, LABELS[level]) if hazard is Hazard.TSUNAMI else LABELS[level]


INTENSITIES = ("1", "2", "3", "4", "5-", "5+", "6-", "6+", "7")
INTENSITY_NAMES = dict(zip(INTENSITIES, ("１", "２", "３", "４", "５弱", "５強", "６弱", "６強", "７"), strict=True))

# special, danger, warning, advisory; "" where the family has no such level
_NEW: Mapping[str, tuple[tuple[Hazard, str, str, str, str], ...]] = {
    "VPWW55": ((Hazard.RAIN, "33", "43", "03", "10"),),
    "VPWW56": ((Hazard.LANDSLIDE, "39", "49", "09", "29"),),
    "VPWW57": ((Hazard.SURGE, "38", "48", "08", "19"),),
    "VPWW58": ((Hazard.WIND, "32", "", "02", "13"), (Hazard.WIND, "35", "", "05", "15")),
    "VPWW59": ((Hazard.WAVE, "37", "", "07", "16"),),
    "VPWW60": ((Hazard.SNOW, "36", "", "06", "12"),),
    "VPWW61": tuple((Hazard.OTHER, "", "", "", code) for code in ("14", "17", *map(str, range(20, 28)))),
}
NEW_KINDS, OLD_KINDS, BASE_KIND = tuple(_NEW), ("VPWW53", "VPWW54"), "VPWS50"
_STEPS = (Level.SPECIAL, Level.DANGER, Level.WARNING, Level.ADVISORY)
NEW_CODES: Mapping[str, tuple[Hazard, Level]] = {
    code: (hazard, level)
    for rows in _NEW.values()
    for hazard, *codes in rows
    for code, level in zip(codes, _STEPS, strict=True)
    if code
}
# Of the old scheme: no level 4, landslides within 大雨, and rivers (04, 18), which are telegrams of their own since.
OLD_CODES: Mapping[str, tuple[Hazard, Level]] = {
    **{code: told for code, told in NEW_CODES.items() if told[1] != Level.DANGER and told[0] != Hazard.LANDSLIDE},
    "04": (Hazard.FLOOD, Level.WARNING),
    "18": (Hazard.FLOOD, Level.ADVISORY),
}
TSUNAMI_CODES: Mapping[str, Level] = {
    **dict.fromkeys(("00", "50", "60", "71", "72", "73"), Level.NONE),  # none, lifted, and a change that does no harm
    "62": Level.ADVISORY,
    "51": Level.WARNING,
    **dict.fromkeys(("52", "53"), Level.SPECIAL),
}
_WORDS = (
    ("特別警報", Level.SPECIAL),
    ("危険警報", Level.DANGER),
    ("警報", Level.WARNING),
    ("注意報", Level.ADVISORY),
)
_HAZARD_WORDS = (
    ("土砂", Hazard.LANDSLIDE),
    ("高潮", Hazard.SURGE),
    ("暴風", Hazard.WIND),
    ("風雪", Hazard.WIND),
    ("強風", Hazard.WIND),
    ("波浪", Hazard.WAVE),
    ("大雪", Hazard.SNOW),
    ("洪水", Hazard.FLOOD),
    ("氾濫", Hazard.FLOOD),
    ("大雨", Hazard.RAIN),
)
IN_FORCE = ("発表", "継続")
LIFTED = ("解除", "なし", "発表警報・注意報はなし")
DOWN = {
    f"{before}から{after}": level
    for before, steps in (
        ("特別警報", _WORDS[1:]),
        ("危険警報", _WORDS[2:]),
        ("警報", _WORDS[3:]),
    )
    for after, level in steps
}


def level_in(name: str) -> Level:
    """By the words in a name or a headline; UNKNOWN where none is there."""
    plain = normalize("NFKC", name)
    return next((level for word, level in _WORDS if word in plain), Level.UNKNOWN)


def hazard_in(name: str) -> Hazard:
    return next((hazard for word, hazard in _HAZARD_WORDS if word in name), Hazard.OTHER)


def read_code(kind: str, code: str, name: str) -> tuple[Hazard, Level]:
    """What a code of this kind of telegram means. A code that nobody knows is decided by its name, never by silence; where
    code and name differ, by the graver of them."""
    told = (OLD_CODES if kind in OLD_KINDS else NEW_CODES).get(code)
    by_name = level_in(name)
    if told is None:
        return hazard_in(name), by_name
    hazard, level = told
    return hazard, max(level, by_name) if by_name is not Level.UNKNOWN else level


def read_status(status: str, level: Level) -> Level:
    """What holds by this status. An empty one is that of a headline, which lists what is in force; one that nobody knows does
    not lift."""
    if status in LIFTED:
        return Level.NONE
    return DOWN.get(status, level)


def is_known(status: str) -> bool:
    return status in ("", *IN_FORCE, *LIFTED) or status in DOWN
