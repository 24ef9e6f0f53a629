"""訂正: a box at the end of the last column (段), of what earlier issues printed wrongly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.errors import DoesNotFit
from bot.language import say
from bot.newsletter.cells import Style, Unit, text_units
from bot.newsletter.compose import Kind, Line, Rules, compose
from bot.newsletter.frame import Placed, Rect
from bot.newsletter.profile import Profile

CORRECTION_TITLE = "訂正"
BORDER = 1.5  # points, from the edge of the box inwards


@dataclass(frozen=True, kw_only=True)
class CorrectionBox:
    """Its lines leave a cell open at both ends, for the border."""

    rect: Rect
    lines: tuple[Placed, ...]


def correction_box(sentences: Sequence[str], profile: Profile, reserved: Sequence[Rect]) -> CorrectionBox | None:
    """Raises DoesNotFit where the box would lie on something `reserved` or is longer than a column."""
    if not sentences:
        return None
    lines = [*_lines(CORRECTION_TITLE, profile, "heading"), *(line for s in sentences for line in _lines(s, profile, "body"))]
    first = profile.lines - len(lines)
    rect = Rect(column=profile.columns - 1, line=first, columns=1, lines=len(lines))
    if first < 0 or any(rect.meets(other) for other in reserved):
        raise DoesNotFit(
            f"the correction box needs {len(lines)} lines of the last column",
            summary=say("訂正の欄（{count}行）が、最後の段の終わりに入りません", count=len(lines)),
            next_step="schedules/newsletter.yml の corrections を短くするか、写真と見出しの場所を変えてください",
        )
    placed = tuple(Placed(line=line, column=rect.column, row=first + n) for n, line in enumerate(lines))
    return CorrectionBox(rect=rect, lines=placed)


def _lines(text: str, profile: Profile, kind: Kind) -> Iterator[Line]:
    found: list[Unit] = list(text_units(text, Style(direction=profile.direction, numbers=profile.numbers, times=profile.times)))
    yield from compose(found, profile.chars - 1, Rules(level=profile.kinsoku), first=1, indent=1, kind=kind)
