"""From a published table into content/strategy/indicators.yml: what would change, and, once a person has said so, the change.

An indicator with `area:` and one of the kinds below takes the count of that place from the ministry's tables. One with `table:`
takes what it declares from a CSV in long form, every day of it. The file is kept beside the readings under
its SHA-256, so that anybody can look up where a number came from. All other lines of indicators.yml stay as they are written.
"""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NoReturn

import yaml

from bot.language import say
from bot.strategy import card_tables, indicators, long_tables, sheets
from bot.strategy.areas import NATION, Area
from bot.strategy.card_tables import Count
from bot.strategy.indicators import Indicator, Reading
from bot.strategy.long_tables import LongTable
from bot.strategy.sheets import SheetError
from bot.text.moments import day
from bot.values.document import parse
from bot.values.node import Node

FOLDER = "sources"  # of published files, below the strategy's
SOURCE = "総務省「マイナンバーカード交付状況」"
SOURCE_URL = "https://www.soumu.go.jp/kojinbango_card/kofujokyo.html"
_RATES = {f"{cards}率": cards for cards in card_tables.CARDS}
_MISSING = "出典の表に値がない"
KINDS = (*card_tables.CARDS, *_RATES)


@dataclass(frozen=True, kw_only=True)
class Take:
    """One indicator's reading of the file. `old` is what it has at that day, None where it has nothing; `cell` says where it
    stands."""

    indicator: Indicator
    new: Reading
    old: Reading | None
    cell: str

    @property
    def changes(self) -> bool:
        return self.old is None or _told(self.old) != _told(self.new)


@dataclass(frozen=True, kw_only=True)
class Intake:
    """`kept` is the name under which the file is kept, below the strategy's folder."""

    takes: tuple[Take, ...]
    kept: str
    data: bytes

    @property
    def changes(self) -> tuple[Take, ...]:
        return tuple(t for t in self.takes if t.changes)


def read(path: Path, known: Mapping[str, Indicator], source: str = SOURCE, url: str = SOURCE_URL) -> Intake:
    """What the file says of the known indicators; nothing is written. Raises SheetError, and NotInstalled without the extra."""
    counts = card_tables.load(sheets.load(path))
    data, kept = _kept(path)
    wanted = [i for i in known.values() if i.area is not None and _cards(i) in {c.kind for c in counts}]
    if not wanted:
        kinds = "・".join(dict.fromkeys(c.kind for c in counts))
        raise SheetError(
            "no indicator for this file",
            summary=say("{file}：この表の{kinds}を受け取る指標がありません", file=path.name, kinds=kinds),
            next_step=say("indicators.yml の指標に、kind: {kinds}率 と area: を書いてください", kinds=kinds),
        )
    takes = tuple(_take(i, i.area, counts, kept, (source, url)) for i in wanted if i.area is not None)
    return Intake(takes=takes, kept=kept, data=data)


def read_long(path: Path, wanted: Sequence[Indicator], source: str = "", url: str = "") -> Intake:
    """What a CSV in long form says of the wanted indicators, which declare it; nothing is written. Raises SheetError."""
    data, kept = _kept(path)
    takes = tuple(take for indicator in wanted for take in _long_takes(path, indicator, kept, source, url))
    return Intake(takes=takes, kept=kept, data=data)


def _long_takes(path: Path, indicator: Indicator, kept: str, source: str, url: str) -> Iterator[Take]:
    table, area = indicator.table, indicator.area
    if table is None or area is None:
        raise SheetError(
            "no table declared",
            summary=say("指標「{key}」には、この表の読み方がありません", key=indicator.key),
            next_step="indicators.yml の指標に table: を書いてください（docs/strategy.md）",
        )
    for row in long_tables.load(path, table, area, indicator.unit):
        new = Reading(
            value=row.value,
            date=row.day,
            date_of="measured",
            source=source or table.source,
            source_url=url or table.source_url,
            source_file=kept,
            missing="" if row.value is not None else _MISSING,
            note=f"出典には「{row.said}」とあり、その月の末日とした" if table.day == "last" else "",
        )
        old = next((r for r in indicator.readings if r.date == row.day), None)
        yield Take(indicator=indicator, new=new, old=old, cell=row.cell.name)


def _kept(path: Path) -> tuple[bytes, str]:
    """What is kept of the file, and under which name. Raises SheetError."""
    data = sheets.content(path)
    return data, f"{FOLDER}/{hashlib.sha256(data).hexdigest()}{path.suffix.lower()}"


def _cards(indicator: Indicator) -> str:
    """What is counted for this indicator, "" if nothing of the tables."""
    return _RATES.get(indicator.kind, indicator.kind if indicator.kind in card_tables.CARDS else "")


def _take(indicator: Indicator, area: Area, counts: Sequence[Count], kept: str, source: tuple[str, str]) -> Take:
    own = [c for c in counts if c.kind == _cards(indicator)]
    found = [c for c in own if _is_of(c, area)]
    if not found:
        _unknown(area, own)
    first = found[0]
    for other in found[1:]:
        if (other.day, other.people, other.cards, other.rate) != (first.day, first.people, first.cards, first.rate):
            other.sheet.fail(
                other.cell.name,
                "another value",
                say("「{name}」の値が、{cell} と違います", name=area.name, cell=first.cell.name),
                "どちらの表の値か決められません。ファイルを確かめてください",
            )
    new = _reading(indicator, first, kept, source)
    old = next((r for r in indicator.readings if r.date == new.date), None)
    return Take(indicator=indicator, new=new, old=old, cell=f"{first.sheet.name} {first.cell.name}".strip())


def _is_of(count: Count, area: Area) -> bool:
    """By the code, where the table has one; and then it must be the same place by its name, too."""
    if not count.code:
        return count.key == area.key
    if count.code != area.code:
        return False
    if count.code != NATION and count.key != area.key:
        count.sheet.fail(
            count.cell.name,
            "another name",
            say(
                "団体コード {code} は「{name}」ではなく「{there}」です",
                code=area.code,
                name=area.name,
                there="".join(count.key),
            ),
            "indicators.yml の area: を確かめてください",
        )
    return True


def _unknown(area: Area, counts: Sequence[Count]) -> NoReturn:
    names = {"".join(c.key) for c in counts}
    near = difflib.get_close_matches("".join(area.key), sorted(names), n=1)
    hint = say("表には「{near}」があります。", near=near[0]) if near else ""
    sheet = counts[0].sheet
    sheet.fail(
        counts[0].cell.name,
        "no such place",
        say("この表に「{name}」（{code}）の行がありません", name="".join(area.key), code=area.code),
        say("{hint}indicators.yml の area: を、表のとおりの名前にしてください", hint=hint),
    )


def _reading(indicator: Indicator, count: Count, kept: str, source: tuple[str, str]) -> Reading:
    is_rate = indicator.kind in _RATES
    return Reading(
        value=count.rate if is_rate else count.cards,
        numerator=count.cards if is_rate else None,
        denominator=count.people if is_rate and count.cards is not None else None,
        date=count.day,
        date_of="measured",
        source=source[0],
        source_url=source[1],
        source_file=kept,
        missing="" if count.cards is not None else _MISSING,
        note=f"人口は{day(count.people_day, with_year=True)}時点" if is_rate else "",
    )


def _told(reading: Reading) -> tuple[object, ...]:
    """What a reader sees of it: 46.5 and 46.50 are two statements."""
    return str(reading.value), reading.numerator, reading.denominator, reading.missing


def kept_well(folder: Path, reading: Reading) -> bool:
    """The file of this reading lies in the strategy's folder and is what was read then; true for a reading of none."""
    if not reading.source_file:
        return True
    kept = folder / reading.source_file
    if kept.parent != folder / FOLDER:
        return False
    try:
        return hashlib.sha256(kept.read_bytes()).hexdigest() == kept.stem
    except (OSError, ValueError):
        return False


# -- into the file


def accept(path: Path, taken: Intake) -> None:
    """Keep the file and write the readings into indicators.yml, all or nothing. Raises FileError."""
    text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    for take in taken.changes:
        text = _with(path, text, take)
    staged = path.with_name(f".{path.name}.new")
    try:
        staged.write_text(text, encoding="utf-8", newline="")
        found = indicators.load(staged)
        for take in taken.changes:
            assert take.new in found[take.indicator.key].readings, take.indicator.key  # noqa: S101 before it is in place
        kept = path.parent / taken.kept
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(taken.data)
        os.replace(staged, path)  # noqa: PTH105 over the old one, at once
    finally:
        staged.unlink(missing_ok=True)


def _with(path: Path, text: str, take: Take) -> str:
    """The text of indicators.yml with one reading more, or another one of that day."""
    lines = text.rstrip("\n").split("\n")
    root = parse(path, text.encode())
    entries = list(root.entries())
    at = next(n for n, (key, _) in enumerate(entries) if key.text() == take.indicator.key)
    first = entries[at][0].place.line - 1
    after = entries[at + 1][0].place.line - 1 if at + 1 < len(entries) else len(lines)
    last = _end(lines, first, after)
    items = _items(lines, entries[at][1])
    if items is None:
        readings = sorted((*(r for r in take.indicator.readings if r.date != take.new.date), take.new), key=lambda r: r.date)
        lines[first:last] = _entry(take.indicator, readings)
    else:
        _put(lines, items, last, take.new)
    return "\n".join(lines) + "\n"


def _items(lines: Sequence[str], entry: Node) -> list[tuple[date, int]] | None:
    """The readings of an entry with the line on which each begins; None where they do not stand one below the other."""
    readings = next((value for key, value in entry.entries() if key.text() == "readings"), None)
    if readings is None:
        return None
    found = []
    for node in readings.items():
        at = node.place.line - 1
        if not lines[at].lstrip().startswith("- "):
            return None
        found.append((next(value.day() for key, value in node.entries() if key.text() == "date"), at))
    return found


def _put(lines: list[str], items: Sequence[tuple[date, int]], last: int, new: Reading) -> None:
    starts = [at for _, at in items]
    indent = lines[starts[0]][: len(lines[starts[0]]) - len(lines[starts[0]].lstrip())]
    line = f"{indent}- {_flow(new)}"
    for number, (on, at) in enumerate(items):
        if on == new.date:
            lines[at : _end(lines, at, starts[number + 1] if number + 1 < len(starts) else last)] = [line]
            return
    later = [at for on, at in items if on > new.date]
    # After the last reading, whatever other keys may follow the list.
    end = next((at for at in range(starts[-1] + 1, last) if _is_left_of(lines[at], indent)), last)
    lines.insert(min(later) if later else end, line)


def _is_left_of(line: str, indent: str) -> bool:
    return bool(line.strip()) and not line.startswith(f"{indent} ") and not line.lstrip().startswith("#")


def _end(lines: Sequence[str], first: int, after: int) -> int:
    """Without the empty lines and comments before what follows: they belong to that."""
    while after > first + 1 and (not lines[after - 1].strip() or lines[after - 1].lstrip().startswith("#")):
        after -= 1
    return after


def _entry(indicator: Indicator, readings: Sequence[Reading]) -> list[str]:
    """An entry in block style, for one that had its only reading among its own keys."""
    area = indicator.area
    assert area is not None  # noqa: S101 it was taken
    head = [f"{_scalar(indicator.key)}:", f"  name: {_scalar(indicator.name)}", f"  kind: {_scalar(indicator.kind)}"]
    head += [
        f"  unit: {_scalar(indicator.unit)}",
        f'  area: {{code: "{area.code}", name: {_scalar(area.name)}}}',
    ]
    head += [f"  table: {_declared(indicator.table)}"] if indicator.table else []
    head += ["  readings:"]
    return [*head, *(f"    - {_flow(r)}" for r in readings)]


def _declared(table: LongTable) -> str:
    columns = {"code": table.code_column, "date": table.date_column, "item": table.item_column, "value": table.value_column}
    shown = ", ".join(f"{key}: {_scalar(text)}" for key, text in columns.items() if text)
    words = {key: getattr(table, key) for key in ("item", "day", "rate", "source", "source_url")}
    return "{" + ", ".join([f"columns: {{{shown}}}", *(f"{key}: {_scalar(text)}" for key, text in words.items() if text)]) + "}"


def _flow(reading: Reading) -> str:
    name = "rate" if reading.numerator is not None else "value"
    said = {name: reading.value, "numerator": reading.numerator, "denominator": reading.denominator}
    words = {key: getattr(reading, key) for key in ("source", "source_url", "source_file", "note")}
    parts = [f"{key}: {number}" for key, number in said.items() if number is not None]
    parts += [f"missing: {_scalar(reading.missing)}"] if reading.missing else []
    parts += [f"date: {reading.date.isoformat()}"]
    parts += [f"date_of: {reading.date_of}"] if reading.date_of != "measured" else []
    return "{" + ", ".join([*parts, *(f"{key}: {_scalar(text)}" for key, text in words.items() if text)]) + "}"


def _scalar(text: str) -> str:
    """As YAML writes it inside { }."""
    listed: str = yaml.safe_dump([text], allow_unicode=True, default_flow_style=True, width=100_000)
    return listed.strip()[1:-1]
