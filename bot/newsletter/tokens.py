"""Running text as tokens, as a compositor reads it: a number with its unit, a time, a code, a word, a space.

One expression for each kind, in the order in which they are tried. Another grammar in its place gives the same `Token`s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from bot.text.tokens import Token as Found
from bot.text.tokens import mails, urls
from bot.text.tokens.quantities import PERCENT, PRINTED

Kind = Literal["address", "time", "dotted", "code", "number", "word", "space", "run"]

# How a unit is read in vertical lines; in horizontal ones it stays as written.
UNITS = {
    "km/h": "キロ毎時",
    "km²": "平方キロ",
    "km2": "平方キロ",
    "m²": "平方メートル",
    "m2": "平方メートル",
    "cm²": "平方センチ",
    "m³": "立方メートル",
    "m3": "立方メートル",
    "km": "キロ",
    "cm": "センチ",
    "mm": "ミリ",
    "m": "メートル",
    "kg": "キロ",
    "mg": "ミリグラム",
    "g": "グラム",
    "t": "トン",
    "kL": "キロリットル",
    "dL": "デシリットル",
    "mL": "ミリリットル",
    "ml": "ミリリットル",
    "ha": "ヘクタール",
    "kWh": "キロワット時",
    "kW": "キロワット",
    "hPa": "ヘクトパスカル",
    "Hz": "ヘルツ",
    "dB": "デシベル",
    "KB": "キロバイト",
    "MB": "メガバイト",
    "GB": "ギガバイト",
    "TB": "テラバイト",
    "Mbps": "メガビット毎秒",
    "Gbps": "ギガビット毎秒",
    "ppm": "ピーピーエム",
    "°C": "度",
}
_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_CLOCK = r"(?:[01]?\d|2[0-9]):[0-5]\d"
_RANGE = r"\s?[-‐–−~〜～]\s?"
_TOKEN = re.compile(
    # A telephone number is no sum, and a time no ratio.
    rf"(?P<time>(?<![\d:])(?P<start>{_CLOCK})(?:{_RANGE}(?P<end>{_CLOCK}))?(?![\d:]))"
    r"|(?P<dotted>(?:\b[MTSHR](?=\d))?\d+(?:\.\d+){2,})"
    r"|(?P<code>\#\d+|\d+(?:-\d+)+|(?<![\d,.])1(?:04|1[0789]|71|77|88|89)(?=番(?![目号地線丁])))"
    r"|(?P<number>(?P<minus>(?<![0-9A-Za-z)）])[-−](?=\d))?"
    rf"(?P<digits>{PRINTED})"
    rf"(?:(?P<percent>{PERCENT})|\s?(?P<unit>{_UNIT})(?![A-Za-z²³/])|(?P<letters>[A-Z]{{1,3}})(?![0-9A-Za-z]))?)"
    r"|(?P<word>No\.(?=\s?\d)|[A-Za-z][0-9A-Za-z'’.&+_-]*(?<![.'’-]))"
    r"|(?P<space>[ \t\n]+)"
    r"|(?P<run>(?:(?![-−]\d)[^0-9A-Za-z \t\n#])+|.)",
    re.ASCII | re.DOTALL,
)
KINDS: tuple[Kind, ...] = get_args(Kind)
_BESIDE = 8  # characters
_YEAR = 4  # digits


@dataclass(frozen=True, kw_only=True)
class Token:
    """`text` as written. Of a number: `digits`, its `sign` (% or nothing), `unit` (of UNITS), `letters` (３Ｆ) and whether it
    is below zero. Of a time: `start` and `end`, "" where there is none. `year`: four digits before 年."""

    kind: Kind
    text: str
    before: str
    after: str
    digits: str = ""
    sign: str = ""
    unit: str = ""
    letters: str = ""
    minus: bool = False
    year: bool = False
    start: str = ""
    end: str = ""


def addresses(text: str) -> list[Found]:
    """Of pages and of mail, in order."""
    return sorted((*urls(text), *mails(text)), key=lambda found: found.start)


def tokens(text: str) -> Iterator[Token]:
    """They join to the text. `before` and `after` are what stands beside each. An address is no word."""
    at = 0
    for found in addresses(text):
        yield from _between(text, at, found.start)
        before, after = text[: found.start][-_BESIDE:], text[found.end :][:_BESIDE]
        yield Token(kind="address", text=found.text, before=before, after=after)
        at = found.end
    yield from _between(text, at, len(text))


def _between(text: str, start: int, end: int) -> Iterator[Token]:
    for match in _TOKEN.finditer(text, start, end):
        before, after = text[: match.start()][-_BESIDE:], text[match.end() :][:_BESIDE]
        yield Token(
            kind=next(kind for kind in KINDS if match.groupdict().get(kind) is not None),
            text=match.group(),
            before=before,
            after=after,
            digits=match["digits"] or "",
            sign=match["percent"] or "",
            unit=match["unit"] or "",
            letters=match["letters"] or "",
            minus=bool(match["minus"]),
            # 10年前 is a span and 2022年 a year; 令和10年 is read as the span is.
            year=after.startswith("年") and len(match["digits"] or "") == _YEAR,
            start=match["start"] or "",
            end=match["end"] or "",
        )
