"""The headline: broken at phrases, as large as its rectangle lets it be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
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
    shown = [u for u in found if u.text != HEADLINE_BREAK]
    # Where the writer put ｜ there is nothing to choose; budoux would only add places that nobody wanted.
    way = _manual(found) or _best(shown, _phrases(shown, style, protected), length, depth, body)
    best = _cut(shown, way)
    size = _size(best[0].room, len(best), length, depth, body)
    return Headline(lines=tuple(best), size=size, pitch=min(size * _LEADING, depth / len(best)))


def _manual(found: Sequence[Unit]) -> list[int]:
    """Where ｜ stands between two units; at an edge of the title it parts nothing."""
    marks = [n for n, u in enumerate(found) if u.text == HEADLINE_BREAK]
    count = len(found) - len(marks)
    return sorted({n - before for before, n in enumerate(marks)} - {0, count})


def _best(shown: Sequence[Unit], places: Sequence[int], length: float, depth: float, body: float) -> list[int]:
    """The places of up to four lines: the largest type first, then the more even lines."""
    edges = [0, *places, len(shown)]
    widths = list(accumulate((u.width for u in shown), initial=0))
    at = [widths[edge] for edge in edges]
    # Rounded, lest two ways of one size differ by a float's last digit and decide.
    sizes = {
        count: round(_size(longest, count, length, depth, body), 3)
        for count in range(1, min(_MOST_LINES, len(edges) - 1) + 1)
        if (longest := _least(at, count)) is not None
    }
    largest = max(sizes.values())
    ways = []
    for count in (count for count, size in sizes.items() if size == largest):
        # Any line that still allows this size will do; among those the even ones are looked for.
        limit = max(w for w in range(at[-1] + 1) if round(_size(w, count, length, depth, body), 3) >= largest)
        ways.append(_even(at, count, limit))
    return [edges[n] for n in min(ways)[1]]


def _least(at: Sequence[int], count: int) -> int | None:
    """The longest of `count` lines where that is shortest. `at`: the width up to each place, the ends among them."""
    ends: list[int | None] = [0, *[None] * (len(at) - 1)]
    for _ in range(count):
        before, ends = ends, [None] * len(at)
        for n in range(1, len(at)):
            found = [max(b, at[n] - at[m]) for m in range(n) if (b := before[m]) is not None]
            ends[n] = min(found, default=None)
    return ends[-1]


def _even(at: Sequence[int], count: int, limit: int) -> tuple[int, list[int]]:
    """The least sum of squares of `count` lines, none wider than `limit`, and the places (indices of `at`) between them."""
    ends: list[tuple[int, list[int]] | None] = [(0, []), *[None] * (len(at) - 1)]
    for _ in range(count):
        before, ends = ends, [None] * len(at)
        for n in range(1, len(at)):
            ways = [(b[0] + w**2, [*b[1], m]) for m in range(n) if (b := before[m]) and (w := at[n] - at[m]) <= limit]
            ends[n] = min(ways, default=None)
    best = ends[-1]
    assert best is not None  # noqa: S101 the limit is that of a way found
    return best[0], best[1][1:]


def _cut(shown: Sequence[Unit], places: Sequence[int]) -> list[Line]:
    edges = [0, *places, len(shown)]
    parts = [tuple(shown[a:b]) for a, b in pairwise(edges)]
    longest = max(sum(u.width for u in part) for part in parts)
    return [Line(units=part, room=longest, kind="headline") for part in parts]


def _size(longest: int, count: int, length: float, depth: float, body: float) -> float:
    across = depth / (1 + _LEADING * (count - 1))
    return min(length / max(1, longest), across, _LARGEST * body)


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
