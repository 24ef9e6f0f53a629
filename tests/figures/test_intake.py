"""A ministry's table into indicators.yml: each number at its place, or a sentence that names the cell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from bot.strategy import indicators, intake
from bot.strategy.sheets import SheetError
from tests.figures.ministry import NEW_HEAD, OLD_HEAD, Book, where

FILE = """\
# 指標の書き方は docs/strategy.md
kanazawa:
  name: 金沢市の保有枚数率
  unit: "%"
  kind: 保有枚数率
  area: {code: "172014", name: 金沢市}
  # 前の値
  readings:
    - {rate: 80.1, date: 2025-02-28, source: 前の出典}  # 手で写した
    - {rate: 82.0, date: 2026-02-28, source: 後の出典}

nation:
  {name: 全国の保有枚数率, unit: "%", kind: 保有枚数率, area: {code: "00000", name: 全国},
   rate: 79.9, date: 2025-03-31, source: 省}
cards:
  name: 石川県の保有枚数
  unit: 枚
  kind: 保有枚数
  area: {code: "170003", name: 石川県}
  value: 900000
  date: 2025-03-31
  source: 省
fuchu_tokyo:
  {name: 府中市（東京）, unit: "%", kind: 保有枚数率, area: {code: "132063", name: 府中市},
   rate: 70, date: 2025-03-31, source: 省}
saitama: {name: 埼玉, unit: 枚, kind: 保有枚数, area: {code: "110001", name: 埼玉県}, value: 1, date: 2025-03-31, source: 省}
given:
  {name: 金沢市の交付枚数率, unit: "%", kind: 交付枚数率, area: {code: "172014", name: 金沢市},
   rate: 46.5, date: 2022-12-05, source: 提言}
# 終わりの覚え書き
other: {name: 別, unit: 台, value: 4, date: 2022-12-05, source: 提言}
"""
AUGUST = date(2025, 8, 31)


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    path = tmp_path / "strategy" / "indicators.yml"
    path.parent.mkdir()
    path.write_text(FILE, encoding="utf-8")
    return path


def take(figures: Path, file: Path) -> intake.Intake:
    return intake.read(file, indicators.load(figures))


def said(figures: Path, file: Path) -> str:
    with pytest.raises(SheetError) as refused:
        take(figures, file)
    return refused.value.summary


def values(taken: intake.Intake) -> dict[str, tuple[str, date]]:
    return {t.indicator.key: (str(t.new.value), t.new.date) for t in taken.takes}


@pytest.mark.parametrize("how", ["xlsx", "cp932", "utf-8-sig", "utf-16"])
def test_the_layout_since_2023_is_read_by_place_and_day(figures: Path, tmp_path: Path, how: str) -> None:
    file = Book().save(tmp_path / "a.xlsx") if how == "xlsx" else Book().csv(tmp_path / "a.csv", how)
    taken = take(figures, file)
    found = values(taken)
    assert found["kanazawa"] == ("81.1", AUGUST)  # 362,233 / 446,612
    assert found["cards"] == (str(362_233 + 55_121), AUGUST)
    assert found["fuchu_tokyo"] == ("80.0", AUGUST)  # 800 / 1,000, and not the one of 広島県
    assert found["saitama"][0] == str(240_000 + 10 * 7 + 800)  # both code points of 埼玉
    assert "given" not in found  # 交付 is no 保有
    new = taken.takes[0].new
    assert (new.numerator, new.denominator) == (Decimal(362_233), Decimal(446_612))
    assert new.note == "人口は2025年1月1日時点"


def test_the_layout_of_before_is_read_into_what_counts_cards_given(figures: Path, tmp_path: Path) -> None:
    taken = take(figures, Book(head=OLD_HEAD, title="Sheet1").save(tmp_path / "a.xlsx"))
    assert values(taken) == {"given": ("81.1", date(2017, 5, 15))}
    assert taken.takes[0].new.note == "人口は2016年1月1日時点"


def test_a_table_with_codes_goes_by_them(figures: Path, tmp_path: Path) -> None:
    codes = {("石川県", "金沢市"): 172014, ("東京都", "府中市"): 132063, ("石川県", "加賀市"): 172065}
    only = FILE[: FILE.index("cards:")] + FILE[FILE.index("fuchu") : FILE.index("saitama")]
    figures.write_text(only, encoding="utf-8")
    book = Book(codes=codes)
    assert values(take(figures, book.save(tmp_path / "a.xlsx")))["kanazawa"] == ("81.1", AUGUST)
    book.codes[("石川県", "金沢市")], book.codes[("石川県", "加賀市")] = 172065, 172014
    told = said(figures, book.save(tmp_path / "b.xlsx"))
    assert "団体コード 17201 は「金沢市」ではなく「石川県加賀市」です" in told


def test_a_dry_run_writes_nothing_and_accepting_changes_what_was_shown(figures: Path, tmp_path: Path) -> None:
    file = Book().save(tmp_path / "a.xlsx")
    taken = take(figures, file)
    assert figures.read_text(encoding="utf-8") == FILE
    assert not (figures.parent / "sources").exists()
    intake.accept(figures, taken)
    text, now = figures.read_text(encoding="utf-8"), indicators.load(figures)
    assert [str(r.value) for r in now["kanazawa"].readings] == ["80.1", "81.1", "82.0"]
    for kept in ("# 指標の書き方", "# 前の値", "# 手で写した", "# 終わりの覚え書き\nother: {name: 別", "\n\nnation:"):
        assert kept in text
    assert [str(r.value) for r in now["nation"].readings] == ["79.9", str(take(figures, file).takes[1].new.value)]
    assert now["other"] == indicators.load(_as_file(tmp_path, FILE))["other"]
    (source,) = (figures.parent / "sources").iterdir()
    assert source.read_bytes() == file.read_bytes()
    assert now["kanazawa"].readings[1].source_file == f"sources/{source.name}"
    assert take(figures, file).changes == ()


def _as_file(folder: Path, text: str) -> Path:
    path = folder / "as.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_corrected_file_shows_the_old_value_and_takes_its_place(figures: Path, tmp_path: Path) -> None:
    intake.accept(figures, take(figures, Book().save(tmp_path / "a.xlsx")))
    book = Book()
    at = book.rows.index(("石川県", "金沢市", 446_612, 362_233))
    book.rows[at] = ("石川県", "金沢市", 446_612, 363_000)
    again = take(figures, book.save(tmp_path / "b.xlsx"))
    (change,) = [t for t in again.changes if t.indicator.key == "kanazawa"]
    assert change.old is not None
    assert (change.old.numerator, change.new.numerator) == (Decimal(362_233), Decimal(363_000))
    intake.accept(figures, again)
    assert [str(r.numerator) for r in indicators.load(figures)["kanazawa"].readings] == ["None", "363000", "None"]


def _kanazawa(column: str, value: object) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        sheet[f"{column}{where(sheet, '石川県', '金沢市')}"] = value

    return change


def test_what_the_table_has_no_value_for_is_missing_and_no_zero(figures: Path, tmp_path: Path) -> None:
    def change(sheet: Worksheet) -> None:
        _kanazawa("D", "－")(sheet)
        _kanazawa("E", "－")(sheet)
        for row in sheet.iter_rows():  # the totals are of what was counted
            for cell in row:
                if cell.value in (nation, ishikawa):
                    cell.value -= 362_233
                    cards, people = cell, sheet.cell(cell.row, cell.column - 1).value
                    sheet.cell(cell.row, cell.column + 1).value = cards.value / people

    book = Book(change=change)
    nation, ishikawa = sum(r[3] for r in book.rows), 362_233 + 55_121
    taken = take(figures, book.save(tmp_path / "a.xlsx"))
    new = next(t.new for t in taken.takes if t.indicator.key == "kanazawa")
    assert (new.value, new.missing, new.numerator) == (None, "出典の表に値がない", None)
    intake.accept(figures, taken)
    assert indicators.load(figures)["kanazawa"].readings[1].value is None


@pytest.mark.parametrize(
    ("book", "cell", "problem"),
    [
        (Book(head=("住民数\n（R7.1.1時点）", *NEW_HEAD[1:])), "B7", "「保有枚数」の左は「人口」のはずです"),
        (Book(head=(NEW_HEAD[0], "保有枚数", NEW_HEAD[2])), "C7", "いつの時点か"),
        (Book(head=(NEW_HEAD[0], "保有枚数\n（R7.13.1時点）", NEW_HEAD[2])), "C7", "いつの時点か"),
        (Book(head=(*NEW_HEAD[:2], "人口に対する\n交付枚数率")), "D7", "その割合のはずです"),
        (Book(names=("都道府県名", "自治体名")), "B58", "名前か団体コードの列のはずです"),
        (Book(form="General"), "D8", "割合（％）として読めません"),
        (Book(change=_kanazawa("D", "36万")), "D92", "「36万」を数として読めません"),
        (Book(change=_kanazawa("D", 363_233)), "E92", "枚数÷人口（81.3308）と合いません"),
        (Book(change=_kanazawa("C", 446_613)), "C59", "「全国」の人口"),
        (
            Book(change=lambda s: s.merge_cells(f"A{where(s, '石川県', '金沢市')}:A{where(s, '石川県', '加賀市')}")),
            "A92:A93",
            "結合",
        ),
    ],
)
def test_what_is_not_as_it_was_is_told_by_its_cell(figures: Path, tmp_path: Path, book: Book, cell: str, problem: str) -> None:
    told = said(figures, book.save(tmp_path / "a.xlsx"))
    assert f"「公表用」の {cell}：" in told
    assert problem in told


def test_a_place_that_is_not_there_is_told_with_the_nearest(figures: Path, tmp_path: Path) -> None:
    book = Book()
    at = book.rows.index(("石川県", "金沢市", 446_612, 362_233))
    book.rows[at] = ("石川県", "金澤市", 446_612, 362_233)
    with pytest.raises(SheetError) as refused:
        take(figures, book.save(tmp_path / "a.xlsx"))
    assert "「石川県金沢市」（17201）の行がありません" in refused.value.summary
    assert "石川県金澤市" in refused.value.next_step
