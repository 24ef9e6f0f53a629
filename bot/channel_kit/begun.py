"""What a preparing that was refused half way had made already: the next try goes on from there and uploads nothing twice."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from bot.channel_kit.base import Outgoing
from bot.errors import RetryLater
from bot.render.variant import Media

_GOOD_FOR = 2 * 3600  # seconds; well below what platforms keep uploads for
_FORM = re.compile(r"begun@([0-9]{1,12}):([0-9]+(?:,[0-9]+)*)(\+?)")


def _nothing(number: int, media: Media, made: str) -> None:
    pass


def one_by_one(
    outgoing: Outgoing, make: Callable[[int, Media], str], finish: Callable[[int, Media, str], None] = _nothing
) -> list[str]:
    """What `make` gives for each picture, by its number from 1 on, and `finish` completes (its alt text, say); neither is
    called for what an earlier try has done. Raises ChannelError; one that may be tried again carries what there is."""
    made, finished = _recalled(outgoing.earlier, len(outgoing.media))
    for number, media in enumerate(outgoing.media[finished:], finished + 1):
        try:
            if number > len(made):
                made.append(make(number, media))
            finish(number, media, made[number - 1])
        except RetryLater as e:
            e.made = remembered(made, finished=number > len(made))
            raise
    return made


def named(token: str) -> list[str]:
    """The numbers in a token of either form, complete or begun, however old."""
    found = _FORM.fullmatch(token)
    return [n for n in (found[2] if found else token).split(",") if n.isdigit()]


def remembered(made: Sequence[str], *, finished: bool = True) -> str:
    """As a token, which no complete one looks like; with a + where the last is made and not `finished`."""
    return f"begun@{int(time.time())}:{','.join(made)}{'' if finished else '+'}" if made else ""


def _recalled(token: str, most: int) -> tuple[list[str], int]:
    """What was made, and how many of these are finished."""
    found = _FORM.fullmatch(token)
    if found is None or not 0 <= time.time() - int(found[1]) < _GOOD_FOR:
        return [], 0
    made = found[2].split(",")[:most]
    return made, len(made) - (found[3] == "+")
