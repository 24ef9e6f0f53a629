"""Units → lines of a fixed number of cells (全角ベタ). Every output draws these lines and breaks none of its own.

The method is 追出し: what may not begin a line takes the character before it along, and the cells that are left open are
spread over the line when they are two or fewer. Nothing is squeezed, since a grid of newsprint cannot be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.newsletter.cells import Cell, Unit
from bot.newsletter.kinsoku import Level, hangs, may_break

Kind = Literal["body", "heading", "headline", "caption"]
_BRACKETS = 2  # cells that a unit leaves free on its line, for what may not be parted from it
_SPREAD = 2  # cells; a wider gap is left at the line's end rather than torn over it


@dataclass(frozen=True, kw_only=True)
class Rules:
    """`hang`: a full stop or comma may stand below a full line (ぶら下げ)."""

    level: Level = "strict"
    hang: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """`room` cells long; `indent` cells are left open before the first. `ends` its paragraph."""

    units: tuple[Unit, ...]
    room: int
    indent: int = 0
    ends: bool = True
    kind: Kind = "body"

    @property
    def text(self) -> str:
        return "".join(u.text for u in self.units)

    @property
    def width(self) -> int:
        """Cells in use, the indent with them, the white space that the line ends with and a hanging stop without."""
        # A hanging stop stands below the last cell and takes no room.
        return min(self.room, self.indent + sum(u.width for u in self._inked()))

    def positions(self) -> Iterator[tuple[Unit, tuple[float, ...]]]:
        """Each unit with where its cells begin, in em from the head of the line."""
        step = self._spread()
        at = float(self.indent)
        for unit in self.units:
            starts = []
            for cell in unit.cells:
                starts.append(at)
                at += cell.width + step
            yield unit, tuple(starts)

    def _inked(self) -> tuple[Unit, ...]:
        blank = next((i for i, u in enumerate(reversed(self.units)) if u.text != "　"), len(self.units))
        return self.units[: len(self.units) - blank]

    def _spread(self) -> float:
        slack = self.room - self.indent - sum(u.width for u in self._inked())
        gaps = sum(len(u.cells) for u in self._inked()) - 1
        return slack / gaps if not self.ends and 0 < slack <= _SPREAD and gaps > 0 else 0.0


def compose(
    units: Sequence[Unit], room: int, rules: Rules, *, first: int = 0, indent: int = 0, kind: Kind = "body"
) -> list[Line]:
    """The lines of one paragraph: `first` and `indent` cells are left open on its first and its later lines.

    A place where no line may end is broken only if the line has no other.
    """
    # Room for the brackets beside it, or a word as long as the line would leave them alone on a line.
    units = [piece for unit in units for piece in _pieces(unit, room - max(first, indent) - _BRACKETS)]
    lines: list[Line] = []
    start = 0
    while start < len(units):
        left = indent if lines else first
        end = _end(units, start, room - left, rules)
        lines.append(Line(units=tuple(units[start:end]), room=room, indent=left, ends=end == len(units), kind=kind))
        start = end
    return lines


def _end(units: Sequence[Unit], start: int, room: int, rules: Rules) -> int:
    """Where the line from `start` on ends: the index after its last unit."""
    full = _full(units, start, room)
    if rules.hang and full < len(units) and hangs(units[full].text) and _breaks(units, full + 1, rules):
        return _with_blanks(units, full + 1)
    end = _with_blanks(units, full)
    # 追出し: back to the nearest place that may end a line. What stood behind it goes to the next one.
    for place in range(end, start, -1):
        if _breaks(units, place, rules):
            return place
    return end


def _full(units: Sequence[Unit], start: int, room: int) -> int:
    """The index after the last unit that fits; one always does."""
    used, end = units[start].width, start + 1
    while end < len(units) and used + units[end].width <= room:
        used += units[end].width
        end += 1
    return end


def _with_blanks(units: Sequence[Unit], end: int) -> int:
    """White space never begins a line: it stays, unseen, behind the line before."""
    while end < len(units) and units[end].text == "　":
        end += 1
    return end


def _breaks(units: Sequence[Unit], place: int, rules: Rules) -> bool:
    """Whether a line may end before the unit at `place`."""
    if place == len(units):
        return True
    before, after = units[place - 1].text[-1], units[place].text[0]
    return after != "　" and may_break(before, after, rules.level)


def _pieces(unit: Unit, room: int) -> Iterator[Unit]:
    """The unit itself, or, when it is too long for any line, what it falls apart into, its reading shared out evenly."""
    if unit.width <= max(room, 1):
        yield unit
        return
    cells = [piece for cell in unit.cells for piece in _slices(cell, room)]
    count = len(cells)
    for n, cell in enumerate(cells):
        low, high = (len(unit.reading) * i // count for i in (n, n + 1))
        yield replace(unit, cells=(cell,), reading=unit.reading[low:high])


def _slices(cell: Cell, room: int) -> Iterator[Cell]:
    """A word in parts of half a line, so that what may not begin a line can take one along."""
    if cell.width <= room:
        yield cell
        return
    share = max(1, len(cell.text) * (room // 2) // cell.width)
    for start in range(0, len(cell.text), share):
        text = cell.text[start : start + share]
        # Rounded up, so that the pieces never take less room than the word.
        yield replace(cell, text=text, width=-(-cell.width * len(text) // len(cell.text)))
