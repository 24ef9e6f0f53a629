"""A CSV in long form into indicators.yml: by the columns that are declared, or a sentence that names the cell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from bot.errors import FileError
from bot.strategy import indicators, intake
from bot.strategy.sheets import SheetError

# As the Digital Agency's table_01.csv of 2026: the nation alone, months by their first day, a rate without its sign.
NATION = """\
年月,指標名,値
2026/6/1,マイナンバーカード_保有枚数,"101,148,007"
2026/7/1,マイナンバーカード_保有枚数,101500000
2026/6/1,マイナ保険証_利用登録率,0.910
2026/7/1,マイナ保険証_利用登録率,-
"""
PLACES = """\
団体コード,団体名,年月日,項目,値
172014,石川県金沢市,令和8年6月30日,窓口の数,11
11002,北海道札幌市,令和8年6月30日,窓口の数,40
172014,石川県金沢市,令和8年7月31日,窓口の数,0
172014,石川県金沢市,令和8年7月31日,別の項目,9
172065,石川県加賀市,令和8年7月31日,窓口の数,3
"""
FILE = """\
# 指標の書き方は docs/strategy.md
cards:
  name: 全国の保有枚数
  unit: 枚
  kind: 保有枚数
  area: {code: "00000", name: 全国}
  table:
    columns: {date: 年月, item: 指標名, value: 値}
    item: マイナンバーカード_保有枚数
    day: last
    source: デジタル庁「ダッシュボード」
    source_url: https://example.go.jp/
  value: 100
  date: 2026-05-31
  source: 手で写した
insurance:
  name: 全国の利用登録率
  unit: "%"
  area: {code: "00000", name: 全国}
  table: {columns: {date: 年月, item: 指標名, value: 値}, item: マイナ保険証_利用登録率, day: last, rate: ratio, source: 庁}
  readings:
    - {rate: 91.0, date: 2026-06-30, source: 手で写した}  # 前の値
desks:
  name: 金沢市の窓口
  unit: か所
  area: {code: "172014", name: 金沢市}
  table: {columns: {code: 団体コード, date: 年月日, item: 項目, value: 値}, item: 窓口の数, source: 省}
  readings:
    - {value: 10, date: 2026-05-31, source: 手で写した}
other: {name: 別, unit: 台, value: 4, date: 2022-12-05, source: 提言}
"""


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    path = tmp_path / "strategy" / "indicators.yml"
    path.parent.mkdir()
    path.write_text(FILE, encoding="utf-8")
    return path


def take(figures: Path, text: str, *keys: str, encoding: str = "cp932") -> intake.Intake:
    file = figures.parent.parent / "table_01.csv"
    file.write_bytes(text.encode(encoding))
    return intake.read_long(file, [indicators.load(figures)[key] for key in keys])


def taken(found: intake.Intake) -> Sequence[tuple[str, date, str | None, str]]:
    return [(t.indicator.key, t.new.date, t.new.value and str(t.new.value), t.cell) for t in found.takes]


@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig", "utf-8", "utf-16"])
def test_the_digital_agencys_table_is_read_by_item_and_month(figures: Path, encoding: str) -> None:
    assert taken(take(figures, NATION, "cards", "insurance", encoding=encoding)) == [
        ("cards", date(2026, 6, 30), "101148007", "C2"),
        ("cards", date(2026, 7, 31), "101500000", "C3"),
        ("insurance", date(2026, 6, 30), "91.0", "C4"),  # 0.910, its digits kept
        ("insurance", date(2026, 7, 31), None, "C5"),
    ]


def test_a_table_of_municipalities_goes_by_the_code_and_a_zero_is_a_value(figures: Path) -> None:
    found = taken(take(figures, PLACES, "desks"))
    assert [(on, value) for _, on, value, _ in found[:1]] == [(date(2026, 6, 30), "11")]
    assert found[1][3] == "E4"
    assert take(figures, PLACES, "desks").takes[1].new.value == 0
    (sapporo,) = take(_for(figures, "172014", "011002"), PLACES, "desks").takes  # the spreadsheet took its first zero off
    assert sapporo.new.value == 40


def _for(figures: Path, old: str, new: str) -> Path:
    figures.write_text(figures.read_text("utf-8").replace(old, new), encoding="utf-8")
    return figures


@pytest.mark.parametrize("month", ["2026/06/01", "Jun-26", "令和8年6月", "2026年6月", "2026-06", "R8.6末", "2026/6/30"])
def test_a_month_is_its_last_day_where_that_is_declared(figures: Path, month: str) -> None:
    found = take(figures, NATION.replace("2026/6/1", month), "cards").takes[0].new
    assert found.date == date(2026, 6, 30)
    assert found.note == f"出典には「{month}」とあり、その月の末日とした"


def test_accepting_keeps_the_file_and_all_that_was_written_before(figures: Path) -> None:
    found = take(figures, NATION, "cards", "insurance")
    assert figures.read_text(encoding="utf-8") == FILE
    assert len(found.changes) == 3  # 91.0 is there already
    intake.accept(figures, found)
    now = indicators.load(figures)
    assert [str(r.value) for r in now["cards"].readings] == ["100", "101148007", "101500000"]
    assert [r.missing for r in now["insurance"].readings] == ["", "出典の表に値がない"]
    assert now["cards"].table == found.takes[0].indicator.table
    assert now["other"].latest
    text = figures.read_text(encoding="utf-8")
    assert text.startswith("# 指標の書き方")
    assert "# 前の値" in text
    (source,) = (figures.parent / "sources").iterdir()
    assert source.read_bytes() == NATION.encode("cp932")
    assert all(intake.kept_well(figures.parent, r) for r in now["cards"].readings)
    assert take(figures, NATION, "cards", "insurance").changes == ()


@pytest.mark.parametrize(
    ("key", "text", "cell", "problem"),
    [
        ("cards", NATION.replace("値", "数値"), "A1", "見出しに「値」が0個"),
        ("cards", NATION.replace("指標名", "値"), "A1", "見出しに「指標名」が0個"),
        ("desks", PLACES.replace("団体名", "値"), "B1", "見出しに「値」が2個"),
        ("cards", "", "A1", "見出しに「年月」が0個"),
        ("cards", NATION.replace("保有枚数", "保有数"), "B1", "「マイナンバーカード_保有枚数」の行がありません"),
        ("cards", NATION.replace("2026/7/1", "2026/13/1"), "A3", "いつの値か"),
        ("cards", NATION.replace("2026/7/1", "2026/7/15"), "A3", "いつの値か"),
        ("cards", NATION.replace("2026/7/1", ""), "A3", "いつの値か"),
        ("cards", NATION.replace("101500000", "約1億"), "C3", "「約1億」を、単位が枚の数として読めません"),
        ("cards", NATION.replace("101500000", "81.2%"), "C3", "単位が枚の数として読めません"),
        ("cards", NATION.replace("2026/7/1", "2026/6/1"), "C3", "同じ日の値が、C2 と違います"),
        ("insurance", NATION.replace("0.910", "91.0"), "C4", "割合（0〜1）なのか％なのか分かりません"),
        ("desks", PLACES.replace("令和8年7月31日,窓", "令和8年7月,窓"), "C4", "いつの値か"),
        ("desks", PLACES.replace("172065", "172066"), "A6", "「172066」は団体コードではありません"),
        ("desks", PLACES.replace("172065", ""), "A6", "「」は団体コードではありません"),
        ("desks", PLACES.replace("172014", "172031"), "A1", "「金沢市（17201）」の行がありません"),
    ],
)
def test_what_is_not_as_declared_is_told_by_its_cell(figures: Path, key: str, text: str, cell: str, problem: str) -> None:
    with pytest.raises(SheetError) as refused:
        take(figures, text, key)
    assert refused.value.summary.startswith(f"{cell}：")
    assert problem in refused.value.summary
    assert figures.read_text(encoding="utf-8") == FILE


def test_a_percentage_is_read_as_what_it_is_declared_to_be(figures: Path) -> None:
    undeclared = _for(figures, " rate: ratio,", "")
    with pytest.raises(SheetError) as refused:
        take(undeclared, NATION, "insurance")
    assert "rate: ratio" in refused.value.next_step
    assert str(take(undeclared, NATION.replace("0.910", "91%"), "insurance").takes[0].new.value) == "91"
    percent = _for(undeclared, "day: last, source: 庁", "day: last, rate: percent, source: 庁")
    assert str(take(percent, NATION, "insurance").takes[0].new.value) == "0.910"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('  area: {code: "172014", name: 金沢市}\n', "", "どの団体の値かが分かりません"),
        ("code: 団体コード, ", "", "どの団体の値かが分かりません"),
        ("item: 窓口の数, ", "item: 窓口の数, rate: ratio, ", "「rate」は、単位が % の指標に書きます"),
        (" item: 窓口の数,", "", "「desks.table」に「item」がありません"),
        ("day: last, rate", "day: first, rate", "使えません"),
    ],
)
def test_a_declaration_that_cannot_be_read_is_told_at_its_place(figures: Path, old: str, new: str, problem: str) -> None:
    assert old in FILE
    with pytest.raises(FileError) as refused:
        indicators.load(_for(figures, old, new))
    assert problem in refused.value.summary
    assert refused.value.place.line > 1


def test_a_figure_without_a_declaration_is_told(figures: Path) -> None:
    with pytest.raises(SheetError) as refused:
        take(figures, NATION, "other")
    assert "指標「other」には、この表の読み方がありません" in refused.value.summary


def test_a_workbook_is_no_long_table(figures: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(b"PK")
    with pytest.raises(SheetError, match="この種類のファイルは読めません"):
        intake.read_long(file, [indicators.load(figures)["cards"]])
