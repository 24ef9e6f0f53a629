"""Rules on sentences and figures where a single example does not tell enough."""

from __future__ import annotations

import json

import pytest

from tests.checks.test_examples import Desk, desk

__all__ = ["desk"]


def rules(desk: Desk, body: str) -> list[tuple[str, int, int]]:
    path, _, _ = desk.written(body)
    out = json.loads(desk.run("check", str(path), "--json").output)
    return [(f["rule"], f["line"] - 8, f["column"]) for f in out if f["rule"].split(".")[0] in ("sentences", "figures")]


@pytest.mark.parametrize(
    "body",
    [
        "1,200件のうち300件で25%です。",
        "448,702人のうち、208,794人（46.5%）です。",
        "448,702人のうち208,794人（46%）です。",  # cut off
        "3件のうち1件（33.3%）です。",
        "3件のうち2件（66.6%）です。",
        "1,200件のうち300件を入力し、待ち時間は30%減りました。",
        "0件のうち0件（0%）です。",
        "40%から50%に10ポイント増えました。",
        "40%から50%に25%増えました。",
        "1万2,000件のうち3,000件（25%）です。",
        "10万件のうち3万件（30%）です。",
        "45万人のうち約21万人（46.5%）です。",  # 448,702 and 208,794, each rounded
        "1億2,345万人のうち、市外の人は約1.2億人（97%）です。",
        "1,200件のうち、オンラインの申請は340件（約30%）です。",
        "率は28%（340件／1,200件）です。",
        "10%から20%に増え、費用は10%減りました。",
        "100%から110%に10%増えました。",
    ],
)
def test_a_rate_that_agrees_is_not_found(desk: Desk, body: str) -> None:
    assert [rule for rule, _, _ in rules(desk, body) if rule != "figures.unsourced"] == []


@pytest.mark.parametrize(
    ("body", "rule", "column"),
    [
        ("前は448,702人のうち208,794人（48%）でした。", "figures.rate", 3),
        ("率は30.0%（1,200件のうち300件）です。", "figures.rate-before", 3),
        ("利用は40.5％から、50.5％まで10％伸びました。", "figures.points", 4),
        ("計10万件のうち3万件（40%）です。", "figures.rate", 2),
        ("計45万人のうち約21万人（52%）です。", "figures.rate", 2),
        ("計1万2,000件のうち、オンラインの申請は3,000件（26%）です。", "figures.rate", 2),
        ("計1,200件のうち300件（約30%）です。", "figures.rate", 2),
        ("利用は前の年の2.5倍です。", "figures.unsourced", 8),
    ],
)
def test_a_rate_that_does_not_agree_is_found_at_its_place(desk: Desk, body: str, rule: str, column: int) -> None:
    assert (rule, 1, column) in rules(desk, body)


def test_a_long_sentence_is_found_where_it_begins_though_it_runs_over_lines_and_readings(desk: Desk) -> None:
    long = (
        "窓口で書く回数を減らすために、\n{職員|しょくいん}が話を聞いて、\n"
        + "同じことを何度も書かずに済むように、\n" * 5
        + "入力します。"
    )
    assert rules(desk, f"一つ目の文です。\n二つ目です。{long}") == [("sentences.long", 2, 7)]


@pytest.mark.parametrize(
    "body",
    [
        "始めました。「これは初めてである。」と話しています。",
        "始めました（これは試行だ。）。",
        "始めた。これは初めてである。",
        "- 始めました。\n- 書かない窓口\n",
        "## 何が変わるのだ\n\n始めました。",
    ],
)
def test_quoted_words_headings_and_plain_prose_alone_may_end_as_they_do(desk: Desk, body: str) -> None:
    assert [rule for rule, _, _ in rules(desk, body)] == []


def test_a_plain_ending_among_polite_ones_is_found_in_another_paragraph_too(desk: Desk) -> None:
    assert rules(desk, "始めました。\n\n一つ目です。二つ目は試行だった。") == [("sentences.mixed-endings", 3, 7)]
