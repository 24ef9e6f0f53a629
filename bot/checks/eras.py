"""Years and what hangs on them: the era must agree, and what is to come must not be over."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bot.checks.dates import SOURCE, meant, on, written
from bot.checks.finding import Finding, at
from bot.checks.prose import pattern
from bot.checks.rule import Rule, Subject
from bot.text.tokens.days import ERAS

_CORRECTIONS = "各地の自治体の訂正の記録"
_LAST_YEARS = {"明治": 45, "大正": 15, "昭和": 64, "平成": 31}
# 「12月1日（火）に…開きます」: nothing between that tells of another day, or of something done (た).
_EVENT = r"(?:開催し|開き|開か|行い|行われ|実施し|始め|始まり|受け付け|募集し|説明し|締め切り|終わり|終了し)ます"
_COMING = re.compile(
    rf"(?!から|より|以降|[〜～-])[^。\nた\d]{{0,20}}?{_EVENT}"
    r"|(?:から|より)、?[^。\nた\d毎ずつ]{0,12}?(?:募集し|受付を(?:始め|開始し)|受け付け|始め|開始し)ます"
    r"|(?:まで|必着|締切|期限)(?!に|の|は)[^。\nた\d]{0,8}?(?:です|します|ください|$)|(?:まで)に、?[^。\nた\d]{0,20}?ください"
)
_LIMIT = re.compile(r"(?:締切|締め切り|申込期限|提出期限|期限|期日)(?:日)?(?:は|：|:)、?(?:[^。\nた\d]{0,6})$")
_IS = re.compile(r"(?:です|。|$)")


def _over(subject: Subject, rule: Rule) -> Iterator[Finding]:
    """A day without a year is the one nearest to the post's own."""
    for span, day in subject.days:
        if day.month is None or day.short or (day.stroke and not day.weekday):
            continue
        said = _COMING.match(span.text, day.end) or (_IS.match(span.text, day.end) and _LIMIT.search(span.text, 0, day.start))
        if not said or (today := on(subject)) is None:
            continue
        when = written(day) if day.year is not None else meant(span.text, day, day.month, today)
        if when and when < today:
            message = f"「{day.month}月{day.day}日」は、掲載の日（{today.month}月{today.day}日）より前です"
            yield at(span.place(day.start), rule.id, rule.level, message, "日付か、publish: の日時を確かめてください")


# 「2027年4月に始めました」: nothing between that is itself still to come.
_DONE = re.compile(
    r"(?P<era>令和)?(?P<year>\d{1,4}|元)年(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?(?:[（(][^）)]{1,4}[）)])?"
    r"(?:に|から)(?:(?!る|予定|計画|向け|備え|ます)[^。、\n\d]){0,14}ました"
)


def _number(text: str) -> int:
    return 1 if text == "元" else int(unicodedata.normalize("NFKC", text))


def _not_yet(subject: Subject, rule: Rule) -> Iterator[Finding]:
    if "ました" not in subject.whole:
        return
    for span in (s for s in subject.prose if "月" in s.text):
        for match in _DONE.finditer(span.text):
            if (today := on(subject)) is None:
                return
            year, month = _number(match["year"]) + ERAS.get(match["era"] or "", 0), _number(match["month"])
            if year < 1000 or (year, month, _number(match["day"] or "1")) <= (today.year, today.month, today.day):
                continue
            message = f"「{match[0]}」とありますが、掲載の日（{today.year}年{today.month}月{today.day}日）より後です"
            advice = "年と月を確かめるか、「する予定です」のように書いてください"
            yield at(span.place(match.start()), rule.id, rule.level, message, advice)


def _era(match: re.Match[str]) -> str:
    western = _number(match["western"] or match["first"])
    name, count = match["name"] or match["second"], match["count"] or match["number"]
    right = ERAS[name] + _number(count)
    return "" if western == right else f"{name}{count}年は{right}年です（{western}年とあります）"


def _past_the_last(match: re.Match[str]) -> str:
    return "" if _number(match["count"]) <= _LAST_YEARS[match["name"]] else f"「{match[0]}」という年はありません"


RULES = (
    pattern(
        "dates.era",
        "error",
        r"(?P<name>令和|平成|昭和)(?P<count>\d{1,2}|元)(?:年(?:度)?)?[（(](?P<western>\d{4})(?:年(?:度)?)?[）)]|"
        r"(?P<first>\d{4})(?:年(?:度)?)?[（(](?P<second>令和|平成|昭和)(?P<number>\d{1,2}|元)(?:年(?:度)?)?[）)]",
        _era,
        "元号と西暦のどちらが正しいかを確かめて直してください",
        why="元号と西暦が食い違うと、どちらの年か分かりません。",
        source=SOURCE,
        bad="‸令和7年（2026年）に始めました。",
        good="令和8年（2026年）に始めました。",
        hints="令和 平成 昭和",
    ),
    Rule(
        id="dates.over",
        level="warning",
        why="終わった催しの案内は、出かけた人を困らせます。",
        source=_CORRECTIONS,
        bad="publish: 2026-12-10 12:15\nreason: ‸12月1日に説明会を開きます。",
        good="publish: 2026-12-10 12:15\nreason: 12月15日に説明会を開きます。",
        check=_over,
        timely=True,
    ),
    Rule(
        id="dates.not-yet",
        level="warning",
        why="まだ来ていない日に「しました」とあるのは、年や月の打ち間違いです。",
        source=_CORRECTIONS,
        bad="publish: 2026-12-10 12:15\nreason: ‸2027年4月に始めました。",
        good="publish: 2026-12-10 12:15\nreason: 2026年4月に始めました。",
        check=_not_yet,
        timely=True,
    ),
    pattern(
        "dates.far-year",
        "warning",
        r"(?<![\d.,])(?:20[4-9]\d年(?=\d{1,2}月)|(?:0\d{3}|2[1-9]\d\d|[3-9]\d{3}|\d{5,})年)(?![前後間余]|以上|の歴史|"
        r"に[一1１]度|ぶり|かけ|続)",
        "「{0}」は、遠すぎる年です",
        "年の数字を確かめて直してください",
        why="「2026年」を「2206年」と打つ間違いは、読み返しても見落とします。",
        source=SOURCE,
        bad="‸2206年に始めました。",
        good="2026年に始めました。5000年前の遺跡です。",
        hints="年",
        numeric=True,
    ),
    pattern(
        "dates.no-such-era-year",
        "warning",
        r"(?P<name>明治|大正|昭和|平成)(?P<count>\d{1,2})年",
        _past_the_last,
        "いまの元号か西暦に直してください",
        why="平成は31年、昭和は64年までです。古い計画から写した年が残っていることがあります。",
        source=SOURCE,
        bad="‸平成35年までに終えます。",
        good="令和5年に終えました。平成31年からの事業です。",
        hints="明治 大正 昭和 平成",
    ),
)
