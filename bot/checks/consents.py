"""Pictures that the post must not show at its time: the consent of those who are in it ends before, or the office has said that
it is not to come again.

Errors, which no author can answer: it is the person in the picture who agrees, and the office that keeps the record. Whoever
knows of a longer consent has it written there, with a name and a date, instead of into a file (ADR 43). What is found depends
on the moment, so it is never remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from bot.checks import timing
from bot.checks.finding import Finding, at
from bot.checks.rule import Rule, Subject, Timetable
from bot.content.picture_limits import PictureLimit, reached


def _barred_by(cause: str, advice: str) -> Callable[[Subject, Rule], Iterator[Finding]]:
    def check(subject: Subject, rule: Rule) -> Iterator[Finding]:
        if subject.timetable is None or not subject.picture_limits:
            return
        moment = _moment(subject, subject.timetable)
        for number, picture in enumerate(subject.post.pictures):
            own = subject.picture_limits.get(picture.path, ())
            if (limit := reached((one for one in own if one.cause == cause), moment)) is not None:
                place = subject.place_of(f"images.{number}.file", "images")
                yield at(place, rule.id, rule.level, _message(picture.file, limit, subject.timetable.now), advice)

    return check


def _moment(subject: Subject, table: Timetable) -> datetime:
    """When the last channel would get it, as far as that is known."""
    if subject.post.publish:
        return max(subject.post.publish, table.now)
    times = [moment for _, moment in timing.slot_times(subject, table) if moment is not None]
    return max([table.now, *times])


def _message(file: str, limit: PictureLimit, now: datetime) -> str:
    if limit.start > now:
        return f"画像「{file}」は、配信の時刻には使えません（{limit.said.replace('過ぎています', '過ぎます')}）"
    return f"画像「{file}」は使えません（{limit.said}）"


_SOURCE = "肖像権についての各地の自治体の広報の手引、個人情報の保護に関する法律"
_BAD = "images: [{file: 使えない写真.jpg, alt: 窓口のようす, people: consented, consent: 承諾書 1}]"
_GOOD = "images: [{file: 使える写真.jpg, alt: 窓口のようす, people: none}]"

RULES = (
    Rule(
        id="consents.ended",
        level="error",
        why="写った人が認めた期限のあとに出すと、約束を破ることになります。",
        source=_SOURCE,
        bad=_BAD,
        good=_GOOD,
        check=_barred_by(
            "consent",
            "ほかの画像にするか、期限より前の時刻にしてください。承諾を延ばしたときは、広報担当が「写真」の画面で期限を直します",
        ),
        timely=True,
    ),
    Rule(
        id="consents.not-again",
        level="error",
        why="写った人の申し出や古くなったことなど、市が使わないと決めた訳があります。",
        source=_SOURCE,
        bad=_BAD,
        good=_GOOD,
        check=_barred_by("not_again", "ほかの画像に差し替えてください。訳は広報担当に聞いてください"),
        timely=True,
    ),
)
IDS = frozenset(rule.id for rule in RULES)
