"""One line of the log for each thing that happened to a post, once it is committed.

Two places feed it, so that nothing is forgotten: the audit log, for what people and the program decide, and the one function
that moves a delivery, for what no entry of the audit log tells of. What was rolled back has not happened (ADR 29).
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import structlog
from django.db import DatabaseError, transaction

from bot import errors
from bot.store.models import Delivery, Submission
from bot.workflow.transitions import Event

LEAVE = "leave"  # a request leaves now
_DELIVERY, _SUBMISSION = "delivery:", "submission:"
_GRAVE = frozenset({Event.HOLD, Event.MISS, Event.LOSE_TRACK, Event.GIVE_UP, Event.REFUSE, "published_twice", "removal_stuck"})
# What an entry is about may come from outside; a code is a platform's. Neither is shown where it could be a sentence.
_NAME, _CODE = re.compile(r"[a-z_]+:[\w*:.-]{1,80}"), re.compile(r"[\w.:-]{1,40}")
log = structlog.stdlib.get_logger(__name__)


@dataclass(kw_only=True)
class Happening:
    """What happened (a verb of the audit log, or an Event), to which object, by whom. `told`: an entry of the audit log tells
    of it."""

    what: str
    target: str
    by: str = ""
    code: str = ""
    told: bool = False


class _Moves(threading.local):
    """This thread's moves of the transaction at hand. One that was rolled back stays until the next one is committed; nobody
    tells of it, for its own callback is gone."""

    def __init__(self) -> None:
        self.open: list[Happening] = []


_moves = _Moves()


def moved(ids: Iterable[int], event: str) -> None:
    """In the transaction of the change. Told when that is committed, unless an entry of the audit log tells it."""
    made = [Happening(what=event, target=f"{_DELIVERY}{number}") for number in ids]
    if made:
        _moves.open += made
        transaction.on_commit(partial(_tell, made), robust=True)


def leaving(ids: Iterable[int]) -> None:
    """In the transaction that writes their intents."""
    transaction.on_commit(partial(_tell, [Happening(what=LEAVE, target=f"{_DELIVERY}{number}") for number in ids]), robust=True)


def recorded(happened: Sequence[Happening]) -> None:
    """In the transaction in which the audit log gets these entries, which come last in it (ADR 6). One entry stands for all
    requests that leave together; each of them is told by `leaving`."""
    about = {happening.target for happening in happened}
    for move in _moves.open:
        move.told = move.told or move.target in about
    _moves.open.clear()
    transaction.on_commit(partial(_tell, [happening for happening in happened if happening.what != LEAVE]), robust=True)


def code_of(verb: str, detail: str) -> str:
    """The code that a platform gave with its refusal; "" for all that is no refusal, and for what is no code."""
    refusal = isinstance(getattr(errors, verb, None), type)
    return detail if refusal and _CODE.fullmatch(detail) else ""


def _tell(happened: Sequence[Happening]) -> None:
    """Robust: what is committed has happened, and no line is worth losing what comes after it."""
    new = [(_level(happening), happening) for happening in happened if not happening.told]
    for _, happening in new:
        happening.told = True
    _moves.open = [move for move in _moves.open if not move.told]
    read = [(level, happening) for level, happening in new if log.isEnabledFor(level)]
    known = _places({happening.target for _, happening in read}) if read else {}
    for level, happening in read:
        facts = {"by": happening.by, "code": happening.code, **known.get(happening.target, _named(happening.target))}
        log.log(level, str(happening.what), **{name: fact for name, fact in facts.items() if fact != ""})


def _level(happening: Happening) -> int:
    grave = happening.what in _GRAVE or isinstance(getattr(errors, happening.what, None), type)
    return logging.WARNING if grave else logging.INFO


def _named(target: str) -> dict[str, object]:
    return {"object": target} if _NAME.fullmatch(target) else {}


def _places(targets: set[str]) -> dict[str, dict[str, object]]:
    """Which post is meant by each of them, in two questions however many they are. None while the database is away."""
    with suppress(DatabaseError):
        return {**dict(_deliveries(targets)), **dict(_submissions(targets))}
    return {}


def _deliveries(targets: set[str]) -> Iterator[tuple[str, dict[str, object]]]:
    rows = Delivery.objects.filter(id__in=_numbers(targets, _DELIVERY))
    for number, channel, part, submission, path in rows.values_list(
        "id", "channel", "part", "submission_id", "submission__path"
    ):
        facts = {"delivery": number, "submission": submission, "post": path, "channel": channel, "part": part or ""}
        yield f"{_DELIVERY}{number}", facts


def _submissions(targets: set[str]) -> Iterator[tuple[str, dict[str, object]]]:
    for number, path in Submission.objects.filter(id__in=_numbers(targets, _SUBMISSION)).values_list("id", "path"):
        yield f"{_SUBMISSION}{number}", {"submission": number, "post": path}


def _numbers(targets: set[str], kind: str) -> list[int]:
    return [int(number) for target in targets if (number := target.removeprefix(kind)) != target and number.isdecimal()]
