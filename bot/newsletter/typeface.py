"""How one cell of text is drawn in the proof: its glyphs by their number, as HarfBuzz chose them.

Not by fpdf2's `cell()`: it shapes a character and its variation selector apart, so that 葛󠄀 and 葛󠄁 were printed alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fpdf import FPDF
from fpdf.fonts import TTFFont

from bot.newsletter.orientation import lies

_BASELINE = 0.88  # of the em box, from its head: the ideographic em box of Japanese typefaces reaches from -0.12 to 0.88
_VERTICAL = {"vert": True, "kern": False}
_UPRIGHT_DIGITS = {"hwid": True, "kern": False}
_PLAIN = {"kern": False}


@dataclass(frozen=True, kw_only=True)
class Shaped:
    """`codes` of the font in the PDF, each with where it begins, in em; `width` of all in em. `turned`: it lies along a
    vertical line, having no vertical form (UAX #50)."""

    codes: tuple[tuple[int, float], ...]
    width: float
    turned: bool = False


@dataclass(frozen=True)
class Typeface:
    """A font of the PDF under `family`; `shapes` of what was drawn."""

    pdf: FPDF
    family: str
    shapes: dict[str, Shaped] = field(default_factory=dict, compare=False)

    def upright(self, text: str, x: float, y: float, size: float, *, vertical: bool) -> None:
        """One character in the middle of the em box at (x, y)."""
        shaped = self._shaped(text, _VERTICAL if vertical else _PLAIN)
        if shaped.turned:
            self._put(shaped, x + size, y, size, size, turned=True)
        else:
            self._put(shaped, x, y, size, size)

    def side_by_side(self, text: str, x: float, y: float, size: float) -> None:
        """縦中横: digits in half width, pressed together if the font has none."""
        self._put(self._shaped(text, _UPRIGHT_DIGITS), x, y, size, size)

    def word(self, text: str, x: float, y: float, size: float, room: float, *, vertical: bool) -> None:
        """Proportional type in `room` points along the line from (x, y) on; turned clockwise in vertical writing."""
        shaped = self._shaped(text.strip(), _PLAIN)
        self._put(shaped, x + size if vertical else x, y, size, room, turned=vertical)

    def line(self, text: str, x: float, y: float, size: float, most: float) -> None:
        """A line of plain horizontal text, at most so many points long."""
        shaped = self._shaped(text, _PLAIN)
        self._put(shaped, x, y, size, min(most, shaped.width * size))

    def _put(self, shaped: Shaped, x: float, y: float, size: float, room: float, *, turned: bool = False) -> None:
        """In the middle of `room`, pressed together when wider; `turned`: downwards from the upper right corner (x, y)."""
        width = shaped.width * size
        stretch = min(1.0, room / width) if width else 1.0
        inset = (room - width * stretch) / 2
        drawn = " ".join(self._glyphs(shaped, x, y, size, stretch, inset, turned=turned))
        pdf = self.pdf
        pdf.set_font(self.family, size=size)
        colour = pdf.text_color.serialize().lower() if pdf.text_color else ""
        # fpdf2 has no call of its own for glyphs by their number: these two are what its `cell()` is made of.
        font = pdf._set_font_for_page(self._font(), size, wrap_in_text_object=False)
        pdf._out(f"q {colour} BT {font} {drawn} ET Q")

    def _glyphs(
        self, shaped: Shaped, x: float, y: float, size: float, stretch: float, inset: float, *, turned: bool
    ) -> Iterator[str]:
        down = self.pdf.h  # a PDF's y runs upwards
        for code, start in shaped.codes:
            along = inset + start * size * stretch
            if turned:
                place = f"0 {-stretch:.4f} 1 0 {x - _BASELINE * size:.2f} {down - y - along:.2f}"
            else:
                place = f"{stretch:.4f} 0 0 1 {x + along:.2f} {down - y - _BASELINE * size:.2f}"
            yield f"{place} Tm <{code:04X}> Tj"

    def _shaped(self, text: str, features: dict[str, bool]) -> Shaped:
        key = f"{text}{sorted(features)}"
        if key not in self.shapes:
            self.shapes[key] = self._shape(text, features)
        return self.shapes[key]

    def _shape(self, text: str, features: dict[str, bool]) -> Shaped:
        glyphs = self._info(text, features)
        # A glyph that stays what it is in horizontal writing has no vertical form.
        turned = "vert" in features and lies(text) and glyphs == self._info(text, _PLAIN)
        codes, at = [], 0.0
        for code, advance, offset in glyphs:
            codes.append((code, at + offset))
            at += advance
        return Shaped(codes=tuple(codes), width=at, turned=turned)

    def _info(self, text: str, features: dict[str, bool]) -> list[tuple[int, float, float]]:
        """Code, advance and offset of each glyph, in em."""
        font = self._font()
        # The language is not the machine's: a Japanese form (—) must not hang on where the proof is made.
        shaping = {"features": features, "script": "kana", "language": "ja"}
        em = font.scale / 1000
        found = font.shape_text(text, 1, shaping) if text else []
        return [(g["mapped_char"], g["x_advance"] * em, g["x_offset"] * em) for g in found if g["mapped_char"] is not None]

    def _font(self) -> TTFFont:
        font = self.pdf.fonts[self.family]
        assert isinstance(font, TTFFont)  # noqa: S101 it was embedded from a file
        return font
