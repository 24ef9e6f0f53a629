"""The frame of the column: 段 × 行, less the rectangles of headline and figure; the text runs around them.

Columns (段) and lines are counted from 0 in the code, from 1 in the profile. In vertical writing columns lie one below the
other and lines run from right to left; in horizontal writing columns stand side by side and lines run down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.newsletter.compose import Line


@dataclass(frozen=True, kw_only=True)
class Rect:
    """`columns` × `lines` slots from (`column`, `line`) on."""

    column: int
    line: int
    columns: int
    lines: int

    def covers(self, slot: Slot) -> bool:
        column, line = slot
        return self.column <= column < self.column + self.columns and self.line <= line < self.line + self.lines

    def meets(self, other: Rect) -> bool:
        return any(other.covers(slot) for slot in self.slots())

    def slots(self) -> Iterator[Slot]:
        for column in range(self.column, self.column + self.columns):
            for line in range(self.line, self.line + self.lines):
                yield column, line


Slot = tuple[int, int]  # column, line


@dataclass(frozen=True, kw_only=True)
class Passage:
    """One set paragraph or heading. `rows` slots belong to it; a heading takes more than it has lines (行取り), and an
    `address` to be shown as a QR code has none."""

    lines: tuple[Line, ...]
    rows: int
    heading: bool = False
    address: str = ""

    @property
    def text(self) -> str:
        return "".join(line.text for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A line in its place. `row` is a fraction where a heading stands in the middle of its rows."""

    line: Line
    column: int
    row: float


@dataclass(frozen=True, kw_only=True)
class Filled:
    """`lost` slots stay open because a heading or a code may not stand there; `overflow` had no slot. `codes` are addresses
    with the slot where their QR code begins."""

    slots: tuple[Slot, ...]
    placed: tuple[Placed, ...]
    used: int
    lost: int
    overflow: tuple[Passage, ...] = field(default=())
    codes: tuple[tuple[Slot, str], ...] = field(default=())


def slots(columns: int, lines: int, reserved: Sequence[Rect]) -> tuple[Slot, ...]:
    """The places for lines of text, in reading order."""
    whole = Rect(column=0, line=0, columns=columns, lines=lines)
    return tuple(slot for slot in whole.slots() if not any(rect.covers(slot) for rect in reserved))


def fill(passages: Sequence[Passage], places: tuple[Slot, ...]) -> Filled:
    """A heading stays within one run of slots and has a line of text after it; what no longer fits is handed back, in order."""
    placed: list[Placed] = []
    codes: list[tuple[Slot, str]] = []
    at = lost = 0
    for number, passage in enumerate(passages):
        whole = passage.heading or bool(passage.address)
        if whole:
            # One row more than its own: a heading at the foot of a column, with its text in the next, looks like an error.
            start = _room_for(passage.rows + passage.heading, places, at)
            lost += start - at
            at = start
        free = places[at : at + passage.rows]
        # A heading is never torn; what follows it overflows together with it, so that the order stays.
        if whole and len(free) < passage.rows:
            over = tuple(passages[number:])
            return _filled(places, placed, codes, at - lost, lost, over)
        placed += _place(passage, free)
        codes += [(free[0], passage.address)] if passage.address else []
        at += len(free)
        if len(free) < passage.rows:
            rest = Passage(lines=passage.lines[len(free) :], rows=passage.rows - len(free))
            over = (rest, *passages[number + 1 :])
            return _filled(places, placed, codes, at - lost, lost, over)
    return _filled(places, placed, codes, at - lost, lost, ())


def _filled(
    places: tuple[Slot, ...],
    placed: Sequence[Placed],
    codes: Sequence[tuple[Slot, str]],
    used: int,
    lost: int,
    overflow: tuple[Passage, ...],
) -> Filled:
    return Filled(slots=places, placed=tuple(placed), used=used, lost=lost, overflow=overflow, codes=tuple(codes))


def _place(passage: Passage, free: Sequence[Slot]) -> Iterator[Placed]:
    margin = (passage.rows - len(passage.lines)) / 2
    for line, (column, row) in zip(passage.lines, free, strict=False):
        yield Placed(line=line, column=column, row=row + margin)


def _room_for(rows: int, places: Sequence[Slot], at: int) -> int:
    """Where the next run of at least `rows` slots begins, or the end."""
    while at < len(places):
        run = _run(places, at)
        if run >= rows:
            return at
        at += run
    return at


def _run(places: Sequence[Slot], at: int) -> int:
    """How many slots follow on each other from `at` on, in one column and with nothing between."""
    column, line = places[at]
    end = at
    while end < len(places) and places[end] == (column, line + end - at):
        end += 1
    return end - at
