"""The kinds of what leaves, and what holds each: the one table that the gate and the statements of the hot road ask.

A publication is held by everything. A correction may go out at night and in a blackout, since the wrong text stands there
too; every stop holds it. A take-down is what one does after a stop, so nothing holds it. An emergency text is written while a
disaster has stopped the rest; a stop that a person pressed holds it, because that person had a reason that no telegram knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.language import say


class Kind(StrEnum):
    """What a delivery is."""

    PUBLICATION = "publication"
    CORRECTION = "correction"
    TAKE_DOWN = "take_down"
    EMERGENCY = "emergency"


class Bar(StrEnum):
    """What may hold a delivery at the gate."""

    FILES = "files"  # they cannot be read, or are not what was approved
    APPROVAL = "approval"  # it was withdrawn, or is void
    STOP = "stop"  # a person pressed the switch
    DISASTER = "disaster"  # a disaster did
    LIGHT = "light"  # a danger does, and this is light-hearted
    BEHIND = "behind"  # the database does not know all that was sent (ADR 25)
    BLACKOUT = "blackout"
    QUIET = "quiet"  # night, weekend, holiday, closed day, a day that has as many posts as it may
    CONSENT = "consent"  # a picture in it may not be shown any more
    ORDER = "order"  # an earlier part of its series is not out
    LATE = "late"  # past its last moment, or expired
    ACCOUNT = "account"  # closed, used up, told to wait, or not the one that was proved


HELD_BY: Mapping[Kind, frozenset[Bar]] = {
    Kind.PUBLICATION: frozenset(Bar),
    Kind.CORRECTION: frozenset(Bar) - {Bar.QUIET, Bar.BLACKOUT, Bar.LIGHT, Bar.ORDER},
    Kind.TAKE_DOWN: frozenset(),
    Kind.EMERGENCY: frozenset(Bar) - {Bar.QUIET, Bar.BLACKOUT, Bar.DISASTER, Bar.LIGHT, Bar.ORDER},
}

# Of what these hold, another time can be the end: a new time puts it back on the schedule.
MOVED_ON = frozenset({Bar.BLACKOUT, Bar.QUIET, Bar.ORDER})


def told(kind: str, title: str) -> str:
    """The title as people are told it: an emergency's text follows rules of its own, so it is never without its mark."""
    return say("【緊急】{title}", title=title) if kind == Kind.EMERGENCY else title


def held_by(bar: Bar) -> list[Kind]:
    """The kinds that this bar holds."""
    return [kind for kind in Kind if bar in HELD_BY[kind]]
