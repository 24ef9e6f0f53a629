"""A published CSV in long form: a row for each place, day and item, as the Digital Agency's dashboards have it since 2026
(年月・指標名・値; their file of cards is of the nation alone and has no column of codes).

Such files differ from one dashboard to the next, so which column is which is declared with the indicator. Nothing is guessed: a
column that is not there, a code or a day that cannot be read, two values for one day are told by their cell.
"""

from __future__ import annotations

import difflib
import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

from bot.language import say
from bot.strategy import sheets
from bot.strategy.areas import NATION, Area, digits, is_none, plain
from bot.strategy.sheets import SheetCell, Worksheet
from bot.text.eras import days
from bot.values.node import Node

_COLUMNS = ("code", "date", "item", "value")
_DAYS = ("written", "last")
_RATES = ("percent", "ratio")
_PERCENT = ("%", "％")
_ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MONTH = re.compile(rf"({'|'.join(_ENGLISH)})-(\d\d)", re.ASCII | re.IGNORECASE)  # as a spreadsheet shows it: Feb-25


@dataclass(frozen=True, kw_only=True)
class LongTable:
    """What an indicator takes of such a file: the rows that say `item`. `code_column` is "" for a table of the nation alone.
    `day` is "last" where only the month counts, `rate` is how a percentage without its sign is written."""

    item: str
    date_column: str
    item_column: str
    value_column: str
    code_column: str
    day: str
    rate: str
    source: str
    source_url: str


@dataclass(frozen=True, kw_only=True)
class LongRow:
    """One day of one place. `value` is None where the table has a mark for "no data"; `said` is how it writes the day."""

    day: date
    said: str
    value: Decimal | None
    cell: SheetCell


def declared(value: Node, area: Area | None, unit: str) -> LongTable:
    """`table:` of an indicator. Raises FileError."""
    known = ("columns", "item", "day", "rate", "source", "source_url")
    entry = value.mapping(known, required=("columns", "item", "source"))
    columns = {
        key: node.required_text()
        for key, node in entry["columns"].mapping(_COLUMNS, required=("date", "item", "value")).items()
    }
    if area is None or (area.code != NATION and "code" not in columns):
        value.fail(
            "どの団体の値かが分かりません", "area: を書いてください。全国だけの表でなければ、columns: に code: も要ります"
        )
    if "rate" in entry and unit != "%":
        entry["rate"].fail("「rate」は、単位が % の指標に書きます", "この行を消すか、unit: を直してください")
    return LongTable(
        item=entry["item"].required_text(),
        date_column=columns["date"],
        item_column=columns["item"],
        value_column=columns["value"],
        code_column=columns.get("code", ""),
        day=entry["day"].choice(_DAYS) if "day" in entry else "written",
        rate=entry["rate"].choice(_RATES) if "rate" in entry else "",
        source=entry["source"].required_text(),
        source_url=entry["source_url"].text() if "source_url" in entry else "",
    )


def load(path: Path, table: LongTable, area: Area, unit: str) -> list[LongRow]:
    """The days of this place and item, one by one. Raises SheetError."""
    return _Reader(lines=sheets.lines(path), table=table, area=area, unit=unit).rows()


@dataclass(frozen=True, kw_only=True)
class _Reader:
    lines: Sequence[Sequence[str]]
    table: LongTable
    area: Area
    unit: str
    sheet: Worksheet = field(default_factory=lambda: Worksheet(name="", rows=()))

    def rows(self) -> list[LongRow]:
        found: dict[date, LongRow] = {}
        for number in self._of_place():
            row = self._row(number)
            first = found.setdefault(row.day, row)
            if first.value != row.value:
                self.sheet.fail(
                    row.cell.name,
                    "another value",
                    say("同じ日の値が、{cell} と違います", cell=first.cell.name),
                    "どちらの値か決められません。ファイルを確かめてください",
                )
        return [found[on] for on in sorted(found)]

    def _row(self, number: int) -> LongRow:
        on = self._cell(number, self.table.date_column)
        cell = self._cell(number, self.table.value_column)
        return LongRow(day=self._day(on), said=on.text, value=self._value(cell), cell=cell)

    def _of_place(self) -> list[int]:
        """The rows of the item and the place, counted from 0."""
        rows = list(self._of_item())
        if not self.table.code_column:
            return rows
        codes = {number: self._cell(number, self.table.code_column) for number in rows}
        width = max(len(plain(cell.text)) for cell in codes.values())  # a spreadsheet takes the first zero off
        kept = [number for number, cell in codes.items() if self._code(cell, width) == self.area.code]
        if not kept:
            self._lacks(self.table.code_column, self.area.name, self.area.code, ())
        return kept

    def _of_item(self) -> Iterator[int]:
        self._require_headings()
        at, wanted = self._at(self.table.item_column), plain(self.table.item)
        there = {plain(line[at]): line[at] for line in self.lines[1:] if at < len(line)}
        if wanted not in there:
            self._lacks(self.table.item_column, self.table.item, "", tuple(there.values()))
        return (n for n, line in enumerate(self.lines) if n and at < len(line) and plain(line[at]) == wanted)

    def _code(self, cell: SheetCell, width: int) -> str:
        return digits(plain(cell.text).zfill(width)) or self.sheet.fail(
            cell.name,
            "no code",
            say("「{code}」は団体コードではありません", code=cell.text[:20]),
            "ファイルを確かめてください",
        )

    # -- cells

    def _at(self, heading: str) -> int:
        return [plain(text) for text in self.lines[0]].index(plain(heading))

    def _cell(self, row: int, heading: str) -> SheetCell:
        at, line = self._at(heading), self.lines[row]
        return sheets.typed(f"{sheets.column(at)}{row + 1}", line[at] if at < len(line) else "")

    def _require_headings(self) -> None:
        table = self.table
        first = [plain(text) for text in self.lines[0]] if self.lines else []
        for heading in filter(None, (table.code_column, table.date_column, table.item_column, table.value_column)):
            if (count := first.count(plain(heading))) != 1:
                self.sheet.fail(
                    f"{sheets.column(first.index(plain(heading)))}1" if count else "A1",
                    "another heading",
                    say("1行目の見出しに「{heading}」が{count}個あります", heading=heading, count=count),
                    say(
                        "1個のはずです。見出しは「{first}」です。ファイルか、指標の table: の columns: を確かめてください",
                        first="・".join(text[:20] for text in first[:12]),
                    ),
                )

    def _lacks(self, column: str, name: str, code: str, there: tuple[str, ...]) -> NoReturn:
        near = difflib.get_close_matches(name, there, n=1, cutoff=0.4)
        self.sheet.fail(
            self._cell(0, column).name,
            "no such row",
            say("この列に「{name}」の行がありません", name=f"{name}（{code}）" if code else name),
            say("「{near}」なら、指標の table: の item: に書いてください", near=near[0])
            if near
            else "ファイルか、指標の table: と area: を確かめてください",
        )

    def _day(self, cell: SheetCell) -> date:
        found = days(cell.text)
        if self.table.day == "last":
            found = [_last(on) for on in found or days(f"{_spelled(cell.text)}末") if on in (on.replace(day=1), _last(on))]
        if len(found) != 1:
            self.sheet.fail(
                cell.name,
                "no day",
                say("「{text}」から、いつの値かを1つに読み取れません", text=cell.text[:40]),
                "ファイルを確かめてください。月の末日の値なら、指標の table: に day: last と書きます",
            )
        return found[0]

    def _value(self, cell: SheetCell) -> Decimal | None:
        if is_none(cell.text):
            return None
        signed = cell.text.endswith(_PERCENT)
        if cell.number is None or (signed and self.unit != "%"):
            self.sheet.fail(
                cell.name,
                "no number",
                say("「{text}」を、単位が{unit}の数として読めません", text=cell.text[:40], unit=self.unit),
                "ファイルを確かめてください",
            )
        if self.unit != "%" or signed or self.table.rate == "percent":
            return cell.number
        if self.table.rate != "ratio" or cell.number > 1:
            self.sheet.fail(
                cell.name,
                "no rate",
                say("「{text}」が、割合（0〜1）なのか％なのか分かりません", text=cell.text[:40]),
                "指標の table: に rate: ratio（0.91 を 91% と読む）か rate: percent を書いてください",
            )
        number = cell.number.scaleb(2)
        return number if int(number.as_tuple().exponent) <= 0 else number.quantize(Decimal(1))


def _last(on: date) -> date:
    return on.replace(day=monthrange(on.year, on.month)[1])


def _spelled(text: str) -> str:
    """Feb-25 as 2025-2."""
    found = _MONTH.fullmatch(text.strip())
    return f"20{found[2]}-{_ENGLISH.index(found[1].title()) + 1}" if found else text
