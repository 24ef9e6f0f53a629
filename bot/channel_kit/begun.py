"""What a preparing that was refused half way had made already: the next try goes on from there and uploads nothing twice."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from bot.channel_kit.base import Outgoing
from bot.errors import RetryLater
from bot.render.variant import Media

_GOOD_FOR = 2 * 3600  # seconds; well below what platforms keep uploads for
_FORM = re.compile(r"begun@([0-9]{1,12}):([0-9]+(?:,[0-9]+)*)")


def one_by_one(outgoing: Outgoing, make: Callable[[int, Media], str]) -> list[str]:
    """What `make` gives for each picture, by its number from 1 on; not called for those that an earlier try has made. Raises
    ChannelError; one that may be tried again carries what there is."""
    made = _recalled(outgoing.earlier)[: len(outgoing.media)]
    for number, media in enumerate(outgoing.media[len(made) :], len(made) + 1):
        try:
            made.append(make(number, media))
        except RetryLater as e:
            e.made = remembered(made)
            raise
    return made


def named(token: str) -> list[str]:
    """The numbers in a token of either form, complete or begun, however old."""
    found = _FORM.fullmatch(token)
    return [n for n in (found[2] if found else token).split(",") if n.isdigit()]


def remembered(made: Sequence[str]) -> str:
    """As a token, which no complete one looks like."""
    return f"begun@{int(time.time())}:{','.join(made)}" if made else ""


def _recalled(token: str) -> list[str]:
    found = _FORM.fullmatch(token)
    return found[2].split(",") if found and 0 <= time.time() - int(found[1]) < _GOOD_FOR else []
