"""The city's own words: content/words.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from bot.checks.finding import Finding, Replacement, at
from bot.checks.rule import Rule, Subject
from bot.content.words import Word
from bot.text.moments import day


def _listed(subject: Subject, rule: Rule) -> Iterator[Finding]:
    words = {word.wrong: word for word in subject.words if word.wrong in subject.whole}
    if not words:
        return
    expression = _expression(tuple(words.values()))
    for span in subject.prose:
        for match in expression.finditer(span.text):
            if word := words.get(match["wrong"] or ""):
                said = f"「{word.wrong}」は、市では「{word.right}」と書きます"
                yield at(span.place(match.start()), rule.id, rule.level, said, _advice(word), _replacement(word))


def _replacement(word: Word) -> Replacement:
    return Replacement(wrong=word.wrong, right=word.right)


def _advice(word: Word) -> str:
    since = f"{day(word.since, with_year=True)}から" if word.since else ""
    told = "、".join(filter(None, (word.reason, since)))
    return f"「{word.right}」に直してください" + (f"（{told}）" if told else "")


@lru_cache(maxsize=64)
def _expression(words: tuple[Word, ...]) -> re.Pattern[str]:
    """All at once, the longest first. What is right already and holds a wrong word within it is passed over."""
    right = sorted({word.right for word in words if any(other.wrong in word.right for other in words)}, key=len, reverse=True)
    wrong = sorted((word.wrong for word in words), key=len, reverse=True)
    passed = "|".join(map(re.escape, right))
    return re.compile((f"(?:{passed})|" if passed else "") + f"(?P<wrong>{'|'.join(map(re.escape, wrong))})")


RULES = (
    Rule(
        id="words.listed",
        level="warning",
        why="同じものを違う名前で呼ぶと、読む人は違うものだと思います。",
        source="市の言葉の表（content/words.yml）",
        bad="words.yml に「子供: {right: 子ども}」とあり、本文に「子供」とある。",
        good="words.yml に「子供: {right: 子ども}」とあり、本文に「子ども」とある。",
        check=_listed,
    ),
)
