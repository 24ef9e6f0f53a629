"""One value's text as what its reader asked for. Full-width digits, colons and hyphens count as the half-width ones."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.language import say

YEARS = range(1900, 2200)  # whatever lies outside is a slip of the keyboard, and at the edges arithmetic with dates ends
_YES = ("true", "yes", "on", "はい")
_NO = ("false", "no", "off", "いいえ")
_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—―−ー"), "-")
_NUMBER = re.compile(r"([+-]?)(0|[1-9]\d{0,17}|[1-9]\d{0,2}(?:,\d{3}){1,5})(\.\d{1,18})?", re.ASCII)
_CLOCK = r"(\d{1,2}):(\d{2})(?::(\d{2}))?"
_DAY = r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
_MOMENT = re.compile(rf"{_DAY}(?:(?: +|T){_CLOCK} *(Z|[+-]\d{{2}}:?\d{{2}})?)?", re.ASCII | re.IGNORECASE)
_MONTH_DAY = re.compile(r"(\d{1,2})[-/](\d{1,2})", re.ASCII)
_DURATION = re.compile(r"(\d{1,4}) *(m|h|d|分|時間|日)", re.ASCII)
_UNITS = {"m": "minutes", "分": "minutes", "h": "hours", "時間": "hours", "d": "days", "日": "days"}


class Unclear(ValueError):
    """`what` follows the name of the value in a sentence, `advice` says what to write."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(what)
        self.what, self.advice = what, advice


def narrow(text: str) -> str:
    """`text` with half-width letters and digits."""
    return unicodedata.normalize("NFKC", text).strip()


def number(text: str) -> Decimal:
    """46.5, 208794 or 208,794. A leading zero is refused: nobody can tell what it was to be."""
    found = _NUMBER.fullmatch(narrow(text).translate(_HYPHENS))
    if not found:
        raise Unclear("を数として読めません", "46.5 か 208,794 のように、0から始めずに数だけを書いてください")
    return Decimal(found[0].replace(",", ""))


def integer(text: str) -> int:
    value = number(text)
    if value.as_tuple().exponent != 0:
        raise Unclear("は整数ではありません", "12 のように小数点のない数を書いてください")
    return int(value)


def ordinal(text: str) -> int | None:
    """A row's number as a form or an address sends it; None for what no row can have, be it of 5,000 digits."""
    return int(text) if re.fullmatch(r"\d{1,15}", text, re.ASCII) else None


def flag(text: str) -> bool:
    """true or false, and how people write them: yes/no, on/off, はい/いいえ."""
    word = narrow(text).lower()
    if word not in (*_YES, *_NO):
        raise Unclear("は、はい・いいえのどちらか分かりません", "true（はい）か false（いいえ）にしてください")
    return word in _YES


def clock(text: str) -> time:
    """9:30 or 09:30, seconds if need be."""
    found = re.fullmatch(_CLOCK, narrow(text), re.ASCII)
    if not found:
        raise _no_clock()
    return _clock(*found.groups())


def end_of_hours(text: str) -> time:
    """As `clock`; 24:00 is the end of the day, for who never closes."""
    return time.max if narrow(text) == "24:00" else clock(text)


def duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(narrow(text))
    if not found or not int(found[1]):
        raise Unclear("を長さとして読めません", "30m（分）、2h（時間）、1d（日）の形で書いてください")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def day(text: str) -> date:
    found = _MOMENT.fullmatch(narrow(text).translate(_HYPHENS))
    if not found or found[4]:
        raise Unclear("を日付として読めません", "2026-12-01 の形で書いてください")
    return _day(*found.groups()[:3])


def moment(text: str, zone: ZoneInfo, alone: timedelta | None = None) -> datetime:
    """An aware time, in the zone that is written or else in `zone`. A date alone is its midnight plus `alone`; without
    `alone` it is refused."""
    found = _MOMENT.fullmatch(narrow(text).translate(_HYPHENS))
    if not found:
        raise Unclear("を日時として読めません", "2026-12-01 12:15 の形で書いてください")
    on = _day(*found.groups()[:3])
    if found[4]:
        return datetime.combine(on, _clock(*found.groups()[3:6]), _offset(found[7]) if found[7] else zone)
    if alone is None:
        raise Unclear("に時刻がありません", say("{on} 12:15 のように、時刻まで書いてください", on=on))
    return datetime.combine(on, time(), zone) + alone


def month_day(text: str) -> tuple[int, int]:
    """12-29: a day of every year."""
    found = _MONTH_DAY.fullmatch(narrow(text).translate(_HYPHENS))
    try:
        if found:
            leap = date(2024, int(found[1]), int(found[2]))
            return leap.month, leap.day
    except ValueError:
        pass
    raise Unclear("を月と日として読めません", "12-29 の形で書いてください")


def _clock(hour: str, minute: str, second: str | None) -> time:
    try:
        return time(int(hour), int(minute), int(second or 0))
    except ValueError:
        raise _no_clock() from None


def _no_clock() -> Unclear:
    return Unclear("の時刻を読めません", "9:30 の形で、0:00 から 23:59 までの時刻を書いてください")


def _day(year: str, month: str, number_of_day: str) -> date:
    if int(year) not in YEARS:
        raise Unclear(
            "の年は使えません", say("{start}年から{stop}年までの日付にしてください", start=YEARS.start, stop=YEARS.stop - 1)
        )
    try:
        return date(int(year), int(month), int(number_of_day))
    except ValueError:
        raise Unclear("という日付はありません", "月と日を確かめてください") from None


def _offset(text: str) -> timezone:
    if text.upper() == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 14 or minutes > 59:
        raise Unclear("の時差を読めません", "+09:00 の形で書くか、時差を消してください")
    return timezone((-1 if text[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))
