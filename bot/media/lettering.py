"""What the drawn pictures share: their colours, their typeface, and lines broken where a reader would pause."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

# Every pair that meets (ink on paper or wash, paper on accent) has a contrast of 7:1 or more: WCAG AAA.
INK, PAPER, ACCENT, WASH = "#1a1a1a", "#ffffff", "#0017c1", "#e8f1fe"
_NEVER_FIRST = "、。，．」』）】！？ー・…々％"


def font(size: int, *, bold: bool = False) -> FreeTypeFont:
    """`size` in pixels."""
    import PIL.ImageFont

    return PIL.ImageFont.truetype(font_path(bold=bold), size)


def font_path(*, bold: bool = False) -> str:
    """Noto Sans CJK JP, from the installed packages."""
    from importlib.resources import files

    weight = "bold" if bold else "regular"
    name = f"NotoSansCJKjp-{weight.capitalize()}.otf"
    return str(files(f"noto_cjk_sans_jp_{weight}").joinpath(name))


def broken(text: str, face: FreeTypeFont, width: float) -> list[str]:
    """Lines of at most `width` pixels, broken where the text is, and at phrases: as few as can be, and as even."""
    return [line for paragraph in text.split("\n") for line in _even(_phrases(paragraph, face, width), face, width)]


def widest_phrase(text: str, face: FreeTypeFont) -> float:
    """In pixels."""
    return max((face.getlength(phrase) for phrase in _phrases(text, face, inf)), default=0.0)


def _phrases(text: str, face: FreeTypeFont, width: float) -> list[str]:
    """A phrase wider than a line is broken by characters; what may not begin a line stays with what it follows."""
    import budoux

    pieces: list[str] = []
    for phrase in (p for line in text.split("\n") for p in budoux.load_default_japanese_parser().parse(line)):
        for piece in [phrase] if face.getlength(phrase) <= width else phrase:
            rest = piece.lstrip(_NEVER_FIRST) if pieces else piece
            if rest != piece:
                pieces[-1] += piece[: len(piece) - len(rest)]
            if rest:
                pieces.append(rest)
    return pieces


def _even(pieces: list[str], face: FreeTypeFont, width: float) -> list[str]:
    """The best way to set the pieces from each one on, found from the last backwards: fewest lines, then the least sum of
    squares of what the lines leave empty."""
    best: list[tuple[int, float, list[str]]] = [(0, 0.0, [])]
    for start in reversed(range(len(pieces))):
        ways = []
        for end in range(start + 1, len(pieces) + 1):
            line = "".join(pieces[start:end]).strip()
            slack = width - face.getlength(line)
            if slack < 0 and end > start + 1:
                break
            count, cost, rest = best[end - start - 1]
            ways.append((count + 1, cost + slack**2, [line, *rest]))
        best.insert(0, min(ways))
    return best[0][2]
