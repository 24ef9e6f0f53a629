"""Recognising a picture again that was scaled or saved anew: how light grows and falls over a coarse grid.

A "difference hash": each of 16 by 16 cells is compared with its right neighbour, once for "darker" and once for "lighter".
Equal pictures have equal marks; alike marks are a hint and no proof, so nothing here ever says "the same"."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import Place
from bot.media import images

if TYPE_CHECKING:
    from PIL.Image import Image

GRID = 16
STEP = 2  # of 255: less is what a JPEG adds
# Measured: saved anew at quality 60 and half the size, at most 0.07 of the bits differ, at quality 30 and 0.3 of the size 0.2;
# between two title cards of the same form, at least 0.5.
ALIKE = 0.25
FEWEST = 24  # bits that are set: below it a picture is too plain to be told from another


def of_jpeg(data: bytes) -> str:
    """The mark of a picture that this program made: 512 bits in hex."""
    import PIL.Image

    with PIL.Image.open(BytesIO(data), formats=("JPEG",)) as image:
        image.draft("L", (8 * GRID, 8 * GRID))  # decodes a fraction of it
        return _mark(image)


def of_file(path: Path, place: Place) -> str:
    """The same of anybody's picture. Raises MediaError."""
    return _mark(images.upright(path, place))


def _mark(image: Image) -> str:
    from PIL.Image import Resampling

    cells = image.convert("L").resize((GRID + 1, GRID), Resampling.BOX).tobytes()
    steps = [cells[at] - cells[at + 1] for row in range(GRID) for at in range(row * (GRID + 1), row * (GRID + 1) + GRID)]
    bits = [step > STEP for step in steps] + [step < -STEP for step in steps]
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):0{len(bits) // 4}x}"


def is_plain(mark: str) -> bool:
    """An empty or nearly empty picture, which is like every other one."""
    return int(mark, 16).bit_count() < FEWEST


def distance(one: str, other: str) -> float:
    """The differing bits for each bit that is set: 0 for equal ones, ALIKE or less for a picture that was saved anew."""
    a, b = int(one, 16), int(other, 16)
    return (a ^ b).bit_count() / max(a.bit_count(), b.bit_count(), 1)
