"""The set lines of one frame as a picture (SVG) for the pages of the web site and the preview: it breaks no line of its own.

As an image it needs no style from the page that shows it, and it shrinks with a telephone's screen as a whole.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence

from markupsafe import escape

from bot.newsletter import qr
from bot.newsletter.cells import Cell, Unit
from bot.newsletter.compose import Line
from bot.newsletter.geometry import Box, Grid
from bot.newsletter.profile import Profile
from bot.newsletter.setting import CAPTION_SIZE, Setting, is_bold

_SERIF = "'BIZ UDMincho','BIZ UD明朝','Noto Serif CJK JP','Hiragino Mincho ProN','Yu Mincho',serif"
_SANS = "'BIZ UDGothic','BIZ UDゴシック','Noto Sans CJK JP','Hiragino Sans','Yu Gothic',sans-serif"
_MARGIN = 8  # points around the frame
_ASCENT = 0.88  # em, from the top of a full-width character to its baseline
_READING = 0.5  # em


def address(setting: Setting, profile: Profile) -> str:
    """The picture as a `data:` URL, for an `img`."""
    return f"data:image/svg+xml;base64,{base64.b64encode(draw(setting, profile).encode()).decode()}"


def draw(setting: Setting, profile: Profile) -> str:
    """One unit is a point."""
    grid = setting.grid
    frame = grid.frame
    size = f'width="{frame.width + 2 * _MARGIN:g}" height="{frame.height + 2 * _MARGIN:g}"'
    view = f'viewBox="{-_MARGIN} {-_MARGIN} {frame.width + 2 * _MARGIN:g} {frame.height + 2 * _MARGIN:g}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} xml:lang="ja" font-family="{_SERIF}" fill="#1a1a1a">',
        f'<rect x="{-_MARGIN}" y="{-_MARGIN}" width="100%" height="100%" fill="#fff"/>',
        *(_rule(*rule) for rule in grid.rules(setting.reserved)),
        *_picture(setting, grid),
        *_headline(setting, profile, grid),
        *_text(setting, grid),
        *_caption(setting, grid),
        *(f'<path d="{qr.path(address, qr.box_of(grid, *slot))}"/>' for slot, address in setting.filled.codes),
        "</svg>",
    ]
    return "\n".join(parts)


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}" stroke="#1a1a1a" stroke-width=".4"/>'


def _picture(setting: Setting, grid: Grid) -> Iterator[str]:
    if setting.figure is not None:
        data = base64.b64encode(setting.figure.picture.data).decode()
        yield f'<image {_sides(setting.figure.picture_box(grid))} href="data:image/jpeg;base64,{data}"/>'
    if setting.correction is not None:
        yield f'<rect {_sides(grid.box(setting.correction.rect))} fill="none" stroke="#1a1a1a" stroke-width=".5"/>'


def _sides(box: Box) -> str:
    return f'x="{box.x:.2f}" y="{box.y:.2f}" width="{box.width:.2f}" height="{box.height:.2f}"'


def _headline(setting: Setting, profile: Profile, grid: Grid) -> Iterator[str]:
    for line, (x, y) in setting.headline.corners(grid.box(profile.headline), vertical=grid.vertical):
        yield from _line(line, x, y, setting.headline.size, vertical=grid.vertical)


def _text(setting: Setting, grid: Grid) -> Iterator[str]:
    for placed in setting.placed:
        x, y = grid.cell(placed.column, placed.row, 0)
        yield from _line(placed.line, x, y, grid.size, vertical=grid.vertical)


def _caption(setting: Setting, grid: Grid) -> Iterator[str]:
    for number, line in enumerate(setting.figure.caption if setting.figure else ()):
        assert setting.figure is not None  # noqa: S101 it has a caption
        x, y = setting.figure.caption_corner(grid, number)
        yield from _line(line, x, y, grid.size * CAPTION_SIZE, vertical=False)


def _line(line: Line, x: float, y: float, size: float, *, vertical: bool) -> Iterator[str]:
    """`x`, `y`: the upper left corner of the line's first cell."""
    for unit, starts in line.positions():
        bold = f' font-family="{_SANS}" font-weight="700"' if is_bold(line, unit) else ""
        for cell, at in zip(unit.cells, starts, strict=True):
            if cell.text.strip("　 "):
                yield _cell(cell, x, y, at, size, bold, vertical=vertical)
        yield from _reading(unit, starts, x, y, size, vertical=vertical)


def _cell(cell: Cell, x: float, y: float, at: float, size: float, bold: str, *, vertical: bool) -> str:
    if not vertical:
        return _across(cell.text, x + (at + cell.width / 2) * size, y + _ASCENT * size, size, cell.width * size, bold)
    middle, head = x + size / 2, y + at * size
    if cell.form == "upright":
        place = f'writing-mode="vertical-rl" x="{middle:.2f}" y="{head:.2f}" font-size="{size:g}"'
        return f"<text {place}{bold}>{escape(cell.text)}</text>"
    if cell.form == "tcy":
        return _across(cell.text, middle, head + _ASCENT * size, size, size, bold)
    turned = _across(cell.text, 0, (_ASCENT - 0.5) * size, size, cell.width * size, bold)
    return f'<g transform="translate({middle:.2f} {head + cell.width * size / 2:.2f}) rotate(90)">{turned}</g>'


def _across(text: str, middle: float, baseline: float, size: float, room: float, bold: str) -> str:
    """Horizontal text around `middle`, pressed together where it is wider than its `room`."""
    wide = sum(0.56 if c.isascii() else 1.0 for c in text) * size
    pressed = f' textLength="{room:.2f}" lengthAdjust="spacingAndGlyphs"' if wide > room else ""
    place = f'x="{middle:.2f}" y="{baseline:.2f}" text-anchor="middle" font-size="{size:g}"'
    return f"<text {place}{pressed}{bold}>{escape(text)}</text>"


def _reading(unit: Unit, starts: Sequence[float], x: float, y: float, size: float, *, vertical: bool) -> Iterator[str]:
    if not unit.reading:
        return
    end = starts[-1] + unit.cells[-1].width
    step = (end - starts[0]) / len(unit.reading)
    small = min(_READING, step)
    for number, character in enumerate(unit.reading):
        at = (starts[0] + (number + 0.5) * step - small / 2) * size
        if vertical:
            place = f'writing-mode="vertical-rl" x="{x + (1 + small / 2) * size:.2f}" y="{y + at:.2f}"'
        else:
            place = f'x="{x + at:.2f}" y="{y - (1 - _ASCENT) * small * size:.2f}"'
        yield f'<text {place} font-size="{small * size:g}">{escape(character)}</text>'
