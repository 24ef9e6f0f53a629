"""What an exam is, and what it tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.cli.exams.installation import Installation
from bot.errors import BotError
from bot.language import say


class State(StrEnum):
    """`HEED` is for a person to think about; only `BAD` makes the exit code."""

    FINE = "fine"
    HEED = "heed"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class Told:
    """One thing that was seen, in words for people, and what to do about it. `about` names it among several of an exam."""

    state: State
    seen: str
    todo: str = ""
    about: str = ""


def fine(seen: str, about: str = "", /, **parts: object) -> Told:
    return Told(state=State.FINE, seen=say(seen, **parts), about=about)


def heed(seen: str, todo: str, about: str = "", /, **parts: object) -> Told:
    return Told(state=State.HEED, seen=say(seen, **parts), todo=say(todo, **parts), about=about)


def bad(seen: str, todo: str, about: str = "", /, **parts: object) -> Told:
    return Told(state=State.BAD, seen=say(seen, **parts), todo=say(todo, **parts), about=about)


def problem(error: BotError, about: str = "") -> Told:
    return Told(state=State.BAD, seen=error.summary, todo=error.next_step, about=about)


def unforeseen(error: Exception, about: str = "") -> Told:
    """A library's own words may hold an address or a key, so only the error's name is told."""
    return bad(
        "調べている途中で、想定外の誤り（{name}）が起きました",
        "ほかの項目を直してから、もう一度お試しください。続くときは、この行を添えて開発元に知らせてください",
        about,
        name=type(error).__name__,
    )


@dataclass(frozen=True, kw_only=True)
class Exam:
    """`look` yields nothing where there is nothing to look at. `name` is for programs, `label` and `why` are for people."""

    name: str
    label: str
    why: str
    look: Callable[[Installation], Iterable[Told]]


@dataclass(frozen=True, kw_only=True)
class Result:
    exam: Exam
    told: Told


def examine(exams: Sequence[Exam], installation: Installation) -> Iterator[Result]:
    """Every exam has its turn, also after another could not be made."""
    for exam in exams:
        for told in _looked(exam, installation):
            yield Result(exam=exam, told=told)


def _looked(exam: Exam, installation: Installation) -> Iterator[Told]:
    try:
        yield from exam.look(installation)
    except BotError as e:
        yield problem(e)
    except Exception as e:
        yield unforeseen(e)
