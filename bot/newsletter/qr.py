"""An address as a QR code, for a reader who holds a paper and a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from math import ceil

from bot.newsletter.geometry import Box, Grid

_LEAST = 57.0  # points (20 mm)
# Bytes of an address: version 8 at level M (ISO/IEC 18004, table 7). Its 49 modules and the white around them leave 0.35 mm for
# each; its maker advises four dots, 0.33 mm at 300 dpi (www.qrcode.com/howto/cell.html).
MOST = 152
_QUIET = 4  # modules left white around it, as ISO/IEC 18004 asks


def rows_of(pitch: float) -> int:
    """So many lines of the column it takes."""
    return ceil(_LEAST / pitch)


def box_of(grid: Grid, column: int, row: float) -> Box:
    """The square from the head of the line in `row` on; the rows behind it are its own too."""
    rows = rows_of(grid.pitch)
    x, y = grid.cell(column, row + rows - 1 if grid.vertical else row, 0)
    side = min((rows - 1) * grid.pitch + grid.size, grid.length)
    return Box(x=x, y=y, width=side, height=side)


def bars(address: str, box: Box) -> Iterator[Box]:
    """The dark modules, those beside each other in one."""
    lines = _modules(address)
    size = box.width / len(lines)
    for n, line in enumerate(lines):
        at = 0
        for dark, group in groupby(line):
            count = len(list(group))
            if dark:
                yield Box(x=box.x + at * size, y=box.y + n * size, width=count * size, height=size)
            at += count


def path(address: str, box: Box) -> str:
    """The same as the `d` of an SVG path."""
    return "".join(f"M{b.x:.2f} {b.y:.2f}h{b.width:.2f}v{b.height:.2f}h-{b.width:.2f}z" for b in bars(address, box))


@lru_cache(maxsize=64)
def _modules(address: str) -> list[list[bool]]:
    import qrcode  # few papers have one

    code = qrcode.QRCode(border=_QUIET, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(address)
    code.make(fit=True)
    return [[bool(module) for module in line] for line in code.get_matrix()]
