"""Title cards: a picture for a post that has none, drawn from its words."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from bot.media.lettering import ACCENT, INK, PAPER, WASH, broken, font, widest_phrase

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

SIZE = 1080
_MARGIN = 88
_WIDTH = SIZE - 2 * _MARGIN
_BAND, _FOOTER = 32, 152
_TITLE_TOP, _TITLE_BOTTOM = 212, SIZE - _FOOTER - 80
# Large sizes, of which the one with the fewest lines is taken; then smaller ones, of which the first that fits.
_TITLE_SIZES = ((112, 104, 96, 88), (80,), (72,), (64,), (56,), (48,))
_LAST_RESORT = 40
_LEADING = 1.42
_SMALL_SIZES = (40, 36, 32, 28, 24)


def title_card(title: str, kicker: str, footer: str) -> bytes:
    """A square PNG: a small line, the title broken at phrases, a footer. The same words give the same bytes."""
    import PIL.Image
    import PIL.ImageDraw

    card = PIL.Image.new("RGB", (SIZE, SIZE), PAPER)
    draw = PIL.ImageDraw.Draw(card)
    draw.rectangle((0, 0, SIZE, _BAND), fill=ACCENT)
    _kicker(draw, kicker)
    _title(draw, title)
    _footer(draw, footer)
    buffer = BytesIO()
    card.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _kicker(draw: ImageDraw, text: str) -> None:
    face = _one_line(text, _WIDTH - 56)
    right, middle, half = _MARGIN + face.getlength(text) + 56, 142, face.size - 4
    draw.rounded_rectangle((_MARGIN, middle - half, right, middle + half), radius=12, fill=ACCENT)
    draw.text((_MARGIN + 28, middle), text, font=face, fill=PAPER, anchor="lm")


def _title(draw: ImageDraw, title: str) -> None:
    """In the middle between kicker and footer, with a short rule below."""
    face, lines = _set_title(title)
    leading = face.size * _LEADING
    top = (_TITLE_TOP + _TITLE_BOTTOM - len(lines) * leading) / 2
    for number, line in enumerate(lines):
        draw.text((_MARGIN, top + (number + 0.5) * leading), line, font=face, fill=INK, anchor="lm")
    rule = top + len(lines) * leading + 24
    draw.rectangle((_MARGIN, rule, _MARGIN + 120, rule + 10), fill=ACCENT)


def _set_title(title: str) -> tuple[FreeTypeFont, list[str]]:
    """The face and the lines. Phrases stay whole, unless one is too wide for a line even in the last resort."""
    for sizes in _TITLE_SIZES:
        faces = [font(size, bold=True) for size in sizes]
        set_in = [(face, broken(title, face, _WIDTH)) for face in faces if widest_phrase(title, face) <= _WIDTH]
        fitting = [(face, lines) for face, lines in set_in if len(lines) * face.size * _LEADING <= _TITLE_BOTTOM - _TITLE_TOP]
        if fitting:
            return min(fitting, key=lambda way: (len(way[1]), -way[0].size))
    face = font(_LAST_RESORT, bold=True)
    return face, broken(title, face, _WIDTH)


def _footer(draw: ImageDraw, text: str) -> None:
    draw.rectangle((0, SIZE - _FOOTER, SIZE, SIZE), fill=WASH)
    middle = SIZE - _FOOTER // 2
    draw.text((_MARGIN, middle), text, font=_one_line(text, _WIDTH), fill=INK, anchor="lm")


def _one_line(text: str, width: float) -> FreeTypeFont:
    """The largest face in which the text is one line; the smallest, if there is none."""
    for size in _SMALL_SIZES:
        face = font(size, bold=True)
        if face.getlength(text) <= width:
            break
    return face
