"""Slots and rectangles of the frame as points on the page: x to the right, y down, from the frame's upper left corner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.newsletter.frame import Rect
from bot.newsletter.profile import Profile


@dataclass(frozen=True, kw_only=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Grid:
    """`length` is that of a line, `chars` cells of `size`; all in points."""

    vertical: bool
    chars: int
    lines: int
    columns: int
    size: float
    pitch: float
    gap: float

    @classmethod
    def of(cls, profile: Profile) -> Grid:
        return cls(
            vertical=profile.direction == "tate",
            chars=profile.chars,
            lines=profile.lines,
            columns=profile.columns,
            size=profile.size_pt,
            pitch=profile.pitch_pt,
            gap=profile.gap_pt,
        )

    @property
    def length(self) -> float:
        return self.chars * self.size

    @property
    def inset(self) -> float:
        """On both sides of a line within its pitch."""
        return (self.pitch - self.size) / 2

    @property
    def frame(self) -> Box:
        return self.box(Rect(column=0, line=0, columns=self.columns, lines=self.lines))

    def extent(self, rect: Rect) -> tuple[float, float]:
        """Along the lines and across them."""
        return rect.columns * self.length + (rect.columns - 1) * self.gap, rect.lines * self.pitch

    def box(self, rect: Rect) -> Box:
        along, across = self.extent(rect)
        start = rect.column * (self.length + self.gap)
        if self.vertical:
            # Vertical text runs from the right, and the page's x from the left.
            return Box(x=(self.lines - rect.line - rect.lines) * self.pitch, y=start, width=across, height=along)
        return Box(x=start, y=rect.line * self.pitch, width=along, height=across)

    def cell(self, column: int, row: float, at: float) -> tuple[float, float]:
        """The upper left corner of the cell that begins `at` em from the head of the line."""
        along = column * (self.length + self.gap) + at * self.size
        if self.vertical:
            return (self.lines - row - 1) * self.pitch + self.inset, along
        return along, row * self.pitch + self.inset

    def rules(self, reserved: Sequence[Rect]) -> Iterator[tuple[float, float, float, float]]:
        """段罫: x1, y1, x2, y2 in the middle of each gap, left out where a rectangle spans the gap."""
        for column in range(self.columns - 1):
            across = (column + 1) * (self.length + self.gap) - self.gap / 2
            open_rows = [line for line in range(self.lines) if not any(_spans(r, column, line) for r in reserved)]
            for first, last in _runs(open_rows):
                yield self._rule(across, first, last)

    def _rule(self, across: float, first: int, last: int) -> tuple[float, float, float, float]:
        if self.vertical:
            return (self.lines - last - 1) * self.pitch, across, (self.lines - first) * self.pitch, across
        return across, first * self.pitch, across, (last + 1) * self.pitch


def _spans(rect: Rect, column: int, line: int) -> bool:
    return rect.covers((column, line)) and rect.covers((column + 1, line))


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each stretch of consecutive numbers."""
    start = 0
    for n in range(1, len(numbers) + 1):
        if n == len(numbers) or numbers[n] != numbers[n - 1] + 1:
            yield numbers[start], numbers[n - 1]
            start = n
