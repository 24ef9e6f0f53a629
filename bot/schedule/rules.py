"""The schedule folder, read and validated: slots.yml, quiet.yml, blackouts.yml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import yaml

from bot.errors import ConfigError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A weekly time. `days` are weekdays (0 = Monday). An empty `channels` means every channel. On a day that is closed the
    slot is skipped."""

    name: str
    days: frozenset[int]
    at: time
    gap: timedelta
    channels: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """When things may go out: `open` ≤ time < `close` on `days`, not on public holidays unless allowed, not on `closed` days
    (month, day) → reason."""

    open: time
    close: time
    days: frozenset[int]
    public_holidays: bool
    closed: Mapping[tuple[int, int], str]


@dataclass(frozen=True, kw_only=True)
class Blackout:
    """Nothing goes out from `start` until `end`; aware times. An empty `channels` means every channel."""

    start: datetime
    end: datetime
    kind: str
    why: str
    set_by: str
    channels: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Rules:
    zone: ZoneInfo
    slots: Mapping[str, Slot]
    quiet: Quiet
    blackouts: tuple[Blackout, ...]
    grace: timedelta


def load(directory: Path, zone: ZoneInfo) -> Rules:
    """Raises ConfigError naming the file and the item."""
    slots = _File(directory / "slots.yml")
    top = slots.mapping(slots.content, "全体", {"grace", "slots"})
    return Rules(
        zone=zone,
        grace=slots.duration(top.get("grace", "60m"), "grace"),
        slots={str(name): _slot(slots, str(name), entry) for name, entry in dict(top.get("slots") or {}).items()},
        quiet=_quiet(_File(directory / "quiet.yml")),
        blackouts=_blackouts(_File(directory / "blackouts.yml"), zone),
    )


class _File:
    """One schedule file, and how its values are read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.content: Any = yaml.load(path.read_text(encoding="utf-8-sig"), yaml.CSafeLoader)
        except FileNotFoundError:
            self.fail("全体", "がありません")
        except (yaml.YAMLError, UnicodeDecodeError):
            self.fail("全体", "を YAML として読めません")

    def fail(self, key: str, problem: str) -> NoReturn:
        raise ConfigError(
            f"{self.path.name}: {key}",
            summary=f"{self.path} の「{key}」{problem}",
            next_step="ファイルの先頭にある書き方の説明を見て直してください",
        )

    def mapping(self, value: Any, key: str, known: set[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.fail(key, "は「名前: 値」の形で書いてください")
        if unknown := sorted(set(map(str, value)) - known):
            self.fail(unknown[0], f"という項目はありません（使える項目: {'、'.join(sorted(known))}）")
        return value

    def time(self, value: Any, key: str) -> time:
        try:
            return time.fromisoformat(str(value).zfill(5))
        except ValueError:
            self.fail(key, 'の時刻は "12:15" の形で書いてください')

    def duration(self, value: Any, key: str) -> timedelta:
        match = re.fullmatch(r"(\d+)([mhd])", str(value))
        if not match:
            self.fail(key, "の長さは 30m、2h、1d の形で書いてください")
        return timedelta(**{{"m": "minutes", "h": "hours", "d": "days"}[match[2]]: int(match[1])})

    def days(self, value: Any, key: str) -> frozenset[int]:
        names = [str(d) for d in value] if isinstance(value, list) else []
        if not names or not set(names) <= set(DAYS):
            self.fail(key, f"の曜日は [{', '.join(DAYS)}] から選んでください")
        return frozenset(DAYS.index(n) for n in names)

    def moment(self, value: Any, key: str, zone: ZoneInfo) -> datetime:
        try:
            parsed = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(key, "の日時は 2026-12-01 12:15 の形で書いてください")
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)


def _slot(file: _File, name: str, value: Any) -> Slot:
    entry = file.mapping(value, name, {"days", "at", "gap", "channels"})
    return Slot(
        name=name,
        days=file.days(entry.get("days"), name),
        at=file.time(entry.get("at"), name),
        gap=file.duration(entry.get("gap", "30m"), name),
        channels=frozenset(map(str, entry.get("channels") or ())),
    )


def _quiet(file: _File) -> Quiet:
    entry = file.mapping(file.content, "全体", {"open", "close", "days", "public_holidays", "closed"})
    return Quiet(
        open=file.time(entry.get("open"), "open"),
        close=file.time(entry.get("close"), "close"),
        days=file.days(entry.get("days"), "days"),
        public_holidays=entry.get("public_holidays") is True,
        closed=dict(pair for span in entry.get("closed") or () for pair in _closed_days(file, span)),
    )


def _closed_days(file: _File, value: Any) -> list[tuple[tuple[int, int], str]]:
    """Every (month, day) of a yearly span, which may go over the year's end."""
    entry = file.mapping(value, "closed", {"from", "to", "why"})
    try:
        first, last = (datetime.strptime(f"2024-{entry[k]}", "%Y-%m-%d") for k in ("from", "to"))  # noqa: DTZ007 a day of any year
    except (KeyError, ValueError):
        file.fail("closed", 'の from と to は "12-29" の形で書いてください')
    length = (last - first).days % 366 + 1
    days = (first + timedelta(days=n) for n in range(length))
    return [((d.month, d.day), str(entry.get("why", ""))) for d in days]


def _blackouts(file: _File, zone: ZoneInfo) -> tuple[Blackout, ...]:
    if not isinstance(file.content or [], list):
        file.fail("全体", "は - で始まる行の並びで書いてください")
    return tuple(_blackout(file, entry, zone) for entry in file.content or [])


def _blackout(file: _File, value: Any, zone: ZoneInfo) -> Blackout:
    entry = file.mapping(value, "期間", {"from", "to", "kind", "why", "set_by", "channels"})
    start, end = (file.moment(entry.get(key), key, zone) for key in ("from", "to"))
    if end <= start:
        file.fail("to", "が from より前です")
    return Blackout(
        start=start,
        end=end,
        kind=str(entry.get("kind", "")),
        why=str(entry.get("why", "")),
        set_by=str(entry.get("set_by", "")),
        channels=frozenset(map(str, entry.get("channels") or ())),
    )
