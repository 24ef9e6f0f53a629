"""Days and times in a text, as an office writes them: with a year or without one, by era or not, with strokes or dots, with
the weekday behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.text.tokens.token import Token

ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867}  # the year before each first one
WEEKDAYS = "月火水木金土日"
_BRACKET = r"[ 　]?[（(](?:{})(?:曜日?)?(?:[・、][祝休])?[）)]"
_NUMBER = re.compile(r"[\d元]+")
_WITHIN_NUMBER = frozenset("./-,:：")
# Each tried where a number begins.
_DAY = re.compile(
    r"(?:(?:(?P<year>\d{1,5}|元)年[ 　]?)?(?P<month>\d{1,2})月[ 　]?(?P<day>\d{1,2})日(?![間分目])"
    r"|(?P<y2>\d{4})(?P<sign>[/.\-])(?P<m2>\d{1,2})(?P=sign)(?P<d2>\d{1,2})(?![\d/.\-])"
    r"|(?P<m3>\d{1,2})/(?P<d3>\d{1,2})(?![\d/.])"
    rf"|(?P<m4>\d{{1,2}})\.(?P<d4>\d{{1,2}})(?={_BRACKET.format(f'[{WEEKDAYS}]')})"
    r"|(?<!月)(?P<alone>\d{1,2})日(?![間分目以前後]|ほど|ごと))"
    rf"(?:{_BRACKET.format(f'(?P<weekday>[{WEEKDAYS}])')}|、?(?P<named>[{WEEKDAYS}])曜)?"
)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:時(?![間点代期速給])(?:(?P<minute>\d{1,2})分|(?P<past>半))?|[:：](?P<colon>\d{2})(?![\d:：]))"
)
_HALF = re.compile(r"(?P<half>午前|午後)[ 　]?$")
UNTIL = re.compile(r"[ 　]?(?:から|より|[〜～~－–—-])[ 　、]?")


@dataclass(frozen=True, slots=True)
class Day(Token):
    """`year` is of the common era, None where none is written; `month` is None of a 「18日」 alone; `weekday` may be "".
    `stroke`: written as 12/18, which may be a fraction; `short`: a year such as 26 that may be of any calendar."""

    year: int | None
    month: int | None
    day: int
    weekday: str
    stroke: bool
    short: bool


@dataclass(frozen=True, slots=True)
class Clock(Token):
    """A time of the day: `hour` and `minute` as written, `half` is 午前, 午後 or "". `colon`: written as 17:15, which may be a
    ratio."""

    half: str
    hour: int
    minute: int
    colon: bool


def days(text: str) -> Iterator[Day]:
    """In order."""
    end = 0
    for number in _NUMBER.finditer(text):
        start = number.start()
        if start < end or (found := _DAY.match(text, start)) is None or text[start - 1 : start] in _WITHIN_NUMBER:
            continue
        era = text[start - 2 : start] if found["year"] and text[start - 2 : start] in ERAS else ""
        end, start = found.end(), start - len(era)
        yield _day(Token(start, end, text[start:end]), found, era)


def _day(token: Token, found: re.Match[str], era: str) -> Day:
    """Those groups of one alternative are there together."""
    year, month = found["year"] or found["y2"], found["month"] or found["m2"] or found["m3"] or found["m4"]
    number = 1 if year == "元" else int(year) if year else None
    return Day(
        token.start,
        token.end,
        token.text,
        year=None if number is None else number + ERAS.get(era, 0),
        month=int(month) if month else None,
        day=int(found["day"] or found["d2"] or found["d3"] or found["d4"] or found["alone"]),
        weekday=found["weekday"] or found["named"] or "",
        stroke=found["m3"] is not None,
        short=number is not None and number < 1000 and not era,
    )


def clocks(text: str) -> Iterator[Clock]:
    """In order. 24:00 and what no clock shows (25時, 9時75分) are given as written."""
    for number in _NUMBER.finditer(text):
        start = number.start()
        if (found := _CLOCK.match(text, start)) is None or text[start - 1 : start] in _WITHIN_NUMBER:
            continue
        half = _HALF.search(text, max(0, start - 3), start)
        start, end = half.start() if half else start, found.end()
        yield Clock(
            start,
            end,
            text[start:end],
            half=half["half"] if half else "",
            hour=int(found["hour"]),
            minute=30 if found["past"] else int(found["minute"] or found["colon"] or 0),
            colon=found["colon"] is not None,
        )
