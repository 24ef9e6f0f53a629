"""The headline: broken at phrases, as large as its rectangle lets it be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, combinations, pairwise
from typing import TYPE_CHECKING

from bot.content.document import HEADLINE_BREAK, Inline
from bot.newsletter.cells import Style, Unit, text_units, units
from bot.newsletter.compose import Line
from bot.newsletter.geometry import Box
from bot.newsletter.kinsoku import may_break

if TYPE_CHECKING:
    from budoux.parser import Parser

_MOST_LINES = 4
_LEADING = 1.2  # of the type size, from line to line
_LARGEST = 3.2  # times the size of the text


@dataclass(frozen=True, kw_only=True)
class Headline:
    """`size` and `pitch` in points. The lines begin at the head of the rectangle, in the middle of its width."""

    lines: tuple[Line, ...]
    size: float
    pitch: float

    def corners(self, box: Box, *, vertical: bool) -> Iterator[tuple[Line, tuple[float, float]]]:
        """Each line with the upper left corner of its first cell."""
        depth = self.size + self.pitch * (len(self.lines) - 1)
        margin = ((box.width if vertical else box.height) - depth) / 2
        for number, line in enumerate(self.lines):
            offset = margin + number * self.pitch
            yield line, (box.x + box.width - offset - self.size, box.y) if vertical else (box.x, box.y + offset)


def set_headline(
    title: Sequence[Inline], style: Style, protected: Sequence[str], *, length: float, depth: float, body: float
) -> Headline:
    """`length` along a line and `depth` across the lines, both in points, are there to be filled; `body` is the text's size.

    Where the writer put ｜, and only there, a line ends. Without one budoux proposes phrases, and no line ends inside a
    `protected` name. Of all ways to break, the one that allows the largest type is taken, then the most even one.
    """
    found = [u for u in units(title, style, strong=True) if isinstance(u, Unit)]
    manual = [n for n, u in enumerate(found) if u.text == HEADLINE_BREAK]
    shown = [u for u in found if u.text != HEADLINE_BREAK]
    # Where the writer put ｜ there is nothing to choose; budoux would only add places that nobody wanted.
    ways = [[n - before for before, n in enumerate(manual)]] if manual else _ways(shown, _phrases(shown, style, protected))
    best = max((_cut(shown, way) for way in ways), key=lambda lines: _merit(lines, length, depth, body))
    size = _size(best, length, depth, body)
    return Headline(lines=tuple(best), size=size, pitch=min(size * _LEADING, depth / len(best)))


def _ways(shown: Sequence[Unit], places: Sequence[int]) -> list[list[int]]:
    """Every choice of up to three of the places to break."""
    return [list(way) for count in range(min(_MOST_LINES, len(places) + 1)) for way in combinations(places, count)]


def _cut(shown: Sequence[Unit], places: Sequence[int]) -> list[Line]:
    edges = [0, *places, len(shown)]
    parts = [tuple(shown[a:b]) for a, b in pairwise(edges)]
    longest = max(sum(u.width for u in part) for part in parts)
    return [Line(units=part, room=longest, kind="headline") for part in parts]


def _merit(lines: Sequence[Line], length: float, depth: float, body: float) -> tuple[float, int]:
    """Larger type first, then the more even lines."""
    # Rounded, lest two ways of one size differ by a float's last digit and decide.
    return round(_size(lines, length, depth, body), 3), -sum(line.width**2 for line in lines)


def _size(lines: Sequence[Line], length: float, depth: float, body: float) -> float:
    across = depth / (1 + _LEADING * (len(lines) - 1))
    return min(length / max(1, lines[0].room), across, _LARGEST * body)


def _phrases(shown: Sequence[Unit], style: Style, protected: Sequence[str]) -> list[int]:
    """Indices of the units before which a line may begin."""
    text = "".join(u.text for u in shown)
    ends = set(accumulate(len(p) for p in _parser().parse(text)))
    # budoux proposes, the city's list of names decides (ADR 4).
    for name in protected:
        ends -= _inside(text, "".join(u.text for u in text_units(name, style)))
    starts = list(accumulate((len(u.text) for u in shown), initial=0))
    return [
        n for n in range(1, len(shown)) if starts[n] in ends and may_break(shown[n - 1].text[-1], shown[n].text[0], "strict")
    ]


def _inside(text: str, name: str) -> set[int]:
    """The positions within every occurrence of the name."""
    positions: set[int] = set()
    at = text.find(name)
    while at >= 0:
        positions |= set(range(at + 1, at + len(name)))
        at = text.find(name, at + 1)
    return positions


@lru_cache(maxsize=1)
def _parser() -> Parser:
    # Here, since its model takes a moment to load and only a headline needs it.
    import budoux

    return budoux.load_default_japanese_parser()
