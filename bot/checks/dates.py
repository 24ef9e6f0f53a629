"""Days: the weekday must agree, the day must exist, and a span must not end before it begins."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from bot.checks.finding import Finding, at
from bot.checks.rule import Rule, Subject
from bot.checks.spans import Span
from bot.errors import Place
from bot.text.tokens.days import UNTIL, WEEKDAYS, Day

SOURCE = "公用文作成の考え方（文化審議会建議）、暦の計算"
_HALF_A_YEAR = timedelta(days=183)
# What stands before a day without a year, and moves it from the post's own year.
_YEARS_OFF = re.compile(r"(?P<less>去年|昨年|前年)の?$|(?P<more>来年|翌年)の?$|(?P<any>毎年|例年|一昨年|おととし|かつて)の?$")


def on(subject: Subject) -> date | None:
    """The day of the post: the wished one, else today."""
    if subject.post.publish is not None:
        return subject.post.publish.date()
    return subject.timetable.now.astimezone(subject.timetable.rules.zone).date() if subject.timetable else None


def near(today: date, month: int, day: int) -> date | None:
    """The day of that month that is nearest; None where there is none in the year that is nearest."""
    found = []
    for year in (today.year - 1, today.year, today.year + 1):
        if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:
            found.append(date(year, month, day))
    nearest = min(found, key=lambda d: abs(d - today), default=None)
    return nearest if nearest and abs(nearest - today) <= _HALF_A_YEAR else None


def written(day: Day) -> date | None:
    """With its own year; None for what no calendar has."""
    try:
        return date(day.year or 0, day.month or 0, day.day)
    except ValueError:
        return None


def meant(text: str, day: Day, month: int, today: date) -> date | None:
    """A day without a year, and what stands before it: 去年の12月1日."""
    off = _YEARS_OFF.search(text, max(0, day.start - 5), day.start)
    if off is None:
        return near(today, month, day.day)
    if off["any"]:
        return None
    try:
        return date(today.year + (1 if off["more"] else -1), month, day.day)
    except ValueError:
        return None


def _weekday(subject: Subject, rule: Rule) -> Iterator[Finding]:
    for span, day in subject.days:
        if day.weekday and day.year is not None and not day.short and (right := written(day)):
            yield from _unlike(span.place(day.start), rule, right, day.weekday)


def _weekday_near(subject: Subject, rule: Rule) -> Iterator[Finding]:
    last, month, today = None, 0, None
    for span, day in subject.days:
        # 「12月14日（月）から18日（土）」: the second day is of the month of the first.
        month = day.month or (month if span is last else 0)
        last = span
        if not day.weekday or not month or day.year is not None or (today := today or on(subject)) is None:
            continue
        if right := meant(span.text, day, month, today):
            yield from _unlike(span.place(day.start), rule, right, day.weekday)


def _unlike(place: Place, rule: Rule, right: date, written: str) -> Iterator[Finding]:
    if (name := WEEKDAYS[right.weekday()]) != written:
        message = f"{right.year}年{right.month}月{right.day}日は{name}曜日です（「{written}」とあります）"
        yield at(place, rule.id, rule.level, message, "日付か曜日のどちらが正しいかを確かめて直してください")


def _impossible(subject: Subject, rule: Rule) -> Iterator[Finding]:
    for span, day in subject.days:
        if day.year is not None and not day.short and written(day) is None:
            yield _no_such(span.place(day.start), rule, day)


_TIED = re.compile(r"まで|から|[〜～]|に(?:開|始|行|締|実施)")  # behind 9/31: it is no fraction


def _impossible_near(subject: Subject, rule: Rule) -> Iterator[Finding]:
    """A leap year's 2月29日 may be meant."""
    for span, day in subject.days:
        if day.year is not None or day.month is None:
            continue
        if day.stroke and not (1 <= day.month <= 12 and day.day <= 31 and (day.weekday or _TIED.match(span.text, day.end))):
            continue
        if not (1 <= day.month <= 12 and 1 <= day.day <= monthrange(2024, day.month)[1]):
            yield _no_such(span.place(day.start), rule, day)


def _no_such(place: Place, rule: Rule, day: Day) -> Finding:
    written = re.split(r"[（(]", day.text)[0]
    return at(place, rule.id, rule.level, f"「{written}」という日はありません", "日付を確かめて直してください")


def _reversed(subject: Subject, rule: Rule) -> Iterator[Finding]:
    earlier: tuple[Span, Day] | None = None
    for span, day in subject.days:
        begin = earlier[1] if earlier and earlier[0] is span else day
        if UNTIL.fullmatch(span.text, begin.end, day.start) and begin.month and _ends_before(begin, day):
            message = f"「{span.text[begin.start : day.end]}」は、終わりが始まりより前です"
            yield at(span.place(begin.start), rule.id, rule.level, message, "日付と時刻を確かめて直してください")
        earlier = (span, day)


def _ends_before(begin: Day, end: Day) -> bool:
    first, last = (begin.month or 0, begin.day), (end.month or begin.month or 0, end.day)
    if begin.stroke and not (1 <= first[0] <= 12 and 1 <= last[0] <= 12 and max(begin.day, end.day) <= 31):
        return False
    if end.year is not None or (begin.year is not None and end.month is None):
        return (end.year or begin.year or 0, *last) < (begin.year or 0, *first)
    # Over New Year a span goes on in the months of the next year.
    return last < first and not ((first[0] >= 10 and last[0] <= 4) or _is_a_year(first, last))


def _is_a_year(begin: tuple[int, int], end: tuple[int, int]) -> bool:
    """4月1日から3月31日まで, as a fiscal year is: from the first of a month to the end of the one before."""
    month = (begin[0] + 10) % 12 + 1
    return begin[1] == 1 and end == (month, monthrange(2023, month)[1])


RULES = (
    Rule(
        id="dates.weekday",
        level="error",
        why="曜日の誤りは、来る人を迷わせる一番多い間違いです。",
        source=SOURCE,
        bad="説明会は‸2026年12月1日（月）に開きます。",
        good="説明会は2026年12月1日（火）に開きます。",
        check=_weekday,
    ),
    Rule(
        id="dates.weekday-near",
        level="warning",
        why="年のない日付でも、曜日は掲載の年で決まります。曜日の誤りは、来る人を迷わせます。",
        source=SOURCE,
        bad="publish: 2026-12-10 12:15\nreason: ‸12月15日（水）に休みます。",
        good="publish: 2026-12-10 12:15\nreason: 12月14日（月）から18日（金）まで休みます。",
        check=_weekday_near,
        timely=True,
    ),
    Rule(
        id="dates.impossible",
        level="error",
        why="ない日は、だれかの打ち間違いです。",
        source=SOURCE,
        bad="締切は‸2026年11月31日です。",
        good="締切は2026年11月30日です。",
        check=_impossible,
    ),
    Rule(
        id="dates.impossible-near",
        level="error",
        why="ない日は、だれかの打ち間違いです。",
        source=SOURCE,
        bad="締切は‸11月31日です。",
        good="締切は11月30日です。2月29日にも開きます。",
        check=_impossible_near,
    ),
    Rule(
        id="dates.reversed-days",
        level="warning",
        why="終わりが始まりより前の期間は、だれかの打ち間違いです。",
        source=SOURCE,
        bad="期間は‸12月20日から12月10日までです。",
        good="期間は12月10日から20日まで、12月20日から1月10日まで、年度は4月1日から3月31日までです。",
        check=_reversed,
    ),
)
