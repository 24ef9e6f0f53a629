"""Dates: the weekday, the era and the year must agree, the day must exist, and what is to come must not be over."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from bot.checks.finding import Finding, at
from bot.checks.prose import pattern
from bot.checks.rule import Rule, Subject

_DATE = r"(?P<era>令和|平成|昭和)?(?P<year>\d{1,4}|元)年(?P<month>\d{1,2})月(?P<day>\d{1,2})日"
_SOURCE = "公用文作成の考え方（文化審議会建議）、暦の計算"
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_WEEKDAYS = "月火水木金土日"
_Check = Callable[[Subject, Rule], Iterator[Finding]]


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


# A colon alone makes no time: 50:50 is a ratio, 45:75 a length. 深夜25時 is how broadcasters count.
_TIME_BEFORE = re.compile(r"(?:午前|午後|日[ 　]?|[）)][ 　]?)$")
_TIME_AFTER = re.compile(r"から|[〜～－-]\d{1,2}[:：]\d{2}|開始|開演|開場|集合|締切")


def _impossible_time(match: re.Match[str]) -> str:
    hour, minute = _number(match["hour"]), _number(match["minute"] or match["colon"])
    before, after = match.string[max(0, match.start() - 3) : match.start()], match.string[match.end() : match.end() + 6]
    if (hour <= 24 and minute < 60) or (before[-1:] in "0123456789０１２３４５６７８９:：." and before):
        return ""
    if match["minute"]:
        return "" if before.endswith(("深夜", "翌", "翌日")) else f"「{match[0]}」という時刻はありません"
    told = _TIME_BEFORE.search(before) or _TIME_AFTER.match(after)
    return f"「{match[0]}」という時刻はありません" if told else ""


def _era(match: re.Match[str]) -> str:
    western = _number(match["western"] or match["first"])
    name, count = match["name"] or match["second"], match["count"] or match["number"]
    right = _ERAS[name] + _number(count)
    return "" if western == right else f"{name}{count}年は{right}年です（{western}年とあります）"


# 「12月1日（火）に…開きます」: nothing between that tells of another day, of something done (た), or of a time that goes on.
_COMING = re.compile(
    r"(?:(?P<era>令和)?(?P<year>\d{1,4}|元)年)?(?<![\d/])(?P<month>\d{1,2})月(?P<day>\d{1,2})日(?:[（(][^）)]{1,4}[）)])?"
    r"(?!から|より|以降|[〜～-])[^。\nた\d]{0,20}?"
    r"(?:開催し|開き|開か|行い|行われ|実施し|始め|始まり|受け付け|募集し|説明し)ます"
)
# 「2027年4月に始めました」: nothing between that is itself still to come.
_DONE = re.compile(
    r"(?P<era>令和)?(?P<year>\d{1,4}|元)年(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?(?:[（(][^）)]{1,4}[）)])?"
    r"(?:に|から)(?:(?!る|予定|計画|向け|備え|ます)[^。、\n\d]){0,14}ました"
)
_EVERY_YEAR = re.compile(r"(?:毎年|例年|去年|昨年|前年)の?$")
_HALF_A_YEAR = timedelta(days=183)
_LAST_YEARS = {"明治": 45, "大正": 15, "昭和": 64, "平成": 31}


def _coming(match: re.Match[str], on: date) -> str:
    """A day without a year is the one nearest to the post's own."""
    day = _day_near(match, on)
    if day is None or day >= on or _EVERY_YEAR.search(match.string[max(0, match.start() - 3) : match.start()]):
        return ""
    return f"「{match['month']}月{match['day']}日」は、掲載の日（{on.month}月{on.day}日）より前です"


def _day_near(match: re.Match[str], on: date) -> date | None:
    if match["year"] is not None:
        return None if _year_is_short(match) else _day(match)
    try:
        day = date(on.year, _number(match["month"]), _number(match["day"]))
    except ValueError:
        return None
    return None if day < on - _HALF_A_YEAR else day


def _done(match: re.Match[str], on: date) -> str:
    if _year_is_short(match):
        return ""
    year, month = _number(match["year"]) + _ERAS.get(match["era"] or "", 0), _number(match["month"])
    if (year, month, _number(match["day"] or "1")) <= (on.year, on.month, on.day):
        return ""
    return f"「{match[0]}」とありますが、掲載の日（{on.year}年{on.month}月{on.day}日）より後です"


def _against_the_day(expression: re.Pattern[str], said: Callable[[re.Match[str], date], str], advice: str) -> _Check:
    """Looks at a post that wishes for a time; without one there is nothing to compare with."""

    def check(subject: Subject, rule: Rule) -> Iterator[Finding]:
        if subject.post.publish is None:
            return
        on = subject.post.publish.date()
        for span in (s for s in subject.prose if "月" in s.text):  # the expressions are slow where there is no day
            for match in expression.finditer(span.text):
                if message := said(match, on):
                    yield at(span.place(match.start()), rule.id, rule.level, message, advice)

    return check


def _over(match: re.Match[str]) -> str:
    return "" if _number(match["count"]) <= _LAST_YEARS[match["name"]] else f"「{match[0]}」という年はありません"


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
        hints="（月 （火 （水 （木 （金 （土 （日 (月 (火 (水 (木 (金 (土 (日",
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
        hints="年",
        numeric=True,
    ),
    pattern(
        "dates.impossible-time",
        "error",
        r"(?P<hour>\d{1,2})(?:時(?P<minute>\d{1,2})分|[:：](?P<colon>\d{2})(?![\d:：]))",
        _impossible_time,
        "時刻を確かめて直してください",
        why="ない時刻は、だれかの打ち間違いです。",
        source=_SOURCE,
        bad="受付は‸25時30分までです。",
        good="受付は17時15分までです。",
        hints="時 : ：",
        numeric=True,
    ),
    pattern(
        "dates.era",
        "error",
        r"(?P<name>令和|平成|昭和)(?P<count>\d{1,2}|元)年(?:度)?[（(](?P<western>\d{4})年(?:度)?[）)]|"
        r"(?P<first>\d{4})年(?:度)?[（(](?P<second>令和|平成|昭和)(?P<number>\d{1,2}|元)年(?:度)?[）)]",
        _era,
        "元号と西暦のどちらが正しいかを確かめて直してください",
        why="元号と西暦が食い違うと、どちらの年か分かりません。",
        source=_SOURCE,
        bad="‸令和7年（2026年）に始めました。",
        good="令和8年（2026年）に始めました。",
        hints="年（ 年( 度（ 度(",
    ),
    Rule(
        id="dates.over",
        level="warning",
        why="終わった催しの案内は、出かけた人を困らせます。",
        source="各地の自治体の訂正の記録",
        bad="publish: 2026-12-10 12:15\nreason: ‸12月1日に説明会を開きます。",
        good="publish: 2026-12-10 12:15\nreason: 12月15日に説明会を開きます。",
        check=_against_the_day(_COMING, _coming, "日付か、publish: の日時を確かめてください"),
    ),
    Rule(
        id="dates.not-yet",
        level="warning",
        why="まだ来ていない日に「しました」とあるのは、年や月の打ち間違いです。",
        source="各地の自治体の訂正の記録",
        bad="publish: 2026-12-10 12:15\nreason: ‸2027年4月に始めました。",
        good="publish: 2026-12-10 12:15\nreason: 2026年4月に始めました。",
        check=_against_the_day(_DONE, _done, "年と月を確かめるか、「する予定です」のように書いてください"),
    ),
    pattern(
        "dates.far-year",
        "warning",
        r"(?<![\d.,])(?:0\d{3}|2[1-9]\d\d|[3-9]\d{3}|\d{5,})年(?![前後間余]|以上|の歴史|に[一1１]度|ぶり|かけ|続)",
        "「{0}」は、遠すぎる年です",
        "年の数字を確かめて直してください",
        why="「2026年」を「2206年」と打つ間違いは、読み返しても見落とします。",
        source=_SOURCE,
        bad="‸2206年に始めました。",
        good="2026年に始めました。5000年前の遺跡です。",
        hints="年",
        numeric=True,
    ),
    pattern(
        "dates.no-such-era-year",
        "warning",
        r"(?P<name>明治|大正|昭和|平成)(?P<count>\d{1,2})年",
        _over,
        "いまの元号か西暦に直してください",
        why="平成は31年、昭和は64年までです。古い計画から写した年が残っていることがあります。",
        source=_SOURCE,
        bad="‸平成35年までに終えます。",
        good="令和5年に終えました。平成31年からの事業です。",
        hints="明治 大正 昭和 平成",
    ),
)
