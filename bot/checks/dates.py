"""Dates: the weekday, the era and the year must agree, and the day must exist."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from bot.checks.prose import pattern

_DATE = r"(?P<era>令和|平成|昭和)?(?P<year>\d{1,4}|元)年(?P<month>\d{1,2})月(?P<day>\d{1,2})日"
_SOURCE = "公用文作成の考え方（文化審議会建議）、暦の計算"
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_WEEKDAYS = "月火水木金土日"


def _number(text: str) -> int:
    return 1 if text == "元" else int(unicodedata.normalize("NFKC", text))


def _day(match: re.Match[str]) -> date | None:
    year = _number(match["year"]) + _ERAS.get(match["era"] or "", 0)
    try:
        return date(year, _number(match["month"]), _number(match["day"]))
    except ValueError:
        return None


def _weekday(match: re.Match[str]) -> str:
    day = _day(match)
    if day is None or _year_is_short(match):
        return ""
    right = _WEEKDAYS[day.weekday()]
    if right == match["weekday"]:
        return ""
    return f"{day.year}年{day.month}月{day.day}日は{right}曜日です（「{match['weekday']}」とあります）"


def _year_is_short(match: re.Match[str]) -> bool:
    """「26年12月1日」 without an era may be of any calendar."""
    return match["era"] is None and _number(match["year"]) < 1000


def _impossible(match: re.Match[str]) -> str:
    return "" if _year_is_short(match) or _day(match) else f"「{match[0]}」という日はありません"


def _impossible_time(match: re.Match[str]) -> str:
    hour, minute = _number(match["hour"]), _number(match["minute"] or match["colon"])
    return "" if hour <= 24 and minute < 60 else f"「{match[0]}」という時刻はありません"


def _era(match: re.Match[str]) -> str:
    western = _number(match["western"])
    right = _ERAS[match["name"]] + _number(match["count"])
    return "" if western == right else f"{match['name']}{match['count']}年は{right}年です（{western}年とあります）"


RULES = (
    pattern(
        "dates.weekday",
        "error",
        _DATE + r"[ 　]?[（(](?P<weekday>[月火水木金土日])(?:曜日?)?(?:・[祝休])?[）)]",
        _weekday,
        "日付か曜日のどちらが正しいかを確かめて直してください",
        why="曜日の誤りは、来る人を迷わせる一番多い間違いです。",
        source=_SOURCE,
        bad="説明会は‸2026年12月1日（月）に開きます。",
        good="説明会は2026年12月1日（火）に開きます。",
    ),
    pattern(
        "dates.impossible",
        "error",
        _DATE,
        _impossible,
        "日付を確かめて直してください",
        why="ない日は、だれかの打ち間違いです。",
        source=_SOURCE,
        bad="締切は‸2026年11月31日です。",
        good="締切は2026年11月30日です。",
    ),
    pattern(
        "dates.impossible-time",
        "error",
        r"(?<![\d:：])(?P<hour>\d{1,2})(?:時(?P<minute>\d{1,2})分|[:：](?P<colon>\d{2})(?![\d:：]))",
        _impossible_time,
        "時刻を確かめて直してください",
        why="ない時刻は、だれかの打ち間違いです。",
        source=_SOURCE,
        bad="受付は‸25時30分までです。",
        good="受付は17時15分までです。",
    ),
    pattern(
        "dates.era",
        "error",
        r"(?:(?P<name>令和|平成|昭和)(?P<count>\d{1,2}|元)年(?:度)?[（(](?P<western>\d{4})年(?:度)?[）)])",
        _era,
        "元号と西暦のどちらが正しいかを確かめて直してください",
        why="元号と西暦が食い違うと、どちらの年か分かりません。",
        source=_SOURCE,
        bad="‸令和7年（2026年）に始めました。",
        good="令和8年（2026年）に始めました。",
    ),
)
