"""Running text as the cells of a grid: one full-width character each, two digits side by side (縦中横), or a word of
proportional type that lies along the line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

import regex

from bot.content.document import Inline, LineBreak, Link, Ruby, Strong, Text
from bot.newsletter.numerals import NumberStyle, parts, separate

Form = Literal["upright", "tcy", "word"]
Direction = Literal["tate", "yoko"]
_EM_OF_A_LETTER = 0.55  # mean advance of Latin lower case in Japanese typefaces, so that the fit does not depend on the font
_GLUED_CELLS = 4  # a longer number is broken anywhere: kept whole it would leave a hole in a narrow column


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """`width` in em along the line, always whole."""

    text: str
    form: Form = "upright"
    width: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """Cells that no line break divides, with the reading over all of them."""

    cells: tuple[Cell, ...]
    reading: str = ""
    strong: bool = False

    @property
    def width(self) -> int:
        return sum(c.width for c in self.cells)

    @property
    def text(self) -> str:
        return "".join(c.text for c in self.cells)


@dataclass(frozen=True, kw_only=True)
class Style:
    direction: Direction
    numbers: NumberStyle


_UNITS = {
    "km": "キロ",
    "cm": "センチ",
    "mm": "ミリ",
    "m": "メートル",
    "kg": "キロ",
    "g": "グラム",
    "t": "トン",
    "GB": "ギガバイト",
    "MB": "メガバイト",
}
# In this order: a telephone number is no sum, and an address is no word.
_TOKEN = re.compile(
    r"(?P<code>\d+(?:-\d+)+)"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<year>(?=年))?"
    rf"(?:(?P<percent>[%％])|\s?(?P<unit>{'|'.join(_UNITS)})(?![A-Za-z]))?"
    r"|(?P<address>https?://[!-~]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<word>[A-Za-z][0-9A-Za-z'’.&+_-]*(?<![.'’-])(?:[ ](?=[0-9A-Za-z]))?)"
    r"|(?P<space>[ \t\n]+)"
    r"|(?P<run>[^0-9A-Za-z \t\n]+|.)",
    re.ASCII | re.DOTALL,
)
_ASCII_DIGITS = {0xFF10 + n: ord("0") + n for n in range(10)} | {0xFF0E: ".", 0xFF0C: ","}
_WIDE = {c: chr(c + 0xFEE0) for c in range(0x21, 0x7F)} | {ord("-"): "‐", ord("~"): "〜"}
_INITIALS = re.compile(r"[A-Z0-9]{1,4}(?:-[A-Z0-9]{1,4})?")
_VERTICAL_QUOTES = {ord("“"): "〝", ord("”"): "〟"}
_FULL_WIDTH_DIGITS = re.compile(r"[０-９]+(?:[．，][０-９]+)*")
_EMOJI_STYLE = re.compile("[\ufe0e\ufe0f]")  # asks for a picture or a sign; type has signs alone
_HALF_KATAKANA = re.compile(r"[｡-ﾟ]+")


def units(children: Sequence[Inline], style: Style, *, strong: bool = False) -> Iterator[Unit | LineBreak]:
    """The units of a line of inlines in reading order."""
    for child in children:
        match child:
            case Text():
                yield from text_units(child.text, style, strong=strong)
            case Ruby():
                yield from _ruby(child, style, strong)
            case Strong():
                yield from units(child.children, style, strong=True)
            case Link():
                yield from units(child.children, style, strong=strong)
            case LineBreak():
                yield child


def text_units(text: str, style: Style, *, strong: bool = False) -> Iterator[Unit]:
    """A half-width space beside Latin or a number only parts what the grid parts anyway, and is not set."""
    plain = normal(text)
    for match in _TOKEN.finditer(plain):
        for cells in _cells(match, style):
            yield Unit(cells=cells, strong=strong)


def normal(text: str) -> str:
    """Composed characters; half-width katakana and full-width digits as their usual selves; ☎️ as the ☎ that type has."""
    # NFC for all, NFKC for half-width katakana alone: NFKC everywhere would turn ① and ㈱ into other letters.
    text = _EMOJI_STYLE.sub("", unicodedata.normalize("NFC", text))
    text = _HALF_KATAKANA.sub(lambda m: unicodedata.normalize("NFKC", m.group()), text)
    return _FULL_WIDTH_DIGITS.sub(lambda m: m.group().translate(_ASCII_DIGITS), text)


def _cells(match: re.Match[str], style: Style) -> Iterator[tuple[Cell, ...]]:
    token = match.group()
    match match.lastgroup:
        case "code":
            yield from _code(token, style)
        case "number" | "year" | "percent" | "unit":
            yield from _number(match, style)
        case "address":
            yield (_word(token),)
        case "word":
            yield from _latin(token)
        case "space":
            if _stays(match):
                yield _upright("　")
        case _:
            yield from (_upright(c) for c in _characters(token, style))


def _number(match: re.Match[str], style: Style) -> Iterator[tuple[Cell, ...]]:
    sign, unit = match["percent"], match["unit"]
    if style.direction == "yoko":
        tail = "％" if sign else unit or ""
        yield (*_horizontal_number(match["number"]), *_each(tail))
        return
    pieces = parts(match["number"], style.numbers, year=match["year"] is not None)
    cells = [c for piece in pieces for c in _piece(piece)]
    if sign:
        cells += _each("％" if style.numbers == "arabic_tcy" else "パーセント")
    yield from _glued(cells)
    yield from ((c,) for c in _each(_UNITS[unit] if unit else ""))


def _piece(piece: str) -> tuple[Cell, ...]:
    return (Cell(text=piece, form="tcy"),) if piece.isascii() else _each(piece)


def _glued(cells: Sequence[Cell]) -> Iterator[tuple[Cell, ...]]:
    """A number is one unit up to four cells; a longer one is broken at 万 and 億 first, then anywhere."""
    # A number torn in two is read as two numbers; longer than this it would leave a hole in a narrow column.
    if len(cells) <= _GLUED_CELLS:
        yield tuple(cells)
        return
    group: list[Cell] = []
    for cell in cells:
        group.append(cell)
        if cell.text in "万億兆京":
            yield from _short(group)
            group = []
    yield from _short(group)


def _short(group: list[Cell]) -> Iterator[tuple[Cell, ...]]:
    if len(group) <= _GLUED_CELLS + 1:
        yield from [tuple(group)] if group else []
    else:
        yield from ((c,) for c in group)


def _horizontal_number(number: str) -> tuple[Cell, ...]:
    """Half-width digits, two to a cell; a single one in full width."""
    if len(number) == 1:
        return _upright(number.translate(_WIDE))
    return (Cell(text=number, form="word", width=ceil(len(number) / 2)),)


def _code(token: str, style: Style) -> Iterator[tuple[Cell, ...]]:
    """A telephone or reference number: digit by digit, never in 万."""
    if style.direction == "yoko":
        yield (_word(token),)
        return
    for piece in re.split("(-)", token):
        yield from _glued(_each(separate(piece, style.numbers)))


def _latin(token: str) -> Iterator[tuple[Cell, ...]]:
    """Up to four capitals and digits stand upright (ＤＸ, ＡＩ‐ＯＣＲ); a longer word lies along the line."""
    if _INITIALS.fullmatch(token.strip()):
        yield from (_each(part.translate(_WIDE)) for part in re.findall(r"[A-Z0-9]+-?", token))
    else:
        yield (_word(token),)


def _word(text: str) -> Cell:
    # A mean width, not the font's: the same text must fit alike whichever font the printer has.
    return Cell(text=text, form="word", width=ceil(_EM_OF_A_LETTER * len(text)))


def _characters(text: str, style: Style) -> Iterator[str]:
    """Extended grapheme clusters, ASCII signs in full width."""
    quotes = _VERTICAL_QUOTES if style.direction == "tate" else {}
    # `re` does not know characters of several code points; an emoji cut in two is two squares (ADR 4).
    for match in regex.finditer(r"\X", text):
        yield match.group().translate(_WIDE | quotes)


def _each(text: str) -> tuple[Cell, ...]:
    return tuple(Cell(text=c) for c in text)


def _upright(character: str) -> tuple[Cell, ...]:
    return (Cell(text=character),)


def _stays(space: re.Match[str]) -> bool:
    """Whether a space parts two Japanese words or follows ！ or ？, and so becomes a full-width one."""
    before, after = space.string[: space.start()][-1:], space.string[space.end() :][:1]
    return bool(before and after) and (before in "！？!?" or not (before.isascii() or after.isascii()))


def _ruby(ruby: Ruby, style: Style, strong: bool) -> Iterator[Unit]:
    """Mono: each character with its own reading, so a line may end between them. Group: one unit."""
    if len(ruby.readings) > 1:
        for character, reading in zip(ruby.base, ruby.readings, strict=True):
            yield Unit(cells=_upright(character.translate(_WIDE)), reading=reading, strong=strong)
        return
    cells = tuple(c for u in text_units(ruby.base, style) for c in u.cells)
    yield Unit(cells=cells, reading=ruby.reading, strong=strong)
