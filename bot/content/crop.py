"""What of a picture is to stay where a channel cuts it: a point, and for each channel a shape or a point of its own."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bot.language import say
from bot.values.node import Node

# Shares of the width, from the left, and of the height, from the top.
Focus: TypeAlias = tuple[float, float]

_PERCENT = r"(\d{1,3}(?:\.\d{1,2})?)%\s+(\d{1,3}(?:\.\d{1,2})?)%"
_FOCUS = re.compile(_PERCENT)
_CROP = re.compile(rf"(?:(\d{{1,4}}(?:\.\d{{1,3}})?):(\d{{1,4}}(?:\.\d{{1,3}})?))?\s*(?:{_PERCENT})?")
LONGEST = 4.0  # times its other side: a thinner strip is a slip of the pen


@dataclass(frozen=True, kw_only=True)
class Crop:
    """For one channel. `shape` is width ÷ height, None for what the channel itself makes of the picture; `focus` None for that
    of the picture."""

    shape: float | None = None
    focus: Focus | None = None


def focus_in(text: str) -> Focus | None:
    """None for what is no point of a picture."""
    found = _FOCUS.fullmatch(text.strip())
    point = (float(found[1]) / 100, float(found[2]) / 100) if found else None
    return point if point and max(point) <= 1 else None


def crop_in(text: str) -> Crop | None:
    """Of `4:5`, of `40% 30%`, or of both; None for anything else."""
    found = _CROP.fullmatch(text.strip())
    if not found or not text.strip():
        return None
    shape = float(found[1]) / float(found[2]) if found[1] and float(found[2]) else None
    focus = focus_in(f"{found[3]}% {found[4]}%") if found[3] else None
    wrong = (found[1] and not shape) or (found[3] and not focus) or (shape and not 1 / LONGEST <= shape <= LONGEST)
    return None if wrong else Crop(shape=shape, focus=focus)


def read_focus(node: Node) -> Focus:
    return focus_in(node.text()) or node.fail(
        say("「{key}」が、画像の中の点になっていません", key=node.name),
        "残したいところを、左からと上からの割合で、40% 30% のように書いてください",
    )


def read_crops(node: Node, channels: Collection[str]) -> Mapping[str, Crop]:
    """By channel."""
    return {channel: _crop(one) for channel, one in node.mapping(tuple(channels)).items()}


def _crop(node: Node) -> Crop:
    return crop_in(node.text()) or node.fail(
        say("「{key}」の切り方が読み取れません", key=node.name.rpartition(".")[2]),
        "横と縦の比（4:5 など。4倍まで）か、残したいところ（40% 30% など）、またはその両方を書いてください",
    )
