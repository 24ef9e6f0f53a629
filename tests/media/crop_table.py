"""The table of how timelines crop, as the design paper has it (guides of 2026 that agree, all 仮), and what follows from it.

Nothing here is taken from the program: this is what the program is measured against.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Width and height of what a camera, a telephone, a screenshot or a scanner brings.
SHAPES = {
    "3:1": (900, 300),
    "2:1": (800, 400),
    "1.91:1": (764, 400),
    "16:9": (800, 450),
    "3:2": (600, 400),
    "4:3": (600, 450),
    "1:1": (500, 500),
    "4:5": (400, 500),
    "3:4": (450, 600),
    "2:3": (400, 600),
    "9:16": (450, 800),
    "1:3": (300, 900),
}
COUNTS = {"x": (1, 2, 3, 4), "instagram": (1, 3), "facebook": (1, 2, 3, 4, 5, 7)}
_X = {2: (7 / 8, 7 / 8), 3: (7 / 8, 7 / 4, 7 / 4), 4: (7 / 4,) * 4}
LAST_TILE = 4  # of Facebook's, from 0: on it stands how many more there are
GRID = 3 / 4  # of Instagram's profile, since 2025


@dataclass(frozen=True)
class Seen:
    """Which part of a picture is seen, in shares of its own sides; below 0 or above 1 is the margin that was given to it."""

    left: float
    top: float
    right: float
    bottom: float


def expected(channel: str, sizes: Sequence[tuple[int, int]]) -> list[Seen]:
    """For each picture that is shown at all."""
    own = [width / height for width, height in sizes]
    # The API of Instagram takes 4:5 to 1.91:1, so a picture outside gets a margin before it is sent.
    sent = [min(max(ratio, 4 / 5), 1.91) for ratio in own] if channel == "instagram" else own
    frames = {"x": _x, "instagram": _instagram, "facebook": _facebook}[channel](sent)
    return [_within(one, of, frame) for one, of, frame in zip(own, sent, frames, strict=False)]


def in_grid(size: tuple[int, int]) -> Seen:
    own = size[0] / size[1]
    return _within(own, min(max(own, 4 / 5), 1.91), GRID)


def _x(sent: Sequence[float]) -> Sequence[float]:
    return [min(max(sent[0], 3 / 4), 2.0)] if len(sent) == 1 else _X[len(sent)]


def _instagram(sent: Sequence[float]) -> Sequence[float]:
    return [sent[0]] * len(sent)


def _facebook(sent: Sequence[float]) -> Sequence[float]:
    return [max(sent[0], 4 / 5)] if len(sent) == 1 else [1.0] * min(len(sent), 5)


def _within(own: float, sent: float, frame: float) -> Seen:
    """Cut in the centre from `sent` to `frame`, then told in shares of the picture as it was before its margin."""
    wide, high = min(frame / sent, 1.0), min(sent / frame, 1.0)
    wide, high = wide * max(sent / own, 1.0), high * max(own / sent, 1.0)
    return Seen(0.5 - wide / 2, 0.5 - high / 2, 0.5 + wide / 2, 0.5 + high / 2)
