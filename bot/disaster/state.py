"""From telegrams to what is in force now.

The state is made anew from the telegrams that are kept, in their order, and nothing depends on the order in which they came: a
late older one never turns it back. 取消 says that a telegram was wrong, so that what stood before it stands again; 解除 says
that the danger is over. Of two telegrams of one moment with other bytes the graver one counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.disaster.levels import INTENSITIES, Hazard
from bot.disaster.statement import Statement
from bot.disaster.telegram import CANCELLED, ISSUED, Telegram

# A quake is an event, and what nobody can read lifts by nothing: both count for a day. All else stands until it is lifted.
STANDS = timedelta(hours=24)
_EVENTS = (Hazard.QUAKE, Hazard.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One thing that is in force. `danger` stays the same while telegrams speak of it: one storm comes in several of them, a
    quake with each report of its intensities. `grade` is how grave it is, to be compared with another of the same danger."""

    statement: Statement
    telegram: Telegram

    @property
    def danger(self) -> str:
        of_its_own = {Hazard.QUAKE: self.telegram.event, Hazard.UNKNOWN: self.telegram.series}
        return f"{self.statement.hazard}:{of_its_own.get(self.statement.hazard, '')}"

    @property
    def grade(self) -> int:
        said = self.statement
        return INTENSITIES.index(said.intensity) if said.intensity in INTENSITIES else int(said.level)


@dataclass(frozen=True, kw_only=True)
class State:
    """`conflicts` are telegrams of one series and one moment that differ, `lost` are 取消 of what nobody here has."""

    conditions: tuple[Condition, ...] = ()
    conflicts: tuple[tuple[Telegram, Telegram], ...] = ()
    lost: tuple[Telegram, ...] = ()


def state_of(telegrams: Iterable[Telegram], now: datetime) -> State:
    """What these say is in force at `now`. Drills say nothing."""
    real = sorted((t for t in telegrams if t.is_real and t.covers), key=_order)
    stacks: dict[str, list[Telegram]] = {}
    lost = list[Telegram]()
    for telegram in real:
        stack = stacks.setdefault(telegram.series, [])
        if telegram.info != CANCELLED:
            stack.append(telegram)
        elif not _void(stack, telegram):
            lost.append(telegram)
    conflicts, conditions = list[tuple[Telegram, Telegram]](), list[Condition]()
    for stack in filter(None, stacks.values()):
        top, beside = _top(stack)
        conflicts += [(top, beside)] if beside else []
        conditions += _conditions(top, now)
    return State(conditions=tuple(conditions), conflicts=tuple(conflicts), lost=tuple(lost))


def _order(telegram: Telegram) -> tuple[datetime, datetime, bool, bool]:
    """Of one moment, what was issued comes before its correction, and what voids comes last."""
    return (*telegram.order, telegram.info == CANCELLED, telegram.info != ISSUED)


def _void(stack: list[Telegram], cancelling: Telegram) -> bool:
    """Take away what was wrong: the last one of the same kind."""
    for place in range(len(stack) - 1, -1, -1):
        if stack[place].kind == cancelling.kind and stack[place].event in ("", cancelling.event):
            wrong = stack.pop(place)
            # Of two that came at one moment neither stands.
            stack[:] = [t for t in stack if t.order != wrong.order]
            return True
    return False


def _top(stack: Sequence[Telegram]) -> tuple[Telegram, Telegram | None]:
    """The last one, and one of the same moment that says otherwise."""
    last = stack[-1]
    same = [t for t in stack if t.order == last.order and t.info == last.info and t.digest != last.digest]
    if not same:
        return last, None
    gravest = max((*same, last), key=_gravity)
    other = last if gravest is not last else max(same, key=_gravity)
    return gravest, other


def _gravity(telegram: Telegram) -> tuple[int, int]:
    levels = [int(each.level) for each in telegram.statements]
    return max(levels, default=0), len(levels)


def _conditions(telegram: Telegram, now: datetime) -> list[Condition]:
    found: Mapping[tuple[str, str], Statement] = {}
    for statement in telegram.statements:
        key = (statement.hazard, statement.area.kind)
        if key not in found or found[key].level < statement.level:
            found = {**found, key: statement}
    return [Condition(statement=s, telegram=telegram) for s in found.values() if _stands(s, telegram, now)]


def _stands(statement: Statement, telegram: Telegram, now: datetime) -> bool:
    return statement.hazard not in _EVENTS or telegram.reported > now - STANDS
