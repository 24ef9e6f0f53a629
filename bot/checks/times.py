"""Times of the day: each must exist, and opening hours must not end before they begin."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.checks.dates import SOURCE
from bot.checks.finding import Finding, at
from bot.checks.rule import Rule, Subject
from bot.checks.spans import Span
from bot.text.tokens.days import UNTIL, Clock

_ADVICE = "時刻を確かめて直してください"
# A colon alone makes no time: 50:50 is a ratio, 45:75 a length. 深夜25時 is how broadcasters count.
_TIME_BEFORE = re.compile(r"(?:午前|午後|日[ 　]?|[）)][ 　]?)$")
_TIME_AFTER = re.compile(r"から|[〜～－-]\d{1,2}[:：]\d{2}|開始|開演|開場|集合|締切|まで")
_BOUND = re.compile(r"から|まで|に|[〜～－-]")
_BROADCAST = ("深夜", "翌", "翌日")
_NIGHT = re.compile(r"夜|翌|時間外|宿直|当直|閉庁|休日|朝")


def _impossible(subject: Subject, rule: Rule) -> Iterator[Finding]:
    for span, clock in subject.clocks:
        if not clock.half and (clock.hour > 24 or clock.minute > 59) and _is_meant(span.text, clock):
            yield at(span.place(clock.start), rule.id, rule.level, f"「{clock.text}」という時刻はありません", _ADVICE)


def _is_meant(text: str, clock: Clock) -> bool:
    before, after = text[max(0, clock.start - 3) : clock.start], text[clock.end : clock.end + 6]
    if clock.colon:
        return bool(_TIME_BEFORE.search(before) or _TIME_AFTER.match(after))
    # 26時 alone may be how a broadcaster counts, or a span of time.
    return not before.endswith(_BROADCAST) and ("分" in clock.text or bool(_BOUND.match(after)))


def _no_such_hour(subject: Subject, rule: Rule) -> Iterator[Finding]:
    for span, clock in subject.clocks:
        if clock.half and (clock.hour > 12 or clock.minute > 59):
            yield at(span.place(clock.start), rule.id, rule.level, f"「{clock.text}」という時刻はありません", _ADVICE)


def _reversed(subject: Subject, rule: Rule) -> Iterator[Finding]:
    earlier: tuple[Span, Clock] | None = None
    for span, clock in subject.clocks:
        begin = earlier[1] if earlier and earlier[0] is span else clock
        if UNTIL.fullmatch(span.text, begin.end, clock.start) and _ends_before(begin, clock, span.text):
            message = f"「{span.text[begin.start : clock.end]}」は、終わりが始まりより前です"
            yield at(span.place(begin.start), rule.id, rule.level, message, _ADVICE)
        earlier = (span, clock)


def _ends_before(begin: Clock, end: Clock, text: str) -> bool:
    """A night goes on until the morning; nobody opens from 18 to 17 o'clock, or from 17:15 to 8:30."""
    first, last = _minutes(begin, begin.half), _minutes(end, end.half or (begin.half if begin.half == "午後" else ""))
    if max(first, last) > 24 * 60 or last >= first:
        return False
    if last >= 12 * 60 or (begin.half == "午前" == end.half):
        return True
    return 16 * 60 <= first <= 18 * 60 and 8 * 60 <= last <= 10 * 60 and not _NIGHT.search(text)


def _minutes(clock: Clock, half: str) -> int:
    return (clock.hour + (12 if half == "午後" and clock.hour < 12 else 0)) * 60 + clock.minute


RULES = (
    Rule(
        id="dates.impossible-time",
        level="error",
        why="ない時刻は、だれかの打ち間違いです。",
        source=SOURCE,
        bad="受付は‸25時30分までです。",
        good="受付は17時15分までです。",
        check=_impossible,
    ),
    Rule(
        id="dates.no-such-hour",
        level="error",
        why="「午後13時」は、午後1時か13時かが分かりません。",
        source=SOURCE,
        bad="受付は‸午後13時からです。",
        good="受付は午後1時から、午前9時30分からです。",
        check=_no_such_hour,
    ),
    Rule(
        id="dates.reversed-hours",
        level="warning",
        why="終わりが始まりより前の時刻は、だれかの打ち間違いです。",
        source=SOURCE,
        bad="受付は‸18時から17時までです。",
        good="受付は9時から17時まで、夜間は22時から6時までです。",
        check=_reversed,
    ),
)
