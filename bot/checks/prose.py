"""Rules that look for an expression in a post's running text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, partial

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
    numeric: bool = False,
) -> Rule:
    """A rule that looks for an expression in the prose. `message` may hold {0} for what was found; a callable may answer ""
    for what is right after all. In `bad`, ‸ stands before the fault. `quoted`: what stands in 「 」 counts too.
    `hints` are texts, apart by blanks, without any of which there can be no fault: an expression is compiled only then, as most
    runs look at one post, and to compile a hundred takes as long as to read it. `numeric`: what is found begins with a number,
    but for an era that may stand before it, so that the expression is tried there alone."""
    needed = Hints(hints)

    @cache
    def compiled() -> re.Pattern[str]:
        return re.compile(expression, re.MULTILINE)

    def check(subject: Subject, own: Rule) -> Iterator[Finding]:
        if not needed.may_stand_in(subject):
            return
        if numeric and not any(map(partial(compiled().match, subject.whole), subject.numbers)):
            return
        if not numeric and not compiled().search(subject.whole):  # most rules find nothing in most posts
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


class Hints:
    """Texts, one of which must stand in a post. A look at the characters and pairs of them that it holds spares the search
    for most."""

    def __init__(self, hints: str) -> None:
        every = hints.split()
        self._any = not every
        self._single = frozenset(hint for hint in every if len(hint) == 1)
        self._pairs = frozenset(hint for hint in every if len(hint) == 2)
        self._longer: dict[str, list[str]] = {}
        for hint in every:
            if len(hint) > 2:
                self._longer.setdefault(hint[:2], []).append(hint)

    def may_stand_in(self, subject: Subject) -> bool:
        if self._any or not (self._single.isdisjoint(subject.letters) and self._pairs.isdisjoint(subject.pairs)):
            return True
        begun = self._longer.keys() & subject.pairs
        return any(hint in subject.whole for pair in begun for hint in self._longer[pair])


def _is_quoted(match: re.Match[str]) -> bool:
    before = match.string[: match.start()]
    return before.count("「") > before.count("」") and "」" in match.string[match.end() :]
