"""総務省「マイナンバーカード交付状況」, the spreadsheet and its CSV, in the layouts of before and since 2023-06.

Several tables stand one above the other on one sheet. A table is known by its headings: names of places, then 人口, then
交付枚数 or 保有枚数, then the rate. The days are written inside the headings, with line breaks, in （） or 【】:
人口↵（R7.1.1時点）. Other tables (by kind of municipality, by age) have other headings on the left and are passed over. Nothing
is guessed: what is not as it always was is told by its cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NoReturn

from bot.language import say
from bot.strategy.areas import NATION, digits, is_none, parted, plain
from bot.strategy.sheets import SheetCell, Worksheet
from bot.text.eras import days

_CODE, _PREFECTURE, _MUNICIPALITY, _BODY = "団体コード", "都道府県名", "市区町村名", "団体名"
_NAMES: Mapping[str, str] = {
    "団体コード": _CODE,
    "全国地方公共団体コード": _CODE,
    "都道府県名": _PREFECTURE,
    "市区町村名": _MUNICIPALITY,
    "団体名": _BODY,
}
_PEOPLE = ("人口", "総数(人口)")
CARDS = ("交付枚数", "保有枚数")
_RATE = re.compile(r"(?:人口に対する)?(?:(?P<kind>交付|保有)(?:枚数)?率|割合)(?:\(.*\))?")
_DATED = re.compile(r"[(【\[][^()【】\[\]]*(?:\d|時点|現在|末)[^()【】\[\]]*[)】\]]$")  # after NFKC, which makes （ (
_NOTES = ("※", "(注", "注")
_NATION, _MOST_PREFECTURES = "全国", 40


@dataclass(frozen=True, kw_only=True)
class Count:
    """One place's row. `cards` and `rate` are None where the table has a mark for "no data", which is no zero."""

    key: tuple[str, str]
    code: str
    kind: str
    day: date
    people: Decimal
    people_day: date
    cards: Decimal | None
    rate: Decimal | None
    sheet: Worksheet
    cell: SheetCell
    people_cell: SheetCell


@dataclass(frozen=True, kw_only=True)
class _Table:
    """`names` maps a kind of heading to its column, the others are columns; `row` is that of the headings."""

    sheet: Worksheet
    row: int
    names: Mapping[str, int]
    people: int
    people_day: date
    kind: str
    day: date
    counts: list[Count] = field(default_factory=list)

    @property
    def columns(self) -> range:
        return range(min(self.names.values()), self.people + 3)


def load(sheets: Sequence[Worksheet]) -> list[Count]:
    """Every place's count in every table. Raises SheetError."""
    found = [count for sheet in sheets for table in _tables(sheet) for count in _counts(table)]
    if not found:
        sheets[0].fail(
            "A1",
            "no table",
            "「都道府県名」「人口」「保有枚数」（または「交付枚数」）の並ぶ見出しがありません",
            "総務省の「マイナンバーカード交付状況」のファイルか、見出しが変わっていないかを確かめてください",
        )
    return found


def _tables(sheet: Worksheet) -> Iterator[_Table]:
    for number, row in enumerate(sheet.rows):
        for at, cell in enumerate(row):
            if _heading(cell) in CARDS and (table := _table(sheet, number, at)) is not None:
                yield table


def _heading(cell: SheetCell) -> str:
    """The words of a heading without their day: 総数(人口) of 総数（人口）【H28.1.1時点】."""
    return _DATED.sub("", plain(cell.text))


def _table(sheet: Worksheet, row: int, at: int) -> _Table | None:
    """The table whose headings have 交付枚数 or 保有枚数 in this cell; None for one that is not of places."""
    cells = sheet.rows[row]
    names = _named(sheet, cells, at - 1)
    if not names:
        return None
    people, cards = cells[at - 1], cells[at]
    if _heading(people) not in _PEOPLE:
        _changed(sheet, people, say("「{cards}」の左は「人口」のはずです", cards=_heading(cards)))
    rate = cells[at + 1] if at + 1 < len(cells) else SheetCell(name=f"{cards.name}の右", text="")
    said = _RATE.fullmatch(_heading(rate))
    kind = _heading(cards)
    if not said or (said["kind"] and not kind.startswith(said["kind"])):
        _changed(sheet, rate, say("「{cards}」の右は、その割合のはずです", cards=kind))
    return _Table(
        sheet=sheet,
        row=row,
        names=names,
        people=at - 1,
        people_day=_day(sheet, people),
        kind=kind,
        day=_day(sheet, cards),
    )


def _named(sheet: Worksheet, cells: Sequence[SheetCell], people: int) -> dict[str, int]:
    """The columns of names by their heading, from 人口 to the left as far as there are any; none for other tables."""
    names: dict[str, int] = {}
    strange: SheetCell | None = None
    for at in range(people - 1, -1, -1):
        if not cells[at].text:
            break
        known = _NAMES.get(_heading(cells[at]))
        if known is None:
            strange = strange or cells[at]
        elif known in names:
            break  # of the table beside this one
        else:
            names[known] = at
    if strange is not None and names:
        _changed(sheet, strange, "名前か団体コードの列のはずです")
    return names if {_PREFECTURE, _BODY} & set(names) else {}


def _day(sheet: Worksheet, cell: SheetCell) -> date:
    found = days(cell.text)
    if len(found) != 1:
        _changed(sheet, cell, "いつの時点かを1つに読み取れません")
    return found[0]


def _changed(sheet: Worksheet, cell: SheetCell, problem: str) -> NoReturn:
    shown = " ".join(cell.text.split())[:40]
    sheet.fail(
        cell.name,
        "another heading",
        say("見出し「{shown}」が、いままでと違います。{problem}", shown=shown, problem=say(problem)),
        "ファイルを確かめてください。見出しを書き換えずに、担当に知らせてください",
    )


def _counts(table: _Table) -> list[Count]:
    rows = list(_rows(table))
    _require_unmerged(table, table.row + len(rows))
    table.counts.extend(_count(table, row) for row in rows)
    _require_totals(table)
    return table.counts


def _rows(table: _Table) -> Iterator[Mapping[int, SheetCell]]:
    """The rows below the headings by column, up to an empty one, a note, or the next table's headings."""
    for row in table.sheet.rows[table.row + 1 :]:
        cells = [row[at] if at < len(row) else SheetCell(name="", text="") for at in table.columns]
        if not any(cell.text for cell in cells) or plain(cells[0].text).startswith(_NOTES) or _is_heading(cells):
            return
        yield dict(zip(table.columns, cells, strict=True))


def _is_heading(cells: Sequence[SheetCell]) -> bool:
    return any(_heading(cell) in (*CARDS, *_NAMES) for cell in cells)


def _count(table: _Table, cells: Mapping[int, SheetCell]) -> Count:
    sheet = table.sheet
    people, cards, rate = (cells[table.people + step] for step in range(3))
    of_people = _whole(sheet, people)
    none = _none(cards) and _none(rate)
    of_cards = None if none else _whole(sheet, cards)
    of_rate = None if none else _rate(sheet, rate)
    if of_cards is not None and of_rate is not None:
        _require_quotient(sheet, rate, of_cards, of_people)
    code = cells[table.names[_CODE]] if _CODE in table.names else None
    return Count(
        key=_key(table, cells),
        code=_code(sheet, code) if code else "",
        kind=table.kind,
        day=table.day,
        people=of_people,
        people_day=table.people_day,
        cards=of_cards,
        rate=of_rate,
        sheet=sheet,
        cell=cards,
        people_cell=people,
    )


def _key(table: _Table, cells: Mapping[int, SheetCell]) -> tuple[str, str]:
    """(prefecture, municipality). 団体名 has both in one: 石川県加賀市."""
    if _BODY in table.names:
        return parted(cells[table.names[_BODY]].text)
    prefecture = cells[table.names[_PREFECTURE]]
    if not plain(prefecture.text):
        table.sheet.fail(prefecture.name, "no name", "都道府県名が空です", "ファイルを確かめてください")
    return plain(prefecture.text), plain(cells[table.names[_MUNICIPALITY]].text) if _MUNICIPALITY in table.names else ""


def _code(sheet: Worksheet, cell: SheetCell) -> str:
    text = plain(cell.text.replace(",", ""))
    if not text:
        return NATION  # the nation's row has none
    return digits(text.zfill(6)) or sheet.fail(
        cell.name, "no code", say("「{code}」は団体コードではありません", code=text[:20]), "ファイルを確かめてください"
    )


def _none(cell: SheetCell) -> bool:
    return cell.number is None and is_none(cell.text)


def _whole(sheet: Worksheet, cell: SheetCell) -> Decimal:
    if cell.number is None or cell.number != cell.number.to_integral_value() or cell.text.endswith(("%", "％")):
        sheet.fail(
            cell.name, "no number", say("「{text}」を数として読めません", text=cell.text[:40]), "ファイルを確かめてください"
        )
    return cell.number


def _rate(sheet: Worksheet, cell: SheetCell) -> Decimal:
    if cell.number is None or not cell.text.endswith(("%", "％")):
        sheet.fail(
            cell.name,
            "no rate",
            say("「{text}」を割合（％）として読めません", text=cell.text[:40]),
            "いくつの桁で公表された値か分からないため、推し量りません。ファイルを確かめてください",
        )
    return cell.number


def _require_quotient(sheet: Worksheet, rate: SheetCell, cards: Decimal, people: Decimal) -> None:
    assert rate.number is not None  # noqa: S101 _rate
    if not people or abs(cards / people * 100 - rate.number) >= Decimal(1).scaleb(int(rate.number.as_tuple().exponent)):
        exact = f"{cards / people * 100:.4f}" if people else "-"
        sheet.fail(
            rate.name,
            "another quotient",
            say("割合 {rate} が、枚数÷人口（{exact}）と合いません", rate=rate.text, exact=exact),
            "ファイルを確かめてください",
        )


def _require_unmerged(table: _Table, last: int) -> None:
    for name, first_row, last_row, first_column, last_column in table.sheet.merged:
        over = first_row <= last and last_row >= table.row
        if over and first_column <= table.columns[-1] and last_column >= table.columns[0]:
            table.sheet.fail(
                name,
                "merged cells",
                "表の中のセルが結合されています",
                "どの行の値か決められません。結合のないファイルを使ってください",
            )


def _require_totals(table: _Table) -> None:
    """The nation is the sum of its municipalities, or, where none are listed, of its prefectures; a prefecture that of its
    municipalities. A list of the first ten has no total to keep."""
    of_places = [c for c in table.counts if c.key[1]] or [c for c in table.counts if c.key[0] != _NATION]
    if len({c.key[0] for c in of_places}) < _MOST_PREFECTURES:
        return
    parts: dict[str, list[Count]] = {}
    for count in of_places:
        parts.setdefault(count.key[0], []).append(count)
    for count in (c for c in table.counts if not c.key[1] and c.cards is not None):
        summed = of_places if count.key[0] == _NATION else parts.get(count.key[0], [count])
        _require_sum(count, count.people_cell, "人口", count.people, sum((c.people for c in summed), Decimal()))
        assert count.cards is not None  # noqa: S101 asked for
        _require_sum(
            count, count.cell, count.kind, count.cards, sum((c.cards for c in summed if c.cards is not None), Decimal())
        )


def _require_sum(count: Count, cell: SheetCell, what: str, said: Decimal, summed: Decimal) -> None:
    if said != summed:
        count.sheet.fail(
            cell.name,
            "another total",
            say(
                "「{name}」の{what} {said:,} が、各行の合計 {summed:,} と合いません",
                name=count.key[0],
                what=what,
                said=said,
                summed=summed,
            ),
            "行が欠けていないか、ファイルを確かめてください",
        )
