"""Spreadsheets that others publish, as cells with their names. Everything is bounded before anything is parsed (ADR 41).

A workbook is a zip of XML: a few kilobytes may unpack to gigabytes, name one entity a billion times, or speak of a cell a
million rows away. So what is unpacked is counted, declarations of entities are refused, and each cell that is named lies within
bounds; only then does openpyxl read it, row by row. What is not in UTF-8 or has macros is refused as well: nothing published
needs it.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NoReturn, TypeVar
from xml.etree import ElementTree

from bot.errors import BotError, NotInstalled
from bot.language import say

MAX_BYTES = 20_000_000  # of a file; the ministry's has 0.2 million
MAX_UNPACKED = 100_000_000  # bytes
MAX_MEMBERS = 500
MAX_ROWS, MAX_COLUMNS, MAX_SHEETS = 20_000, 200, 100
MAX_LINES, MAX_TEXTS = 500_000, 3_000_000  # of a CSV whose rows are only looked through
MAX_CELLS = 200_000  # of all sheets; the ministry's has 20 thousand, and each takes 200 bytes of memory
_ENTITY = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([^"']*)""", re.IGNORECASE)
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})", re.ASCII)
_PERCENT = re.compile(r"0(?:\.(0+))?%")
_NAMES = ("r", "ref", "sqref")
_Cell = TypeVar("_Cell")


class SheetError(BotError):
    """Something is wrong with a spreadsheet, in the cell that the sentence names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetCell:
    """`text` is what a reader sees, "" for an empty one; `number` is its value with the digits that are seen, None where it is
    none. `name` is D118."""

    name: str
    text: str
    number: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Worksheet:
    """`merged` are (name, first row, last row, first column, last column), counted from 0."""

    name: str
    rows: Sequence[Sequence[SheetCell]]
    merged: Sequence[tuple[str, int, int, int, int]] = ()

    def fail(self, cell: str, message: str, problem: str, next_step: str) -> NoReturn:
        where = say("「{sheet}」の {cell}", sheet=self.name, cell=cell) if self.name else cell
        raise SheetError(message, summary=f"{where}：{say(problem)}", next_step=next_step)


def load(path: Path) -> list[Worksheet]:
    """The sheets of a workbook (.xlsx), or the one of a CSV. Raises SheetError, and NotInstalled without the extra."""
    data = content(path)
    if path.suffix.lower() == ".csv":
        return [_csv(path, data)]
    if path.suffix.lower() != ".xlsx":
        _refuse(path, "この種類のファイルは読めません", "Excel で .xlsx か CSV に保存し直してください")
    return list(_workbook(path, data))


def lines(path: Path) -> list[list[str]]:
    """The rows of a CSV as text: in a long one few values are wanted. Raises SheetError."""
    data = content(path)
    if path.suffix.lower() != ".csv":
        _refuse(path, "この種類のファイルは読めません", "CSV で保存し直してください")
    return [list(line) for line in _counted(path, _split(path, data), 0, MAX_LINES, MAX_TEXTS)]


def column(number: int) -> str:
    """0 is A."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def content(path: Path) -> bytes:
    """The file's bytes, if they are not too many. Raises SheetError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError):
        _refuse(path, "ファイルを開けません", "ファイルの名前と場所を確かめてください")
    if len(data) > MAX_BYTES:
        _refuse(path, "ファイルが大きすぎます（上限は 20 MB）", "要るシートだけを残して保存し直してください")
    return data


def _refuse(path: Path, problem: str, next_step: str) -> NoReturn:
    raise SheetError(f"{path.name}: {problem}", summary=f"{path.name}：{say(problem)}", next_step=next_step)


# -- CSV


def _csv(path: Path, data: bytes) -> Worksheet:
    rows = enumerate(_counted(path, _split(path, data), 0), start=1)
    return Worksheet(name="", rows=[[typed(f"{column(c)}{r}", text) for c, text in enumerate(line)] for r, line in rows])


def _split(path: Path, data: bytes) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(_decoded(path, data), newline=""), strict=True)
    except csv.Error:
        _refuse(path, "CSV として読めません", "引用符の閉じ忘れや、長すぎる行を確かめてください")


def _counted(
    path: Path, lines: Iterable[Sequence[_Cell]], cells: int, most_rows: int = MAX_ROWS, most_cells: int = MAX_CELLS
) -> Iterator[Sequence[_Cell]]:
    """The lines, as long as they stay within bounds; `cells` were read before them."""
    for number, line in enumerate(lines, start=1):
        cells += len(line)
        if number > most_rows or len(line) > MAX_COLUMNS or cells > most_cells:
            _refuse(path, "行か列が多すぎます", "要る表だけを残してください")
        yield line


def _decoded(path: Path, data: bytes) -> str:
    """By its mark, else UTF-8 where it is that, else CP932 as Excel in Japan writes it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp932")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as e:
            line = data.count(b"\n", 0, e.start) + 1
    _refuse(path, say("{line}行目の文字を読めません", line=line), "UTF-8 か Shift_JIS（CP932）で保存し直してください")


def typed(name: str, text: str) -> SheetCell:
    """A number as it is written, 81.2% with its sign; the digits that are there are those that were published."""
    narrow = text.strip().replace("，", ",")
    bare = narrow.removesuffix("%").removesuffix("％").strip()
    plain = re.fullmatch(r"(?:\d{1,3}(?:,\d{3})+|\d{1,15})(\.\d{1,15})?", bare, re.ASCII)
    return SheetCell(name=name, text=text.strip(), number=Decimal(bare.replace(",", "")) if plain else None)


# -- workbooks


def _workbook(path: Path, data: bytes) -> Iterator[Worksheet]:
    merged = _bounded(path, data)
    try:
        import openpyxl
    except ImportError:
        raise NotInstalled("openpyxl") from None
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        cells = 0
        for sheet in book.worksheets[:MAX_SHEETS]:
            lines = _counted(path, sheet.iter_rows(), cells)
            rows = [[_cell(c, r, cell) for c, cell in enumerate(row)] for r, row in enumerate(lines, start=1)]
            cells += sum(map(len, rows))
            member = sheet._worksheet_path.lstrip("/")
            yield Worksheet(name=sheet.title, rows=rows, merged=tuple(_box(ref) for ref in merged.get(member, ())))
    except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, OSError, SyntaxError, zipfile.BadZipFile):
        _refuse(path, "Excel のファイルとして読めません", "Excel で開き、.xlsx に保存し直してください")


def _cell(at: int, row: int, cell: object) -> SheetCell:
    value, name = getattr(cell, "value", None), f"{column(at)}{row}"
    if value is None:
        return SheetCell(name=name, text="")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return typed(name, str(value))
    number = Decimal(repr(value))
    if found := _PERCENT.fullmatch(str(getattr(cell, "number_format", ""))):
        # As Excel shows it: half up, from the shortest decimals of the number.
        number = (number * 100).quantize(Decimal(1).scaleb(-len(found[1] or "")), ROUND_HALF_UP)
        return SheetCell(name=name, text=f"{number}%", number=number)
    whole = number == number.to_integral_value()
    return SheetCell(name=name, text=f"{number:,}", number=number.quantize(Decimal(1)) if whole else number)


def _bounded(path: Path, data: bytes) -> dict[str, list[str]]:
    """What is merged, by the member of the zip, once all of it was found to be harmless."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if len(packed.infolist()) > MAX_MEMBERS:
                _refuse(path, "ファイルの中の部品が多すぎます", "要るシートだけを残して保存し直してください")
            left, merged = MAX_UNPACKED, {}
            for member in packed.infolist():
                with packed.open(member) as stream:
                    content = stream.read(left + 1)
                left -= len(content)
                if left < 0:
                    _refuse(path, "開くと大きすぎます（上限は 100 MB）", "要るシートだけを残して保存し直してください")
                if member.filename.lower().endswith("vbaproject.bin"):
                    _refuse(path, "マクロが入っています", "マクロのない .xlsx に保存し直してください")
                if member.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _require_plain(path, content)
                if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml"):
                    merged[member.filename] = _merged(path, content)
            return merged
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ElementTree.ParseError,
        ValueError,
    ):
        _refuse(path, "Excel のファイルとして読めません", "Excel で開き、.xlsx に保存し直してください")


def _require_plain(path: Path, content: bytes) -> None:
    """UTF-8 and no entities: in another encoding their declaration could not be seen."""
    said = _ENCODING.match(content.removeprefix(b"\xef\xbb\xbf"))
    if b"\x00" in content or (said and said[1].lower() not in (b"utf-8", b"us-ascii", b"ascii")) or _ENTITY.search(content):
        _refuse(
            path, "使えない書き方（実体の宣言か、UTF-8 でない文字）があります", "Excel で開き、.xlsx に保存し直してください"
        )


def _merged(path: Path, content: bytes) -> list[str]:
    """No entity is declared, so this parser has nothing to expand. Each element is let go once it was seen."""
    merged = []
    for _, element in ElementTree.iterparse(io.BytesIO(content)):  # noqa: S314 see _require_plain
        for name in _NAMES:
            for column_name, row in _REFERENCE.findall(element.get(name, "")):
                if int(row) > MAX_ROWS or _number(column_name) >= MAX_COLUMNS:
                    _refuse(
                        path,
                        say("表の外れにセルがあります（{cell}）", cell=f"{column_name}{row}"),
                        "要る表だけを残してください",
                    )
        if element.tag.endswith("}row") and element.get("r", "0").isdigit() and int(element.get("r", "0")[:9]) > MAX_ROWS:
            _refuse(
                path, say("表の外れにセルがあります（{cell}）", cell=element.get("r", "")[:9]), "要る表だけを残してください"
            )
        if element.tag.endswith("}mergeCell"):
            merged.append(element.get("ref", ""))
        element.clear()
    return merged


def _number(name: str) -> int:
    value = 0
    for letter in name:
        value = value * 26 + ord(letter) - ord("A") + 1
    return value - 1


def _box(ref: str) -> tuple[str, int, int, int, int]:
    ends = [(_number(c), int(r) - 1) for c, r in _REFERENCE.findall(ref)]
    return ref, ends[0][1], ends[-1][1], ends[0][0], ends[-1][0]
