"""Texts that went out before, and posts that say the same: platforms take repeated texts for abuse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.checks.cache import Entry
from bot.checks.finding import Finding, at
from bot.checks.rule import Rule, SentText, Subject
from bot.errors import Place
from bot.render.variant import ChannelSpec
from bot.text.likeness import nearly_equal_to

_A_YEAR = timedelta(days=365)
_Pair = tuple[ChannelSpec, SentText]


def twice(path: Path, entry: Entry, seen: dict[tuple[str, str], tuple[Path, Entry]]) -> Iterator[Finding]:
    """What the posts checked before this one, which `seen` has by channel and text, say too. The post joins them."""
    others: dict[Path, list[str]] = {}
    for text in entry.texts:
        other, said = seen.get(text, (path, entry))
        if other != path and not _far_apart(said.publish, entry.publish):
            others.setdefault(other, []).append(text[0])
    seen.update(dict.fromkeys(entry.texts, (path, entry)))
    place = Place(path=path, line=entry.title[0], column=entry.title[1])
    for other, labels in others.items():
        message = f"{'・'.join(dict.fromkeys(labels))}の文が、原稿 {other.name} と同じです"
        yield at(place, TWICE.id, TWICE.level, message, "どちらかを消すか、違うことを書いてください")


def _far_apart(one: datetime | None, other: datetime | None) -> bool:
    """What is said once a year may be said in the same words."""
    return one is not None and other is not None and abs(one - other) > _A_YEAR


def _equal(subject: Subject, rule: Rule) -> Iterator[Finding]:
    same = ((spec, s) for spec, s in _same(subject) if not s.planned)
    advice = "続報なら、新しいことを書いてください。同じ文を何度も送ると、配信先がアカウントを止めることがあります"
    yield from _each(subject, rule, same, "と同じ文です", advice)


def _same(subject: Subject) -> Iterator[_Pair]:
    return ((spec, s) for spec, text in subject.canonical for s in subject.sent.get(spec.key, ()) if s.text == text)


def _planned(subject: Subject, rule: Rule) -> Iterator[Finding]:
    same = ((spec, s) for spec, s in _same(subject) if s.planned)
    advice = "同じ文が続くと、配信先が断ることがあります。時期に合わせて文を変えるか、どちらかを取り下げてください"
    yield from _each(subject, rule, same, "と同じ文です", advice)


def _similar(subject: Subject, rule: Rule) -> Iterator[Finding]:
    alike = (
        (spec, s)
        for spec, text in subject.canonical
        if (earlier := subject.sent.get(spec.key))
        for near in [nearly_equal_to(text)]
        for s in earlier
        if not s.planned and s.text != text and near(s.text)
    )
    yield from _each(subject, rule, alike, "とほとんど同じ文です", "前に出した文と比べ、違いが初めに伝わるように書いてください")


def _each(subject: Subject, rule: Rule, found: Iterable[_Pair], what: str, advice: str) -> Iterator[Finding]:
    """One finding for each channel, of the text that was sent last."""
    for spec, sent in {spec.key: (spec, sent) for spec, sent in found}.values():
        place = subject.place_of(f"{spec.key}.text", f"{spec.key}.lead", f"{spec.key}.title", "title")
        yield at(place, rule.id, rule.level, _named(spec, sent) + what, advice)


def _named(spec: ChannelSpec, sent: SentText) -> str:
    when = f"{sent.day.year}年{sent.day.month}月{sent.day.day}日に" if sent.day else ""
    if sent.planned:
        return f"{when}{spec.label}に出す予定の「{sent.planned}」"
    return f"{when}{spec.label}に出した投稿（{sent.url}）"


def _told_of_all(_: Subject, __: Rule) -> Iterator[Finding]:
    """One post alone repeats nothing."""
    return iter(())


_SOURCE = "各地の自治体のアカウント停止の記録（同じ文を続けて送ったあとの凍結）"
_BAD = "前に送ったものと一字も違わない文を、もう一度送る。"
_GOOD = "前に知らせたことに続けて、そのあとに分かったことを書く。"

TWICE = Rule(
    id="duplicates.twice",
    level="error",
    why="写して作った原稿をそのまま残すと、同じ知らせが二度出ます。",
    source=_SOURCE,
    bad="同じ文の原稿が二つある。",
    good="原稿ごとに、違うことが書いてある。",
    check=_told_of_all,
)
RULES = (
    Rule(
        id="duplicates.equal",
        level="error",
        why="同じ文を続けて送った自治体のアカウントが、凍結されたことがあります。",
        source=_SOURCE,
        bad=_BAD,
        good=_GOOD,
        check=_equal,
    ),
    Rule(
        id="duplicates.planned",
        level="warning",
        why="毎月の知らせなど、同じ文を先の日付でいくつも申請すると、二つ目からは配信先に断られることがあります。",
        source="X の投稿の決まり（同じ内容の投稿は 403 で断られる）",
        bad="来月も同じ文で出すために、先の日付でもう一つ申請する。",
        good="その月に合わせて、文を変えて申請する。",
        check=_planned,
    ),
    Rule(
        id="duplicates.similar",
        level="warning",
        why="前と似た文は、読む人には同じ知らせに見え、配信先には迷惑な投稿に見えます。",
        source=_SOURCE,
        bad="前に送った文の日付だけを変えて、もう一度送る。",
        good=_GOOD,
        check=_similar,
    ),
    TWICE,
)
