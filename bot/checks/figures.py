"""Figures: each comes from content/strategy/indicators.yml, with its source and date."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.checks.finding import Finding, at
from bot.checks.rule import Rule, Subject
from bot.content.document import Text, inlines, leaves

_PERCENT = re.compile(r"\d[\d,.]*\s*[%％]")


def _typed_percent(subject: Subject, rule: Rule) -> Iterator[Finding]:
    """A percentage typed by hand: the source shows digits there, not a reference."""
    source = subject.post.source
    for block in subject.post.document.blocks:
        for line in inlines(block):
            for leaf in leaves(line):
                if not isinstance(leaf, Text) or source.text.startswith("{{", leaf.offset):
                    continue
                for match in _PERCENT.finditer(leaf.text):
                    yield at(
                        source.place(leaf.offset + match.start()),
                        rule.id,
                        rule.level,
                        f"「{match.group()}」の出典と時点が分かりません",
                        "strategy/indicators.yml に出典・時点を添えて登録し、{{ indicator.名前.value }} と書いてください",
                    )


RULES = (
    Rule(
        id="figures.unsourced",
        level="warning",
        why="数値は、出典と時点がそろって初めて確かめられます。",
        source="本システムの決まり（数値は指標の台帳から引く）",
        bad="取得率は46.5%です。",
        good="取得率は{{ indicator.mynumber_kanazawa.rate }}%です。",
        check=_typed_percent,
    ),
)
