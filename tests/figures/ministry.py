"""Spreadsheets in the ministry's layouts: 「マイナンバーカード交付状況」 before and since 2023-06, numbers made for the test.

Since 2023-06: one sheet 「公表用」; tables by kind of municipality and by prefecture above, then every municipality under
都道府県名・市区町村名・人口↵（R7.1.1時点）・保有枚数↵（R7.8末時点）・人口に対する保有枚数率, with 全国 as its first row.
Before: 総数（人口）↵【H28.1.1時点】・交付枚数↵【H29.5.15時点】・交付率.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from bot.strategy.areas import PREFECTURES

Place = tuple[str, str, int, int]
NEW_HEAD = ("人口\n（R7.1.1時点）", "保有枚数\n（R7.8末時点）", "人口に対する\n保有枚数率")
OLD_HEAD = ("総数（人口）\n【H28.1.1時点】", "交付枚数\n【H29.5.15時点】", "交付率")


def places() -> list[Place]:
    """Two municipalities of each prefecture, one of the same name; 埼玉県 is written in two code points."""
    rows: list[Place] = []
    for number, prefecture in enumerate(PREFECTURES):
        rows += [
            (prefecture, f"{prefecture[:2]}中央市", 300_000 + number, 240_000 + number * 7),
            (prefecture, "府中市", 1_000, 800),
        ]
    own = {"石川県": [("石川県", "金沢市", 446_612, 362_233), ("石川県", "加賀市", 61_527, 55_121)]}
    listed = [row for row in rows if row[0] not in own]
    at = next(n for n, row in enumerate(listed) if row[0] == "福井県")
    found = [*listed[:at], *own["石川県"], *listed[at:]]
    return [("埼⽟県" if p == "埼玉県" and n.startswith("埼") else p, n, a, b) for p, n, a, b in found]  # U+2F5F


@dataclass
class Book:
    """`head` are the three headings of numbers, `rows` the municipalities; `change` is done to the sheet before it is saved."""

    head: Sequence[str] = NEW_HEAD
    rows: list[Place] = field(default_factory=places)
    names: Sequence[str] = ("都道府県名", "市区町村名")
    title: str = "公表用"
    form: str = "0.0%"
    change: Callable[[Worksheet], None] | None = None
    codes: dict[tuple[str, str], int] = field(default_factory=dict)

    def lines(self) -> list[list[Any]]:
        """The sheet's rows, each a list of values from column A on."""
        nation = (sum(r[2] for r in self.rows), sum(r[3] for r in self.rows))
        table: list[list[Any]] = [["マイナンバーカードの保有枚数等について"], []]
        table += [["区分", None, *self.head], ["全国", None, *self._numbers(*nation)], ["町村", None, *self._numbers(7, 6)], []]
        table += [[self.names[0], *self.head], ["全国", *self._numbers(*nation)], *self._prefectures(), ["※ 外字を含む"], []]
        table += [[*(["団体コード"] if self.codes else []), *self.names, *self.head]]
        table += [[*([None] if self.codes else []), "全国", None, *self._numbers(*nation)]]
        table += [[*self._code(r), r[0], r[1], *self._numbers(r[2], r[3])] for r in self.rows]
        return [*table, ["※1 石川県の一部の値は、震災の影響で含まない。"]]

    def _code(self, row: Place) -> list[Any]:
        return [self.codes.get(row[:2], 11002)] if self.codes else []

    def _prefectures(self) -> list[list[Any]]:
        summed: dict[str, list[int]] = {}
        for prefecture, _, people, cards in self.rows:
            both = summed.setdefault(prefecture.replace("⽟", "玉"), [0, 0])
            both[0], both[1] = both[0] + people, both[1] + cards
        return [[name, *self._numbers(*both)] for name, both in summed.items()]

    def _numbers(self, people: int, cards: int) -> list[Any]:
        return [people, cards, cards / people]

    def save(self, path: Path) -> Path:
        book = openpyxl.Workbook()
        sheet = book.active
        assert isinstance(sheet, Worksheet)
        sheet.title = self.title
        for line in self.lines():
            sheet.append(line)
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, float):
                    cell.number_format = self.form
                elif isinstance(cell.value, int):
                    cell.number_format = "#,##0"
        if self.change:
            self.change(sheet)
        book.save(path)
        return path

    def csv(self, path: Path, encoding: str = "cp932") -> Path:
        out = io.StringIO()
        table = csv.writer(out)
        for line in self.lines():
            table.writerow([f"{v:.1%}" if isinstance(v, float) else f"{v:,}" if isinstance(v, int) else v for v in line])
        path.write_bytes(out.getvalue().replace("⽟", "玉").encode(encoding))
        return path


def where(sheet: Worksheet, prefecture: str, municipality: str) -> int:
    """The row of a municipality in the last table."""
    return next(
        c[0].row for c in sheet.iter_rows(min_col=1, max_col=2) if (c[0].value, c[1].value) == (prefecture, municipality)
    )
