"""The guide to the checks knows every rule, with its level."""

from __future__ import annotations

from bot.checks.finding import LEVEL_LABELS
from bot.checks.registry import rules
from bot.config import ROOT


def test_every_rule_stands_in_the_guide_with_its_level() -> None:
    guide = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    assert [r.id for r in rules().values() if f"| `{r.id}` | {LEVEL_LABELS[r.level]} |" not in guide] == []
