"""断り: where an author says why a finding does not hold. The finding stays, with the reason, for whoever approves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.checks.finding import Finding, at
from bot.checks.rule import MARK, Rule, Subject
from bot.content.suppressions import Suppression, suppressions


def applied(subject: Subject, found: Sequence[Finding], rules: Mapping[str, Rule]) -> Iterator[Finding]:
    """The findings, those that the author has answered with their answer, and each suppression that answers nothing."""
    said = list(suppressions(subject.post.source.text))
    answers = {(r.rule, r.line): r.reason for r in said if _problem(r, rules) is None}
    for finding in found:
        reason = answers.get((finding.rule, finding.line), "") if finding.level != "error" else ""
        yield replace(finding, silenced=reason) if reason else finding
    there = {(f.rule, f.line) for f in found}
    for suppression in said:
        problem = _problem(suppression, rules)
        missed = (suppression.rule, suppression.line) not in there
        if problem is None and missed and not _unasked(subject, rules[suppression.rule]):
            problem = (f"断り「{suppression.rule}」に当たる指摘がありません", "要らなくなった断りを消してください")
        if problem:
            yield at(subject.post.source.place(suppression.offset), VOID.id, VOID.level, *problem)


def _unasked(subject: Subject, rule: Rule) -> bool:
    """Nobody said when the post is looked at, so what the suppression answers may not have been found yet."""
    return rule.timely and subject.timetable is None and subject.post.publish is None


def _problem(suppression: Suppression, rules: Mapping[str, Rule]) -> tuple[str, str] | None:
    """What is wrong with a suppression whatever was found, and what to do."""
    rule = rules.get(suppression.rule)
    if rule is None:
        return (
            f"断りに書かれた決まり「{suppression.rule}」はありません",
            "指摘の終わりの [ ] の中の名前を、そのまま書いてください",
        )
    if rule.level == "error":
        return f"「{rule.id}」は直さないと出せない指摘のため、断れません", "断りを消し、指摘のところを直してください"
    if not suppression.reason:
        return "断りに理由がありません", "決まりの名前のあとに、なぜそのままでよいかを書いてください"
    return None


def _found_by_applied(_: Subject, __: Rule) -> Iterator[Finding]:
    """Whether a suppression answers something shows only when everything else was found."""
    return iter(())


VOID = Rule(
    id="silence.void",
    level="warning",
    why="効いていない断りは、あとで読む人に、確かめ済みだと思わせます。",
    source="本システムの決まり",
    bad=f"{MARK}<!-- 点検: style.comma -->\nこれまで，紙でした。",
    good="<!-- 点検: style.comma 法令名の引用のため -->\nこれまで，紙でした。",
    check=_found_by_applied,
)
RULES = (VOID,)
