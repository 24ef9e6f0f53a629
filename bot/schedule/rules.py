"""The schedule folder, read and validated: slots.yml, quiet.yml, blackouts.yml."""

from __future__ import annotations

import os
from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal, cast, get_args
from zoneinfo import ZoneInfo

from bot.language import say
from bot.values.document import load as load_values
from bot.values.node import Node

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FILES = ("slots.yml", "quiet.yml", "blackouts.yml")
KINDS = ("選挙", "弔意", "保守", "その他")  # of blackouts, as the office's forms offer them; a file may name others
IfClosed = Literal["skip", "earlier", "later"]
_MIDNIGHT, _WHOLE_DAY = timedelta(0), timedelta(days=1)
MOST_PER_DAY = 999
_LEAP_YEAR = 2024  # has every day that a year can have


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A weekly time. `days` are weekdays (0 = Monday). An empty `channels` means every channel. On a day that is closed the
    slot is skipped, or it moves to the next open day before it or after it."""

    name: str
    days: frozenset[int]
    at: time
    gap: timedelta
    channels: frozenset[str]
    if_closed: IfClosed = "skip"


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """When things may go out: `open` ≤ time < `close` on `days`, not on public holidays unless allowed, not on `closed` days
    (month, day) → reason. `holidays` are public holidays that the library does not know yet, `workdays` those that it knows and
    that are none any more: a law moves one faster than a release follows. `special` are days for which the office itself has
    said why they are closed, or "" that they are open, whatever else is said of them."""

    open: time
    close: time
    days: frozenset[int]
    public_holidays: bool
    closed: Mapping[tuple[int, int], str]
    holidays: Mapping[date, str] = field(default_factory=dict)
    workdays: frozenset[date] = frozenset()
    special: Mapping[date, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Blackout:
    """From `start` until `end` (aware) nothing goes out on `channels`; none named means every channel. With `tags` (without
    #) or `words` only what bears one of the hashtags or has one of the words in its text."""

    start: datetime
    end: datetime
    kind: str
    why: str
    set_by: str
    channels: frozenset[str]
    tags: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Rules:
    """`per_day` is how many posts a channel may show on one day at the most; a channel that is not in it has no limit."""

    zone: ZoneInfo
    slots: Mapping[str, Slot]
    quiet: Quiet
    blackouts: tuple[Blackout, ...]
    grace: timedelta
    per_day: Mapping[str, int] = field(default_factory=dict)


def load(directory: Path, zone: ZoneInfo, channels: Collection[str] | None = None) -> Rules:
    """The rules of a folder. Raises FileError naming file, line and item, also for a file that is missing: to be without
    rules is not known to any caller. `channels` are the known ones; None believes every name."""
    quiet = _quiet(load_values(directory / "quiet.yml"))
    top = load_values(directory / "slots.yml").mapping(("grace", "per_day", "slots"), required=("slots",))
    return Rules(
        zone=zone,
        grace=top["grace"].duration() if "grace" in top else timedelta(minutes=60),
        slots=_slots(top["slots"], quiet, channels),
        quiet=quiet,
        blackouts=_blackouts(load_values(directory / "blackouts.yml"), zone, channels),
        per_day=_per_day(top["per_day"], channels) if "per_day" in top else {},
    )


def stamp(directory: Path) -> Hashable:
    """Differs when one of the files may have: name, inode, size and times of each; a file that is not there has none."""
    # The rules are asked before every send; reading three files each time would cost more than sending.
    return tuple((name, *_found(directory / name)) for name in FILES)


def _found(path: Path) -> tuple[int, ...]:
    try:
        found = os.stat(path)  # noqa: PTH116 before every send
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _per_day(root: Node, channels: Collection[str] | None) -> dict[str, int]:
    return {
        name.text() if channels is None else name.choice(channels): count.integer(1, MOST_PER_DAY)
        for name, count in root.entries()
    }


def _slots(root: Node, quiet: Quiet, channels: Collection[str] | None) -> dict[str, Slot]:
    found: dict[str, Slot] = {}
    for name, value in root.entries():
        slot = _slot(name.text(), value, channels)
        _require_sense(value, slot, quiet, found.values())
        found[slot.name] = slot
    return found


def _require_sense(value: Node, slot: Slot, quiet: Quiet, others: Collection[Slot]) -> None:
    """A slot that can never fire, or fires together with another one, was meant otherwise."""
    if not quiet.open <= slot.at < quiet.close:
        hours = say("quiet.yml の {open:%H:%M} から {close:%H:%M} まで", open=quiet.open, close=quiet.close)
        value.fail(
            say("配信枠「{name}」の {at:%H:%M} は、配信する時間（{hours}）の外です", name=slot.name, at=slot.at, hours=hours),
            "どちらかの時刻を直してください",
        )
    if not slot.days & quiet.days:
        value.fail(
            say("配信枠「{name}」の曜日は、どれも配信しない曜日です", name=slot.name), "quiet.yml の days と合わせてください"
        )
    for other in others:
        if other.at == slot.at and other.days & slot.days and _meet(other.channels, slot.channels):
            value.fail(
                say("配信枠「{name}」と「{name2}」が同じ時刻です", name=slot.name, name2=other.name),
                "どちらか1つを消すか、時刻をずらしてください",
            )


def _meet(some: frozenset[str], others: frozenset[str]) -> bool:
    return not some or not others or bool(some & others)


def _slot(name: str, value: Node, channels: Collection[str] | None) -> Slot:
    entry = value.mapping(("days", "at", "gap", "channels", "if_closed"), required=("days", "at"))
    return Slot(
        name=name,
        days=_days(entry["days"]),
        at=entry["at"].clock(),
        gap=entry["gap"].duration() if "gap" in entry else timedelta(minutes=30),
        channels=_channels(entry, channels),
        if_closed=cast(IfClosed, entry["if_closed"].choice(get_args(IfClosed))) if "if_closed" in entry else "skip",
    )


def _days(node: Node) -> frozenset[int]:
    return frozenset(DAYS.index(name) for name in node.choices(DAYS))


def _channels(entry: Mapping[str, Node], known: Collection[str] | None) -> frozenset[str]:
    if "channels" not in entry:
        return frozenset()
    return _texts(entry["channels"]) if known is None else entry["channels"].choices(known)


def _texts(node: Node) -> frozenset[str]:
    return frozenset(n.required_text() for n in node.some())


def _quiet(root: Node) -> Quiet:
    known = ("open", "close", "days", "public_holidays", "closed", "holidays", "workdays")
    entry = root.mapping(known, required=("open", "close", "days"))
    opens, closes = entry["open"].clock(), entry["close"].end_of_hours()
    if closes <= opens:
        entry["close"].fail(
            say(
                "閉じる時刻（close）の {closes:%H:%M} が、開く時刻（open）の {opens:%H:%M} より前か同じです",
                closes=closes,
                opens=opens,
            ),
            "close を open より後の時刻にしてください",
        )
    closed = _some(entry, "closed")
    return Quiet(
        open=opens,
        close=closes,
        days=_days(entry["days"]),
        # Closed unless the office says otherwise, as a holiday is a closed day.
        public_holidays=entry["public_holidays"].flag() if "public_holidays" in entry else False,
        closed={day: why for span in closed for day, why in _closed_days(span)},
        holidays=dict(_holiday(n) for n in _some(entry, "holidays")),
        workdays=frozenset(n.day() for n in _some(entry, "workdays")),
    )


def _some(entry: Mapping[str, Node], key: str) -> list[Node]:
    return entry[key].items() if key in entry and not entry[key].empty else []


def _holiday(value: Node) -> tuple[date, str]:
    entry = value.mapping(("day", "name"), required=("day",))
    return entry["day"].day(), (entry["name"].text().strip() if "name" in entry else "") or "祝日"


def _closed_days(value: Node) -> Iterator[tuple[tuple[int, int], str]]:
    """Every (month, day) of a yearly span with its first and its last day; it may go over the year's end."""
    entry = value.mapping(("from", "to", "why"), required=("from", "to"))
    first, last = (date(_LEAP_YEAR, *entry[key].month_day()) for key in ("from", "to"))
    why = entry["why"].text().strip() if "why" in entry else ""
    # Modulo the leap year's days, so that 12-29 to 01-03 goes over the year's end.
    for number in range((last - first).days % 366 + 1):
        day = first + timedelta(days=number)
        yield (day.month, day.day), why or "休業日"


def _blackouts(root: Node, zone: ZoneInfo, channels: Collection[str] | None) -> tuple[Blackout, ...]:
    # A file without entries says that there are no blackouts; one that is missing says nothing, and is refused.
    return () if root.empty else tuple(_blackout(entry, zone, channels) for entry in root.items())


def _blackout(value: Node, zone: ZoneInfo, channels: Collection[str] | None) -> Blackout:
    known = ("from", "to", "kind", "why", "set_by", "channels", "tags", "words")
    entry = value.mapping(known, required=("from", "to"))
    # A day's end belongs to it: `to: 2027-04-09` holds the whole of the 9th.
    start, end = entry["from"].moment(zone, _MIDNIGHT), entry["to"].moment(zone, _WHOLE_DAY)
    if end <= start:
        entry["to"].fail("終わり（to）が始まり（from）より前か同じです", "to を from より後にしてください")
    said = {key: entry[key].text() if key in entry else "" for key in ("kind", "why", "set_by")}
    return Blackout(
        start=start,
        end=end,
        channels=_channels(entry, channels),
        # People write a tag with its mark or without, full width or half.
        tags=frozenset(tag.lstrip("#＃") for tag in _texts(entry["tags"])) if "tags" in entry else frozenset(),
        words=_texts(entry["words"]) if "words" in entry else frozenset(),
        **said,
    )
