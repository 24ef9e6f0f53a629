"""How a channel's timeline shows the pictures of a post: whole, cut into tiles, or all in the shape of the first.

Each channel declares its own as `ChannelSpec.frames`. No platform documents them: they come from guides of 2026 that agree, and
are 仮. Ratios are width ÷ height. The desk's preview and the sandbox's timelines draw by `panels` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TypeAlias

Size: TypeAlias = tuple[int, int]
CENTRE = (0.5, 0.5)
_ALIKE = 0.005  # of a ratio: what rounding to whole pixels does is no cut


@dataclass(frozen=True, kw_only=True)
class Box:
    """A part of a picture, in shares of its width and height."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Whole:
    """Each in its own shape, one after the other; what is taller or wider than these bounds is cut to them."""

    tallest: float = 0.0
    widest: float = inf


@dataclass(frozen=True, kw_only=True)
class Slides:
    """One at a time, each cut to the shape of the first."""


@dataclass(frozen=True)
class Tile:
    """A place in a layout of tiles, in units of the layout's own."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Tiles:
    """A picture is cut to its tile. Pictures beyond the last tile are not shown but counted on it."""

    tiles: tuple[Tile, ...]


Layout: TypeAlias = Whole | Slides | Tiles


@dataclass(frozen=True, kw_only=True)
class Frames:
    """`layouts`: the one that holds from so many pictures on. `grid`: the shape of a post's first picture in the account's grid
    of posts, None where there is no such grid."""

    layouts: Mapping[int, Layout]
    grid: float | None = None

    def layout(self, count: int) -> Layout:
        return self.layouts[max(least for least in self.layouts if least <= max(count, min(self.layouts)))]


UNCUT = Frames(layouts={1: Whole()})


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Picture `number` (from 0) in a panel: where it stands there, in the panel's units, and which part of it is seen. `more`:
    how many pictures are counted on it."""

    number: int
    left: float
    top: float
    width: float
    height: float
    seen: Box
    more: int = 0

    @property
    def view(self) -> str:
        """SVG's viewBox of what is seen, where the picture is 100 wide and 100 high."""
        return " ".join(f"{100 * side:.6g}" for side in (self.seen.left, self.seen.top, self.seen.width, self.seen.height))


@dataclass(frozen=True, kw_only=True)
class Panel:
    """What is seen at once, in units of its own."""

    width: float
    height: float
    pieces: tuple[Piece, ...]

    @property
    def view(self) -> str:
        """SVG's viewBox."""
        return f"0 0 {self.width:.6g} {self.height:.6g}"


def cut(ratio: float, to: float, focus: tuple[float, float] = CENTRE) -> Box:
    """The largest part of a picture with shape `ratio` that has shape `to`, as near to `focus` as the picture's edges allow."""
    if is_alike(ratio, to):
        return Box(left=0.0, top=0.0, width=1.0, height=1.0)
    width, height = min(to / ratio, 1.0), min(ratio / to, 1.0)
    left, top = (min(max(at - side / 2, 0.0), 1.0 - side) for at, side in zip(focus, (width, height), strict=True))
    return Box(left=left, top=top, width=width, height=height)


def is_alike(one: float, other: float) -> bool:
    return abs(one / other - 1) <= _ALIKE


def shapes(frames: Frames, ratios: Sequence[float]) -> tuple[float, ...]:
    """The shape in which each picture is shown; its own where it is only counted."""
    layout = frames.layout(len(ratios))
    if isinstance(layout, Whole):
        return tuple(min(max(ratio, layout.tallest), layout.widest) for ratio in ratios)
    if isinstance(layout, Slides):
        return tuple(ratios[0] for _ in ratios)
    tiles = tuple(tile.width / tile.height for tile in layout.tiles)
    return (*tiles[: len(ratios)], *ratios[len(tiles) :])


def panels(frames: Frames, sizes: Sequence[Size]) -> tuple[Panel, ...]:
    """The pictures of one post, whose sizes are in pixels, as the timeline shows them: cut around their middle."""
    ratios = [width / height for width, height in sizes]
    layout, shown = frames.layout(len(sizes)), shapes(frames, ratios)
    if isinstance(layout, Tiles):
        return (_tiled(layout, ratios, shown),) if sizes else ()
    return tuple(_alone(number, size, shown[number]) for number, size in enumerate(sizes))


def grid(frames: Frames, sizes: Sequence[Size]) -> Panel | None:
    """The post in the account's grid; None where there is none, or no picture."""
    return _alone(0, sizes[0], frames.grid) if frames.grid and sizes else None


def _alone(number: int, size: Size, shape: float) -> Panel:
    seen = cut(size[0] / size[1], shape)
    width, height = size[0] * seen.width, size[1] * seen.height
    return Panel(
        width=width, height=height, pieces=(Piece(number=number, left=0, top=0, width=width, height=height, seen=seen),)
    )


def _tiled(layout: Tiles, ratios: Sequence[float], shown: Sequence[float]) -> Panel:
    beyond = len(ratios) - len(layout.tiles)
    places = list(enumerate(zip(layout.tiles, ratios, strict=False)))
    return Panel(
        width=max(tile.left + tile.width for tile in layout.tiles),
        height=max(tile.top + tile.height for tile in layout.tiles),
        pieces=tuple(
            Piece(
                number=number,
                left=tile.left,
                top=tile.top,
                width=tile.width,
                height=tile.height,
                seen=cut(ratio, shown[number]),
                more=max(beyond, 0) if number == len(layout.tiles) - 1 else 0,
            )
            for number, (tile, ratio) in places
        ),
    )
