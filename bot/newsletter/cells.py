"""Running text as the cells of a grid: one full-width character each, two digits side by side (縦中横), or a word of
proportional type that lies along the line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Literal

import regex

from bot.content.document import Inline, LineBreak, Link, Ruby, Strong, Text
from bot.newsletter.numerals import NumberStyle, parts, separate
from bot.newsletter.tokens import UNITS, Token, tokens

Form = Literal["upright", "tcy", "word"]
Direction = Literal["tate", "yoko"]
TimeStyle = Literal["colon", "kanji"]
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
    """`times`: 9:30 as it is written (colon), or as ９時30分 (kanji)."""

    direction: Direction
    numbers: NumberStyle
    times: TimeStyle = "colon"


_ASCII_DIGITS = {0xFF10 + n: ord("0") + n for n in range(10)} | {0xFF0E: ".", 0xFF0C: ","}
_WIDE = {c: chr(c + 0xFEE0) for c in range(0x21, 0x7F)} | {ord("-"): "‐", ord("~"): "〜"}
_NOUN = regex.compile(r"[\p{Han}\p{Katakana}ー）」]")
_POINTED = regex.compile(r"[\p{L}\p{N}]")
_PHONE = re.compile(r"0\d+-\d+|#\d+")
_COUNTING = frozenset("約第計全各毎満延平令昭大明")
_COUNTED = frozenset(
    "人件名円年月日時分秒個台回枚本冊歳才度階号室点か箇ヶ件棟戸組世都％割倍万億兆キメセミグトパ歩車頭匹校園社市町村区"
)
_LYING_BEFORE = re.compile(r"[A-Za-z][0-9A-Za-z'’.&+_-]*[a-z][0-9A-Za-z'’.&+_-]*$")
_LYING_NEXT = re.compile(r" (?=[0-9A-Za-z])")
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
            case Strong(dots=True):
                yield from (_dotted_unit(unit) for unit in units(child.children, style, strong=strong))
            case Strong():
                yield from units(child.children, style, strong=True)
            case Link():
                yield from units(child.children, style, strong=strong)
            case LineBreak():
                yield child


def _dotted_unit(unit: Unit | LineBreak) -> Unit | LineBreak:
    """圏点: a sesame dot stands where a reading does, which goes before it; none beside stops and brackets (JLReq 3.3.9)."""
    if isinstance(unit, LineBreak) or unit.reading or not _POINTED.search(unit.text):
        return unit
    return replace(unit, reading="﹅" * unit.width)


def text_units(text: str, style: Style, *, strong: bool = False) -> Iterator[Unit]:
    """A half-width space beside Latin or a number only parts what the grid parts anyway, and is not set."""
    for token in tokens(normal(text)):
        for cells in _cells(token, style):
            yield Unit(cells=cells, strong=strong)


def normal(text: str) -> str:
    """Composed characters; half-width katakana and full-width digits as their usual selves; ☎️ as the ☎ that type has."""
    # NFC for all, NFKC for half-width katakana alone: NFKC everywhere would turn ① and ㈱ into other letters.
    text = _EMOJI_STYLE.sub("", unicodedata.normalize("NFC", text))
    text = _HALF_KATAKANA.sub(lambda m: unicodedata.normalize("NFKC", m.group()), text)
    return _FULL_WIDTH_DIGITS.sub(lambda m: m.group().translate(_ASCII_DIGITS), text)


def _cells(token: Token, style: Style) -> Iterator[tuple[Cell, ...]]:
    match token.kind:
        case "address":
            yield (_word(token.text),)
        case "time":
            yield from _time(token, style)
        case "dotted":
            yield from _dotted(token.text, style)
        case "code":
            yield from _code(token.text, style)
        case "number":
            yield from _number(token, style)
        case "word":
            yield from _latin(token)
        case "space":
            if stays(token):
                yield _upright("　")
        case "run":
            yield from (_upright(c) for c in _characters(token.text, style))


def _time(token: Token, style: Style) -> Iterator[tuple[Cell, ...]]:
    """One unit for each time, with the sign of the range between them."""
    if style.direction == "yoko" and style.times == "colon":
        yield (_word(token.text),)
        return
    yield _clock(token.start, style)
    if token.end:
        yield _upright("～")
        yield _clock(token.end, style)


def _clock(time: str, style: Style) -> tuple[Cell, ...]:
    hour, minute = time.split(":")
    # 九：〇〇 is nobody's way to write a time.
    if style.times == "colon" and style.numbers == "arabic_tcy":
        return (*_numeral(hour, style), *_each("："), *_numeral(minute, style))
    minutes = (*_numeral(minute.lstrip("0"), style), *_each("分")) if minute.strip("0") else ()
    return (*_numeral(hour.lstrip("0") or "0", style), *_each("時"), *minutes)


def _dotted(token: str, style: Style) -> Iterator[tuple[Cell, ...]]:
    """A date or a version: 2026.11.29 as ２０２６・11・29, parted at its dots."""
    if style.direction == "yoko":
        yield (_word(token),)
        return
    for n, piece in enumerate(token.split(".")):
        if n:
            yield _upright("・")
        letters = piece.rstrip("0123456789")
        yield (*_each(letters.translate(_WIDE)), *_numeral(piece[len(letters) :], style, year=True))


def _numeral(number: str, style: Style, *, year: bool = False) -> tuple[Cell, ...]:
    if style.direction == "yoko":
        return _horizontal_number(number)
    return tuple(c for piece in parts(number, style.numbers, year=year) for c in _piece(piece))


def _number(token: Token, style: Style) -> Iterator[tuple[Cell, ...]]:
    letters = _each(token.letters.translate(_WIDE))
    if style.direction == "yoko":
        tail = (_word(token.unit),) if token.unit else _each("％" if token.sign else "")
        yield (*_each("−" if token.minus else ""), *_horizontal_number(token.digits), *tail, *letters)
        return
    if token.minus:
        yield _each("マイナス")
    cells = list(_numeral(token.digits, style, year=token.year))
    if token.sign:
        cells += _each("％" if style.numbers == "arabic_tcy" else "パーセント")
    yield from _glued([*cells, *letters])
    yield from ((c,) for c in _each(UNITS[token.unit] if token.unit else ""))


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
        yield from _glued(_each(separate(piece, style.numbers).translate(_WIDE)))


def _latin(token: Token) -> Iterator[tuple[Cell, ...]]:
    """Up to four capitals and digits, or one letter, stand upright (ＤＸ, ＡＩ‐ＯＣＲ, ｘ); a longer word lies along it."""
    word = token.text
    if word == "No.":
        yield _upright("№")
    elif _INITIALS.fullmatch(word):
        yield from (_each(part.translate(_WIDE)) for part in re.findall(r"[A-Z0-9]+-?", word))
    elif len(word) == 1:
        yield _each(word.translate(_WIDE))
    else:
        # The space before another word lies along the line with them.
        yield (_word(f"{word} " if _LYING_NEXT.match(token.after) else word),)


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


def stays(space: Token) -> bool:
    """Whether a space parts two Japanese words, two numbers or upright letters, a name and what it names, or follows ！ or ？,
    and so becomes a full-width one. One that only parts types, which the grid does anyway, does not."""
    before, after = space.before[-1:], space.after[:1]
    if not before or not after:
        return False
    if before in "！？!?" or not (before.isascii() or after.isascii()):
        return True
    if before.isascii() and after.isascii():
        return before.isalnum() and after.isalnum() and not _LYING_BEFORE.search(space.before)
    if _PHONE.match(space.after) and _NOUN.match(before):
        return True
    # 約 100 人 and 市の DX です are typed with spaces for the screen; 会場 A棟 parts two things.
    beside = after if before.isascii() else before
    if before.isascii() and before.isdigit() and after in _COUNTED:
        return False
    return bool(_NOUN.match(beside)) and beside not in _COUNTING


def _ruby(ruby: Ruby, style: Style, strong: bool) -> Iterator[Unit]:
    """Mono: each character with its own reading, so a line may end between them. Group: one unit."""
    if len(ruby.readings) > 1:
        for character, reading in zip(ruby.base, ruby.readings, strict=True):
            yield Unit(cells=_upright(character.translate(_WIDE)), reading=reading, strong=strong)
        return
    cells = tuple(c for u in text_units(ruby.base, style) for c in u.cells)
    yield Unit(cells=cells, reading=ruby.reading, strong=strong)
