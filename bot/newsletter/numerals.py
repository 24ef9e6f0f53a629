"""How a number stands in vertical writing: digits by house style, or kanji. The source is never rewritten."""

from __future__ import annotations

import re
from typing import Literal

NumberStyle = Literal["arabic_tcy", "kanji_positional", "kanji_unit"]

_KANJI = "〇一二三四五六七八九"
_TENS = ("", "十", "百", "千")
_MYRIADS = ("", "万", "億", "兆", "京")
_WIDE = {ord("0") + n: 0xFF10 + n for n in range(10)} | {ord("-"): "‐"}
_KANJI_DIGITS = {ord("0") + n: _KANJI[n] for n in range(10)} | {ord("-"): "‐"}


def parts(number: str, style: NumberStyle, *, year: bool = False) -> tuple[str, ...]:
    """The pieces of `number` (`448,702`, `46.5`, `2022`), each a number of its own or a word between numbers.

    Only a number with commas is read in 万 and 億: a year, a code or a house number has none. A piece of two ASCII digits
    is 縦中横; all else stands one character a cell.
    """
    whole, _, fraction = number.partition(".")
    digits = whole.replace(",", "")
    if style == "kanji_unit" and not year and not digits.startswith("0"):
        pieces = [_with_units(digits)]
    elif "," in whole:
        pieces = [p for group, unit in _myriads(digits) for p in (_digits(group.lstrip("0"), style), unit) if p]
    else:
        pieces = [_digits(digits, style)]
    if fraction:
        pieces += ["・", separate(fraction, style)]
    return tuple(pieces)


def _digits(digits: str, style: NumberStyle) -> str:
    return digits if style == "arabic_tcy" and len(digits) == 2 else separate(digits, style)


def separate(digits: str, style: NumberStyle) -> str:
    """Each digit by itself; a hyphen between the parts of a code stays one."""
    return digits.translate(_WIDE if style == "arabic_tcy" else _KANJI_DIGITS)


def _myriads(digits: str) -> list[tuple[str, str]]:
    """Groups of four digits from the left with their 万, 億, 兆; a group of zeros is left out."""
    padded = digits.zfill(-(-len(digits) // 4) * 4)
    groups = re.findall(r"\d{4}", padded)
    units = _MYRIADS[len(groups) - 1 :: -1] if len(groups) > 1 else ("",)
    return [(g, u) for g, u in zip(groups, units, strict=True) if g.strip("0")]


def _with_units(digits: str) -> str:
    return "".join(_thousands(g) + u for g, u in _myriads(digits)) or _KANJI[0]


def _thousands(group: str) -> str:
    """四千三十一 for 4031; a 1 before 十, 百 and 千 is not said."""
    said = ""
    for digit, unit in zip(group, reversed(_TENS), strict=True):
        if digit != "0":
            said += unit if digit == "1" and unit else _KANJI[int(digit)] + unit
    return said
