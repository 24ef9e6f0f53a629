"""Files that ask for gigabytes, minutes, or other files: refused in a sentence before anything is parsed."""

from __future__ import annotations

import sys
import time
import zipfile
from pathlib import Path

import pytest

from bot.errors import NotInstalled
from bot.strategy import sheets
from bot.strategy.sheets import SheetError
from tests.figures.ministry import Book

SHEET = "xl/worksheets/sheet1.xml"
_BOMB = """<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">%s]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row><c t="inlineStr"><is><t>&z;</t>
</is></c></row></sheetData></worksheet>"""
LAUGHS = _BOMB % "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(25))
OUTSIDE = _BOMB % '<!ENTITY z SYSTEM "file:///etc/passwd">'
_ROWS = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData>{}</worksheet>'


def changed(folder: Path, **members: bytes) -> Path:
    """A good workbook with other members, named with __ for /."""
    good, bad = Book().save(folder / "good.xlsx"), folder / "bad.xlsx"
    given = {name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"): data for name, data in members.items()}
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            target.writestr(info.filename, given.pop(info.filename, source.read(info)))
        for name, data in given.items():
            target.writestr(name, data)
    return bad


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        (LAUGHS.encode(), "使えない書き方"),
        (OUTSIDE.encode(), "使えない書き方"),
        (LAUGHS.replace("UTF-8", "UTF-16").encode("utf-16"), "使えない書き方"),
        (LAUGHS.replace("UTF-8", "UTF-7").encode("utf-7"), "使えない書き方"),
        (_ROWS.format('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "").encode(), "表の外れにセルがあります"),
        (_ROWS.format('<row r="999999999"/>', "").encode(), "表の外れにセルがあります"),
        (
            _ROWS.format("", '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>').encode(),
            "表の外れにセルがあります（XFD1048576）",
        ),
        (
            _ROWS.format("".join(f'<row r="{n}"><c r="GR{n}"><v>1</v></c></row>' for n in range(1, 3_000)), "").encode(),
            "行か列が多すぎます",
        ),
        (b"<worksheet", "Excel のファイルとして読めません"),
        (b" " * 120_000_000, "開くと大きすぎます"),
    ],
    ids=["entities", "outside", "utf-16", "utf-7", "far cell", "far row", "far merge", "many cells", "broken", "zip bomb"],
)
def test_a_bomb_is_refused_before_it_is_parsed(tmp_path: Path, sheet: bytes, said: str) -> None:
    file = changed(tmp_path, xl__worksheets__sheet1_xml=sheet)
    began = time.process_time()
    with pytest.raises(SheetError) as refused:
        sheets.load(file)
    assert said in refused.value.summary
    assert time.process_time() - began < 5


def test_macros_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="マクロ"):
        sheets.load(changed(tmp_path, xl__vbaProject_bin=b"x"))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0", "この種類のファイルは読めません"),
        ("a.xlsx", b"PK\x03\x04nothing", "Excel のファイルとして読めません"),
        ("a.csv", "都道府県名\n".encode("cp932") + b"\x81\x20\n", "2行目の文字を読めません"),
        ("a.csv", b'"' + b"a" * 200_000, "CSV として読めません"),
        ("a.csv", b"," * 300, "行か列が多すぎます"),
        ("a.csv", b"a\n" * 20_001, "行か列が多すぎます"),
        ("a.csv", b"\n" * 19_000_000, "行か列が多すぎます"),
        ("a.csv", (b"," * 199 + b"\n") * 19_000, "行か列が多すぎます"),
    ],
)
def test_what_is_no_table_is_told_in_a_sentence(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SheetError) as refused:
        sheets.load(tmp_path / name)
    assert said in refused.value.summary


def test_without_the_extra_a_workbook_is_not_read_and_a_csv_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book, table = Book().save(tmp_path / "a.xlsx"), Book().csv(tmp_path / "a.csv")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(NotInstalled, match="openpyxl"):
        sheets.load(book)
    assert sheets.load(table)
