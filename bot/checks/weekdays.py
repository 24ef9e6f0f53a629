"""Days without a year, and spans that end before they begin. Such a day is the one nearest to the post's own."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from bot.checks.finding import Finding, at
from bot.checks.prose import pattern
from bot.checks.rule import Rule, Subject

_WEEKDAYS = "月火水木金土日"
_SOURCE = "公用文作成の考え方（文化審議会建議）、暦の計算"
_BRACKET = r"[ 　]?[（(](?P<weekday>[月火水木金土日])(?:曜日?)?(?:・[祝休])?[）)]"
_DAY = re.compile(
    r"(?<![\d年/])(?:(?P<month>\d{1,2})月(?P<day>\d{1,2})日|(?P<m2>\d{1,2})/(?P<d2>\d{1,2})(?![\d/])|"
    r"(?<![月\d])(?P<alone>\d{1,2})日)" + _BRACKET
)
_HALF_A_YEAR = timedelta(days=183)
_NEVER = re.compile(r"(?<![\d年])(?P<month>\d{1,2})月(?P<day>\d{1,2})日")
_SPAN = r"(?:から|[〜～－-])"
_HOURS = re.compile(rf"(?<!\d)(?P<from>\d{{1,2}})時(?:(?P<m1>\d{{1,2}})分|(?P<half>半))?{_SPAN}(?P<to>\d{{1,2}})時")
_DAYS = re.compile(
    rf"(?<![\d年])(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})日(?:[（(][^）)]{{1,4}}[）)])?{_SPAN}"
    r"(?:(?P<m2>\d{1,2})月)?(?P<d2>\d{1,2})日"
)
_AFTERNOON = re.compile(r"(?P<half>午前|午後)(?P<hour>\d{1,2})(?:時|[:：])")


def _near(on: date, month: int, day: int) -> date | None:
    """The day of that month that is nearest; None where there is none in the year that is nearest."""
    found = []
    for year in (on.year - 1, on.year, on.year + 1):
        if 1 <= month <= 12 and day <= monthrange(year, month)[1] and day >= 1:
            found.append(date(year, month, day))
    near = min(found, key=lambda d: abs(d - on), default=None)
    return near if near and abs(near - on) <= _HALF_A_YEAR else None


def _on(subject: Subject) -> date | None:
    """The day of the post: the wished one, else today."""
    if subject.post.publish is not None:
        return subject.post.publish.date()
    return subject.timetable.now.astimezone(subject.timetable.rules.zone).date() if subject.timetable else None


def _weekdays(subject: Subject, rule: Rule) -> Iterator[Finding]:
    on = None
    for span in (s for s in subject.prose if "日" in s.text or "/" in s.text):
        month = 0
        for match in _DAY.finditer(span.text):
            # 「12月14日（月）から18日（土）」: the second day is of the month of the first.
            month = int(match["month"] or match["m2"] or month)
            if not month or (on := on or _on(subject)) is None:
                continue
            day = _near(on, month, int(match["day"] or match["d2"] or match["alone"]))
            if day and _WEEKDAYS[day.weekday()] != match["weekday"]:
                right = _WEEKDAYS[day.weekday()]
                said = f"{day.year}年{day.month}月{day.day}日は{right}曜日です（「{match['weekday']}」とあります）"
                advice = "日付か曜日のどちらが正しいかを確かめて直してください"
                yield at(span.place(match.start()), rule.id, rule.level, said, advice)


def _never(match: re.Match[str]) -> str:
    month, day = int(match["month"]), int(match["day"])
    longest = monthrange(2024, month)[1] if 1 <= month <= 12 else 0  # a leap year: 2月29日 may be meant
    return "" if 1 <= day <= longest else f"「{match[0]}」という日はありません"


def _reversed_hours(match: re.Match[str]) -> str:
    """A night goes on until the morning; nobody opens from 18 to 17 o'clock."""
    begin, end = int(match["from"]), int(match["to"])
    return f"「{match[0]}」は、終わりが始まりより前です" if 12 <= end < begin <= 24 else ""


def _reversed_days(match: re.Match[str]) -> str:
    month, last = int(match["month"]), int(match["m2"] or match["month"])
    begin, end = (month, int(match["day"])), (last, int(match["d2"]))
    # Over New Year a span goes on in the months of the next year.
    over = (month >= 10 and last <= 4) or _is_a_year(begin, end)
    return f"「{match[0]}」は、終わりが始まりより前です" if end < begin and not over else ""


def _is_a_year(begin: tuple[int, int], end: tuple[int, int]) -> bool:
    """4月1日から3月31日まで, as a fiscal year is: from the first of a month to the end of the one before."""
    month = (begin[0] + 10) % 12 + 1
    return begin[1] == 1 and end == (month, monthrange(2023, month)[1])


def _no_such_hour(match: re.Match[str]) -> str:
    return f"「{match['half']}{match['hour']}時」という時刻はありません" if int(match["hour"]) > 12 else ""


_ADVICE = "日付と時刻を確かめて直してください"

RULES = (
    Rule(
        id="dates.weekday-near",
        level="warning",
        why="年のない日付でも、曜日は掲載の年で決まります。曜日の誤りは、来る人を迷わせます。",
        source=_SOURCE,
        bad="publish: 2026-12-10 12:15\nreason: ‸12月15日（水）に休みます。",
        good="publish: 2026-12-10 12:15\nreason: 12月14日（月）から18日（金）まで休みます。",
        check=_weekdays,
    ),
    pattern(
        "dates.impossible-near",
        "error",
        _NEVER.pattern,
        _never,
        _ADVICE,
        why="ない日は、だれかの打ち間違いです。",
        source=_SOURCE,
        bad="締切は‸11月31日です。",
        good="締切は11月30日です。2月29日にも開きます。",
        hints="月",
        numeric=True,
    ),
    pattern(
        "dates.reversed-hours",
        "warning",
        _HOURS.pattern,
        _reversed_hours,
        _ADVICE,
        why="終わりが始まりより前の時刻は、だれかの打ち間違いです。",
        source=_SOURCE,
        bad="受付は‸18時から17時までです。",
        good="受付は9時から17時まで、夜間は22時から6時までです。",
        hints="時",
        numeric=True,
    ),
    pattern(
        "dates.reversed-days",
        "warning",
        _DAYS.pattern,
        _reversed_days,
        _ADVICE,
        why="終わりが始まりより前の期間は、だれかの打ち間違いです。",
        source=_SOURCE,
        bad="期間は‸12月20日から12月10日までです。",
        good="期間は12月10日から20日まで、12月20日から1月10日まで、年度は4月1日から3月31日までです。",
        hints="月",
        numeric=True,
    ),
    pattern(
        "dates.no-such-hour",
        "error",
        _AFTERNOON.pattern,
        _no_such_hour,
        _ADVICE,
        why="「午後13時」は、午後1時か13時かが分かりません。",
        source=_SOURCE,
        bad="受付は‸午後13時からです。",
        good="受付は午後1時から、午前9時30分からです。",
        hints="午前 午後",
    ),
)
