"""How one cell of text is drawn in the proof.

fpdf2 shapes only in `cell()`, never in `text()`: every glyph here goes through `cell()`, or 、。（ー would lie as in horizontal
writing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fpdf import FPDF

_BASELINE = 0.88  # of the em box, from its head: the ideographic em box of Japanese typefaces reaches from -0.12 to 0.88
_VERTICAL = {"vert": True, "kern": False}
_UPRIGHT_DIGITS = {"hwid": True, "kern": False}
_PLAIN = {"kern": False}


@dataclass(frozen=True)
class Typeface:
    """A font of the PDF under `family`; `widths` of what was drawn, in em."""

    pdf: FPDF
    family: str
    widths: dict[str, float] = field(default_factory=dict, compare=False)

    def upright(self, text: str, x: float, y: float, size: float, *, vertical: bool) -> None:
        """One character in the middle of the em box at (x, y)."""
        self._draw(text, x, y, size, size, _VERTICAL if vertical else _PLAIN)

    def side_by_side(self, text: str, x: float, y: float, size: float) -> None:
        """縦中横: digits in half width, pressed together if the font has none."""
        self._draw(text, x, y, size, size, _UPRIGHT_DIGITS)

    def word(self, text: str, x: float, y: float, size: float, room: float, *, vertical: bool) -> None:
        """Proportional type in `room` points along the line from (x, y) on; turned clockwise in vertical writing."""
        if not vertical:
            self._draw(text.strip(), x, y, size, room, _PLAIN)
            return
        with self.pdf.rotation(-90, x + size, y):
            self._draw(text.strip(), x + size, y, size, room, _PLAIN)

    def line(self, text: str, x: float, y: float, size: float) -> float:
        """A line of plain horizontal text; where it ends."""
        return self._draw(text, x, y, size, None, _PLAIN)

    def _draw(self, text: str, x: float, y: float, size: float, room: float | None, features: dict[str, bool]) -> float:
        """In the middle of `room`, pressed together when wider. Returns the x of its end."""
        self.pdf.set_font(self.family, size=size)
        self.pdf.set_text_shaping(True, features=features, direction="ltr", script="kana")
        width = self._width(text, size, features)
        stretch = min(1.0, room / width) if room is not None and width else 1.0
        inset = (room - width * stretch) / 2 if room is not None else 0.0
        self.pdf.set_stretching(100 * stretch)
        self.pdf.set_xy(x + inset, y + (_BASELINE - 0.8) * size)  # cell() sets its baseline 0.5 h + 0.3 size below its top
        self.pdf.cell(w=width, h=size, text=text)
        self.pdf.set_stretching(100)
        return x + inset + width * stretch

    def _width(self, text: str, size: float, features: dict[str, bool]) -> float:
        key = f"{text}{sorted(features)}"
        if key not in self.widths:
            self.widths[key] = self.pdf.get_string_width(text) / size
        return self.widths[key] * size
