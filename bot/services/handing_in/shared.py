"""The files that all posts share, looked at as one set: a change of them is good as a whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.content.people import load_city, load_people
from bot.content.phrases import load_phrases
from bot.errors import FileError
from bot.newsletter import profile
from bot.schedule import rules
from bot.strategy import indicators, plan

_CONTENT: dict[str, Callable[[Path], object]] = {
    "people.yml": load_people,
    "phrases.yml": load_phrases,
    "strategy/plan.yml": plan.load,
    "strategy/indicators.yml": indicators.load,
}
SCHEDULES = "schedules"
NEWSLETTER = "newsletter.yml"
CITY = "city.yml"
ROOTS = (*_CONTENT, CITY, SCHEDULES)  # files, and the folder of which all belong to the set


def is_shared(path: str) -> bool:
    """True if this path, relative to the content folder, is one of the set. Whatever lies in schedules/ belongs to it."""
    return path in ROOTS or path.startswith(f"{SCHEDULES}/")


def problems(content: Path, schedules: Path | None, zone: ZoneInfo, channels: Collection[str]) -> list[FileError]:
    """What is wrong with the files of these folders, the first slip of each. None: the schedules are not looked at."""
    looks: list[Callable[[], object]] = [partial(read, content / name) for name, read in _CONTENT.items()]
    looks.append(partial(load_city, content / CITY, channels))
    if schedules:
        looks.append(partial(rules.load, schedules, zone, channels))
        if (schedules / NEWSLETTER).exists():
            looks.append(partial(profile.load, schedules / NEWSLETTER))
    found: list[FileError] = []
    for look in looks:
        try:
            look()
        except FileError as e:
            found.append(e)
    return found
