"""Until when a picture may be shown, as the office knows it: whoever is in it agreed for so long, or it is not to come back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class PictureLimit:
    """From `start` on (aware) the picture must not go out: for the end of a consent, or as the office decided. `said` is the
    reason as a clause, without a full stop."""

    start: datetime
    cause: Literal["consent", "not_again"]
    said: str


def reached(limits: Iterable[PictureLimit], moment: datetime) -> PictureLimit | None:
    """The limit that bars it at this moment; of two, the one that came first."""
    return min((limit for limit in limits if limit.start <= moment), key=lambda limit: limit.start, default=None)
