"""Faulty sentences of the kinds that a PR office corrects, and right ones that a rule might take for faulty."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.checks.finding import Finding
from bot.checks.registry import check_post
from bot.checks.rule import Subject
from bot.cli.core import Core
from bot.registry import load
from bot.text.tokens.telephones import LABELS
from tests.office import write_content

HERE = Path(__file__).parent
FRONT = """---
title: 見本のお知らせです
author: shimin-leader
measure: 1-1
achievement: done
channels: [x, newsletter]
publish: 2026-12-10 12:15
---
"""
Check = Callable[[str], list[Finding]]


def sentences(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture
def check(tmp_path: Path) -> Check:
    write_content(tmp_path)
    core = Core(load({"DXBOT_CONTENT_DIR": str(tmp_path)}))

    def found(sentence: str) -> list[Finding]:
        post = core.library.parse(tmp_path / "posts" / "one.md", f"{FRONT}{sentence}\n".encode())
        return check_post(Subject(post, core.specs, core.templates, core.library.city, {}))

    return found


def test_what_is_faulty_is_found_by_its_own_rule(check: Check) -> None:
    """One is left: a sentence of 99 characters, where ordinary prose has as many."""
    missed = [s["rule"] for s in sentences("should-be-found.tsv") if s["rule"] not in {f.rule for f in check(s["sentence"])}]
    assert missed == ["sentences.long"]


def test_other_words_with_the_same_faults_are_found_too(check: Check) -> None:
    """Rules are of kinds, not of the sentences above. `rule` names all by which such a fault may be found."""
    missed = [s for s in sentences("more-found.tsv") if not {*s["rule"].split("|")} & {f.rule for f in check(s["sentence"])}]
    assert [s["sentence"] for s in missed] == []


@pytest.mark.parametrize("name", ["should-be-silent.tsv", "more-silent.tsv"])
def test_an_everyday_notice_is_left_alone(check: Check, name: str) -> None:
    everyday = [s["sentence"] for s in sentences(name) if s["kind"] == "everyday"]
    assert len(everyday) > 40
    # Where a link's address does not go out depends on the channels, not on the sentence.
    assert [s for s in everyday if {f.rule for f in check(s)} - {"left-out.address"}] == []


@pytest.mark.parametrize("name", ["should-be-silent.tsv", "more-silent.tsv"])
def test_nothing_right_is_stopped_and_little_is_warned_of(check: Check, name: str) -> None:
    hard = [s["sentence"] for s in sentences(name) if s["kind"] == "hard"]
    found = {s: {f.level for f in check(s)} for s in hard}
    assert [s for s, levels in found.items() if "error" in levels] == []
    assert sum(bool(levels) for levels in found.values()) <= len(hard) // 10


@pytest.mark.parametrize("label", LABELS)
def test_each_word_for_a_telephone_is_known_to_each_rule(check: Check, label: str) -> None:
    assert "contact.area-code" in {f.rule for f in check(f"{label}は220-2111です。")}
    assert "personal.my-number" in {f.rule for f in check("番号は123456789018です。")}
    for between in ("", "：", "番号は ", "は"):
        assert "personal.my-number" not in {f.rule for f in check(f"{label}{between}123456789018です。")}
