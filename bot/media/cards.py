"""Title cards: a picture for a post that has none, drawn from its words."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

SIZE = 1080
_MARGIN = 96
_INK, _QUIET, _PAPER, _ACCENT, _WASH = "#1a1a1a", "#4d4d4d", "#ffffff", "#0017c1", "#e8f1fe"
_NEVER_FIRST = frozenset("、。」』）！？ー・")


def title_card(title: str, kicker: str, footer: str) -> bytes:
    """A square PNG: a small line, the title broken at phrases, a footer. The same words give the same bytes."""
    import PIL.Image
    import PIL.ImageDraw

    card = PIL.Image.new("RGB", (SIZE, SIZE), _PAPER)
    draw = PIL.ImageDraw.Draw(card)
    draw.rectangle((0, 0, SIZE, 28), fill=_ACCENT)
    draw.rectangle((0, SIZE - 168, SIZE, SIZE), fill=_WASH)
    draw.text((_MARGIN, 120), kicker, font=_font(40, bold=True), fill=_ACCENT)
    _title(draw, title)
    draw.text((_MARGIN, SIZE - 108), footer, font=_font(36), fill=_QUIET)
    buffer = BytesIO()
    card.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _title(draw: ImageDraw, title: str) -> None:
    """As large as it fits: at most five lines in the space between kicker and footer."""
    for size in (96, 88, 80, 72, 64, 56, 48):
        font = _font(size, bold=True)
        lines = _lines(title, font, SIZE - 2 * _MARGIN)
        if len(lines) * size * 1.5 <= 560:
            break
    top = 220 + (560 - len(lines) * size * 1.5) / 2
    for number, line in enumerate(lines):
        draw.text((_MARGIN, top + number * size * 1.5), line, font=font, fill=_INK)


def _lines(text: str, font: FreeTypeFont, width: float) -> list[str]:
    """Broken where the text is, and at phrases; a phrase wider than a line is broken by characters."""
    import budoux

    parser = budoux.load_default_japanese_parser()
    lines: list[str] = []
    for paragraph in text.split("\n"):
        pieces = [p for phrase in parser.parse(paragraph) for p in ([phrase] if font.getlength(phrase) <= width else phrase)]
        lines.append("")
        for piece in pieces:
            if font.getlength(lines[-1] + piece) <= width or piece[0] in _NEVER_FIRST:
                lines[-1] += piece
            else:
                lines.append(piece)
    return lines


def _font(size: int, *, bold: bool = False) -> FreeTypeFont:
    import PIL.ImageFont

    return PIL.ImageFont.truetype(font_path(bold=bold), size)


def font_path(*, bold: bool = False) -> str:
    """Noto Sans CJK JP, from the installed packages."""
    from importlib.resources import files

    weight = "bold" if bold else "regular"
    name = f"NotoSansCJKjp-{weight.capitalize()}.otf"
    return str(files(f"noto_cjk_sans_jp_{weight}").joinpath(name))
