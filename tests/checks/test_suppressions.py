"""An author's answer to a finding: it stays with its reason, is heard at its place alone, and is never seen by a reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.checks.test_examples import Desk, desk

__all__ = ["desk"]
SAID = "<!-- 点検: style.comma 法令名の引用のため -->"
FAULT = "これまで，紙でした。"
FIRST = 11  # the line of the file on which the body of these posts begins


def findings(desk: Desk, body: str, extra: str = "") -> list[dict[str, Any]]:
    path, _, _ = desk.written(f"はじめです。\n\n{body}")
    if extra:
        path.write_text(path.read_text(encoding="utf-8").replace("channels:", f"{extra}\nchannels:"), encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(desk.run("check", str(path), "--json").output)
    return found


@pytest.mark.parametrize(
    "body",
    [
        f"{SAID}\n{FAULT}",
        f"{FAULT}{SAID}",
        f"一行目です。\n{SAID}\n{FAULT}\n三行目です。",
        f"{SAID}\n\n{FAULT}",
        f"- 一つ\n{SAID}\n- {FAULT}",
    ],
)
def test_a_finding_stays_with_the_reason_of_its_suppression(desk: Desk, body: str) -> None:
    (finding,) = findings(desk, body)
    assert (finding["rule"], finding["silenced"]) == ("style.comma", "法令名の引用のため")
    assert body.split("\n")[finding["line"] - FIRST][finding["column"] - 1] == "，"


@pytest.mark.parametrize("body", [f"{SAID}\n前の行です。\n{FAULT}", f"{FAULT}\n{SAID}", f"{FAULT}\n\n{SAID}\n次の段落です。"])
def test_a_suppression_elsewhere_answers_nothing_and_is_told(desk: Desk, body: str) -> None:
    found = {f["rule"]: f for f in findings(desk, body)}
    assert set(found) == {"style.comma", "silence.void"}
    assert found["style.comma"]["silenced"] == ""
    place = found["silence.void"]
    assert body.split("\n")[place["line"] - FIRST][place["column"] - 1 :].startswith("<!--")
    assert "当たる指摘がありません" in place["message"]


@pytest.mark.parametrize(
    ("suppression", "words"),
    [
        ("<!-- 点検: style.comma -->", "理由がありません"),
        ("<!-- 点検: style.nothing 法令名のため -->", "「style.nothing」はありません"),
        ("<!-- 点検: 法令名のため -->", "決まり「」はありません"),
        ("<!-- 点検：-->", "決まり「」はありません"),
    ],
)
def test_a_suppression_that_cannot_be_heard_silences_nothing(desk: Desk, suppression: str, words: str) -> None:
    found = {f["rule"]: f for f in findings(desk, f"{suppression}\n{FAULT}")}
    assert found["style.comma"]["silenced"] == ""
    assert words in found["silence.void"]["message"]


def test_what_must_be_put_right_cannot_be_answered(desk: Desk) -> None:
    found = {f["rule"]: f for f in findings(desk, "<!-- 点検: placeholders.left 未定のため -->\n受付は○時○分からです。")}
    assert (found["placeholders.left"]["level"], found["placeholders.left"]["silenced"]) == ("error", "")
    assert "断れません" in found["silence.void"]["message"]


def test_the_front_matter_has_its_own_form(desk: Desk) -> None:
    found = findings(desk, "本文です。", 'reason: "紙，窓口"  # 点検: style.comma 制度の名前のため')
    assert [(f["rule"], f["silenced"]) for f in found] == [("style.comma", "制度の名前のため")]
    own_line = findings(desk, "本文です。", '# 点検: style.comma 制度の名前のため\nreason: "紙，窓口"')
    assert [(f["rule"], f["silenced"]) for f in own_line] == [("style.comma", "制度の名前のため")]


def test_no_channel_and_no_preview_shows_a_suppression(desk: Desk, tmp_path: Path) -> None:
    path, _, _ = desk.written(f"はじめです。\n\n一行目です。\n{SAID}\n{FAULT}二つ目{SAID}")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("channels:", f"x: {{text: '一言です。{SAID}'}}\nchannels:"), encoding="utf-8")
    shown = desk.run("render", str(path), "--json").output
    assert "これまで，紙でした。二つ目" in shown
    assert "一言です。" in shown
    assert "点検" not in shown
    assert "法令名" not in shown


def test_any_other_comment_is_refused_as_before(desk: Desk) -> None:
    (finding,) = findings(desk, "<!-- ただの覚え書き -->\n本文です。")
    assert (finding["rule"], finding["level"], finding["line"]) == ("content.unsupported", "error", FIRST)


def test_the_command_line_shows_the_answer(desk: Desk) -> None:
    path, _, _ = desk.written(f"はじめです。\n\n{SAID}\n{FAULT}")
    shown = desk.run("check", str(path)).output
    assert "断りあり（法令名の引用のため）" in shown
    assert "確かめるところ 0件、断りのあるところ 1件" in shown
    assert "::notice file=" in desk.run("check", str(path), "--format", "github").output
