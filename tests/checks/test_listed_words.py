"""The city's own words: found as they are not to be written, with the way in which they are."""

from __future__ import annotations

import json

import pytest

from tests.checks.test_examples import Desk, desk
from tests.office import write_post

__all__ = ["desk"]
WORDS = """
子供: {right: 子ども, reason: 市の手引き, since: 2026-04-01}
マイナンバー: {right: マイナンバーカード}
カード: {right: 札}
市民カ: {right: 市民カード}
"""


def found(desk: Desk, body: str, words: str = WORDS) -> list[tuple[str, str, str]]:
    (desk.content / "words.yml").write_text(words, encoding="utf-8")
    path = write_post(desk.content, body=body)
    lines = path.read_text(encoding="utf-8").split("\n")
    out = json.loads(desk.run("check", str(path), "--json").output)
    ours = [f for f in out if f["rule"] == "words.listed"]
    return [(lines[f["line"] - 1][f["column"] - 1 :][:2], f["message"], f["advice"]) for f in ours]


def test_a_word_is_found_with_the_citys_own_reason_and_date(desk: Desk) -> None:
    assert found(desk, "窓口に子供の席があります。") == [
        ("子供", "「子供」は、市では「子ども」と書きます", "「子ども」に直してください（市の手引き、2026年4月1日から）")
    ]


@pytest.mark.parametrize("body", ["子どもの席があります。", "マイナンバーカードを使います。", "市民カードを使います。"])
def test_what_is_right_is_passed_over_though_a_wrong_word_is_part_of_it(desk: Desk, body: str) -> None:
    words = WORDS if "市民" not in body else WORDS.replace("カード: {right: 札}\n", "")
    assert found(desk, body, words) == []


def test_of_two_words_at_one_place_the_longer_one_is_told(desk: Desk) -> None:
    words = "窓口: {right: カウンター}\n総合窓口: {right: 書かない窓口, reason: 施策の名前}\n"
    assert [said[1] for said in found(desk, "総合窓口へ。", words)] == ["「総合窓口」は、市では「書かない窓口」と書きます"]


def test_without_the_file_nothing_is_said(desk: Desk) -> None:
    assert found(desk, "子供の席があります。", "# まだありません\n") == []
    (desk.content / "words.yml").unlink()
    assert "words.listed" not in desk.run("check", "--json").output


def test_a_slip_in_the_list_is_told_at_its_place(desk: Desk) -> None:
    (desk.content / "words.yml").write_text("子供: {write: 子ども}\n", encoding="utf-8")
    write_post(desk.content)
    out = desk.run("check").output
    assert "words.yml" in out
    assert "write" in out
