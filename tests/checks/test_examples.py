"""Each rule's bad example is found at its mark, and its good example is not. In an example ‸ stands before the fault."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.checks.registry import rules
from bot.checks.rule import MARK, Rule
from bot.cli.main import cli
from tests.office import write_content

MARKED = [r for r in rules().values() if MARK in r.bad and not r.id.startswith("timing.")]  # those need a clock: test_timing.py
FAMILIES = (
    *("dates", "personal", "placeholders", "orthography", "style", "tags", "links", "paper", "accessibility"),
    *("silence", "wording", "sentences", "figures", "typos", "usage", "contact"),
)
FRONT = """---
id: 01TESTRULE
title: 書かない窓口
author: shimin-leader
measure: 1-1
achievement: done
channels: [x, newsletter]
{extra}---
{body}"""


def test_every_family_of_words_has_marked_examples() -> None:
    assert {rule.id.split(".")[0] for rule in MARKED} == set(FAMILIES)


class Desk:
    """A content folder and the command line, in this process: there are many examples."""

    def __init__(self, folder: Path) -> None:
        self.content = folder / "content"
        write_content(self.content)
        self._runner = CliRunner(env={"DXBOT_CONTENT_DIR": str(self.content), "DXBOT_VAR_DIR": str(folder / "var")})

    def run(self, *arguments: str) -> Result:
        return self._runner.invoke(cli, arguments)

    def written(self, example: str) -> tuple[Path, int, int]:
        """The file, and the place of the mark, which is taken out."""
        front = example.startswith(("link:", "images:", "newsletter:", "publish:", "hashtags:"))
        text = FRONT.format(extra=f"{example}\n" if front else "", body="はじめです。\n" if front else f"{example}\n")
        before = text.partition(MARK)[0]
        path = self.content / "posts" / "example.md"
        path.write_text(text.replace(MARK, ""), encoding="utf-8")
        return path, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1

    def found(self, path: Path, rule: Rule) -> list[tuple[int, int, str]]:
        out = self.run("check", str(path), "--json").output
        return [(f["line"], f["column"], f["level"]) for f in json.loads(out) if f["rule"] == rule.id]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("rule", MARKED, ids=lambda rule: rule.id)
def test_the_bad_example_is_found_at_its_mark(desk: Desk, rule: Rule) -> None:
    path, line, column = desk.written(rule.bad)
    assert desk.found(path, rule) == [(line, column, rule.level)]


@pytest.mark.parametrize("rule", MARKED, ids=lambda rule: rule.id)
def test_the_good_example_is_not(desk: Desk, rule: Rule) -> None:
    path, _, _ = desk.written(rule.good)
    assert desk.found(path, rule) == []


@pytest.mark.parametrize("rule", list(rules()))
def test_every_rule_is_explained_without_its_mark(desk: Desk, rule: str) -> None:
    explained = desk.run("explain", rule)
    assert explained.exit_code == 0
    assert MARK not in explained.output
