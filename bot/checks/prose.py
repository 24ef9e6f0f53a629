"""Rules that look for an expression in a post's running text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from bot.checks.finding import Finding, Level, at
from bot.checks.rule import Rule, Subject
from bot.checks.spans import Span


def pattern(
    rule: str,
    level: Level,
    expression: str,
    message: str | Callable[[re.Match[str]], str],
    advice: str,
    *,
    why: str,
    source: str,
    bad: str,
    good: str,
    where: Callable[[Subject, Span], bool] = lambda _, span: not span.link.startswith(span.text or " "),
    quoted: bool = True,
    hints: str = "",
) -> Rule:
    """A rule that looks for an expression in the prose. `message` may hold {0} for what was found; a callable may answer ""
    for what is right after all. In `bad`, ‸ stands before the fault. `quoted`: what stands in 「 」 counts too.
    `hints` are texts, apart by blanks, without any of which there can be no fault: an expression is compiled only then, as most
    runs look at one post, and to compile a hundred takes as long as to read it."""
    needed = hints.split()

    @cache
    def compiled() -> re.Pattern[str]:
        return re.compile(expression, re.MULTILINE)

    def check(subject: Subject, own: Rule) -> Iterator[Finding]:
        if needed and not any(hint in subject.whole for hint in needed if hint[0] in subject.letters):
            return
        if not compiled().search(subject.whole):  # most rules find nothing in most posts
            return
        for span in subject.prose:
            if not where(subject, span):
                continue
            for match in compiled().finditer(span.text):
                if not quoted and _is_quoted(match):
                    continue
                said = message(match) if callable(message) else message.format(match[0])
                if said:
                    yield at(span.place(match.start()), own.id, own.level, said, advice)

    return Rule(id=rule, level=level, why=why, source=source, bad=bad, good=good, check=check)


def _is_quoted(match: re.Match[str]) -> bool:
    before = match.string[: match.start()]
    return before.count("「") > before.count("」") and "」" in match.string[match.end() :]
