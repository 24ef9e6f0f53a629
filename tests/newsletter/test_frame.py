"""Pouring the text into the frame: round headline and figure, headings kept with their text, and a report of how it fits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import ROOT
from bot.content.document import Block, Heading, ItemList, LineBreak, Paragraph, Quote, Ruby, Text
from bot.errors import ConfigError
from bot.newsletter.article import Article
from bot.newsletter.compose import Line
from bot.newsletter.fit import FitReport, report
from bot.newsletter.frame import Filled, Passage, Rect, fill, slots
from bot.newsletter.galley import galley
from bot.newsletter.profile import Profile, load


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load(ROOT / "schedules" / "newsletter.yml")


def article(*body: Block, lead: str = "") -> Article:
    return Article(
        identity="見本",
        issue="2026-12",
        title=(Text("書かない窓口"),),
        lead=(Text(lead),) if lead else (),
        body=body,
        caption="",
        contact="",
        handover="",
    )


def lines(*body: Block, profile: Profile) -> list[str]:
    return ["　" * line.indent + line.text for p in galley(article(*body), profile) for line in p.lines]


def passage(*texts: str, rows: int | None = None, heading: bool = False) -> Passage:
    return Passage(lines=tuple(Line(units=(), room=5) for _ in texts), rows=rows or len(texts), heading=heading)


def places(filled: Filled) -> list[tuple[int, float]]:
    return [(p.column, p.row) for p in filled.placed]


def test_paragraphs_are_indented_and_lists_hang(profile: Profile) -> None:
    narrow = replace(profile, chars=6)
    blocks = (
        Paragraph((Text("あいうえおか"),)),
        Paragraph((Text("「あい」うえおか"),)),
        ItemList(((Text("一つ目です"),), (Text("二つ目の項目"),))),
        ItemList(((Text("はじめ"),),), ordered=True),
        Quote((Text("あいうえお"),)),
    )
    assert lines(*blocks, profile=narrow) == [
        *("　あいうえお", "か"),
        *("「あい」うえ", "おか"),
        *("▽一つ目です", "▽二つ目の項", "　目"),
        "①はじめ",
        *("　　あいうえ", "　お"),
    ]


def test_an_asked_for_break_ends_the_line(profile: Profile) -> None:
    assert lines(Paragraph((Text("あい"), LineBreak(), Text("うえ"))), profile=profile) == ["　あい", "うえ"]


def test_text_runs_round_what_is_reserved() -> None:
    free = slots(2, 4, (Rect(column=0, line=0, columns=1, lines=2), Rect(column=0, line=3, columns=2, lines=1)))
    assert free == ((0, 2), (1, 0), (1, 1), (1, 2))
    filled = fill([passage("a", "b", "c")], free)
    assert places(filled) == [(0, 2.0), (1, 0.0), (1, 1.0)]
    assert (filled.used, filled.lost, filled.overflow) == (3, 0, ())


def test_a_heading_stands_in_the_middle_of_its_rows() -> None:
    filled = fill([passage("h", rows=2, heading=True), passage("a")], slots(1, 5, ()))
    assert places(filled) == [(0, 0.5), (0, 2.0)]


@pytest.mark.parametrize("before", [2, 3, 4])
def test_a_heading_never_straddles_columns_nor_ends_one(before: int) -> None:
    """Of 5 lines a column, `before` are taken: two rows and one line of text no longer follow, except after two."""
    filled = fill([passage(*"a" * before), passage("h", rows=2, heading=True), passage("b")], slots(2, 5, ()))
    heading = filled.placed[before]
    if before == 2:
        assert (heading.column, heading.row, filled.lost) == (0, 2.5, 0)
    else:
        assert (heading.column, heading.row, filled.lost) == (1, 0.5, 5 - before)


def test_what_does_not_fit_is_handed_back_in_order(profile: Profile) -> None:
    narrow = replace(profile, chars=6, lines=2, columns=1)
    passages = galley(article(Paragraph((Text("あいうえおかきくけこさしす"),)), Heading(2, (Text("次"),))), narrow)
    found = report(passages, fill(passages, slots(1, 2, ())), narrow)
    assert found.overflow == "しす\n次"
    assert (found.over, found.left, found.used, found.capacity) == (1 + 2, 0, 2, 2)
    assert found.summary == "枠2行、使用2行、3行（18字）あふれ"


def fit(text: str, profile: Profile, capacity: int = 3) -> FitReport:
    passages = galley(article(Paragraph((Text(text),))), profile)
    return report(passages, fill(passages, slots(1, capacity, ())), profile)


def test_what_is_left_is_told_in_lines_and_characters(profile: Profile) -> None:
    narrow = replace(profile, chars=6)
    assert fit("あいうえおかきく", narrow).summary == "枠3行、使用2行、1行（6字）余り"
    assert fit("あいうえおかきくけこさしすせ", narrow).summary == "枠3行、使用3行、ちょうど"


def test_a_last_line_of_up_to_three_characters_is_a_cheap_cut(profile: Profile) -> None:
    narrow = replace(profile, chars=6)
    (cut,) = fit("あいうえおかきくけこさしす", narrow).cuts
    assert cut.message == "あと2字削れば1行減る：かきくけこさ／しす"
    assert fit("あいうえおかきくけこさ" + "しすせそ", narrow).cuts == ()


@given(cells=st.integers(7, 60))
@settings(max_examples=60, deadline=None)
def test_taking_the_cheap_cut_does_save_the_line(cells: int) -> None:
    narrow = replace(load(ROOT / "schedules" / "newsletter.yml"), chars=6)
    found = fit("字" * cells, narrow, 20)
    for cut in found.cuts:
        assert fit("字" * (cells - cut.cells), narrow, 20).used == found.used - 1


def test_a_reading_too_long_for_its_word_is_pointed_out(profile: Profile) -> None:
    def notices(ruby: Ruby) -> tuple[str, ...]:
        passages = galley(article(Paragraph((ruby,))), profile)
        return report(passages, fill(passages, slots(1, 9, ())), profile).notices

    (notice,) = notices(Ruby("志", ("こころざし",)))
    assert "「志」の読み「こころざし」" in notice
    assert notices(Ruby("提言", ("ていげん",))) == ()


@pytest.mark.parametrize(
    ("change", "item"),
    [
        ("figure: {column: 2, line: 12, columns: 1, lines: 9}", "figure: {column: 2, line: 12, columns: 4, lines: 9}"),
        ("figure: {column: 2, line: 12, columns: 1, lines: 9}", "figure: {column: 2, line: 3, columns: 2, lines: 9}"),
        ("figure: {column: 2, line: 12, columns: 1, lines: 9}", "figure: {column: 0, line: 12, columns: 2, lines: 9}"),
        ("figure: {column: 2, line: 12, columns: 1, lines: 9}", "figure: 大きめ"),
        ("kinsoku: strict", "kinsoku: 強め"),
        ("hang: false", "hang: たぶん"),
        ("numbers: arabic_tcy", "numbers: ローマ数字"),
        ("chars: 15 ", "chars: 15.5 "),
        ('body_font: ""', "body_font: nowhere.ttf"),
        ("  lead: リード", "  lede: リード"),
        ("  lead: リード", "  lead: <リード>"),
    ],
)
def test_a_profile_that_cannot_be_set_is_refused_with_its_item(tmp_path: Path, change: str, item: str) -> None:
    path = tmp_path / "newsletter.yml"
    original = (ROOT / "schedules" / "newsletter.yml").read_text(encoding="utf-8")
    assert change in original
    path.write_text(original.replace(change, item), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert item.strip().split(":")[0] in caught.value.summary or "styles" in caught.value.summary
