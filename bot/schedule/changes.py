"""What the office has changed of the files' rules: laid over them, and whether more may go out by it; see ADR 44."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, cast, get_args

from bot.errors import ConfigError
from bot.language import say
from bot.schedule.opening import closed_reason, days_from
from bot.schedule.rules import DAYS, MOST_PER_DAY, IfClosed, Quiet, Rules, Slot
from bot.schedule.slots import least_gap
from bot.values import reading

_COMPARED = 400  # days that are compared one by one: a year of weekdays, holidays and spans. What the office named is apart.
LONGEST_SPAN = 62  # days
Value = Mapping[str, Any]  # as JSON keeps it


class Topic(StrEnum):
    """What of the rules can be changed, each apart."""

    HOURS = "hours"
    DAYS = "days"
    SLOT = "slot"
    LIMIT = "limit"


@dataclass(frozen=True, kw_only=True)
class RuleChange:
    """`item` says which: a slot's name, a channel, a span of days (first/last); "" for the hours, which are one. `value` None:
    as the files have it."""

    topic: str  # a Topic; what is none is found when it is applied
    item: str
    value: Value | None

    @property
    def span(self) -> tuple[date, date]:
        first, _, last = self.item.partition("/")
        return date.fromisoformat(first), date.fromisoformat(last)


def applied(rules: Rules, changes: Iterable[RuleChange]) -> Rules:
    """The rules with these changes in the order in which they were made: of one thing the last one counts. Raises ConfigError
    for what nobody can read: it says nothing about what may go out."""
    for change in in_force(changes):
        try:
            rules = _APPLY[Topic(change.topic)](rules, change)
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as e:
            raise ConfigError(
                f"rule change {change.topic} {change.item}: {type(e).__name__}",
                summary="画面で変えた配信の決まりが読めません",
                next_step="「配信の時間の設定」で、その決まりを決め直してください",
            ) from e
    return rules


def in_force(changes: Iterable[RuleChange]) -> list[RuleChange]:
    """The last one of each thing, in order. Days that a later span takes back are taken back from what stands before it."""
    latest: dict[tuple[str, str], RuleChange] = {}
    for change in changes:
        latest.pop((change.topic, change.item), None)
        latest[change.topic, change.item] = change
    return [change for change in latest.values() if change.value is not None or change.topic == Topic.DAYS]


def _hours(rules: Rules, change: RuleChange) -> Rules:
    value = cast(Value, change.value)
    return replace(
        rules,
        quiet=replace(
            rules.quiet,
            open=reading.clock(value["open"]),
            close=reading.end_of_hours(value["close"]),
            days=weekdays(value["days"]),
            public_holidays=_flag(value["public_holidays"]),
        ),
    )


def days_of(change: RuleChange) -> list[date]:
    first, last = change.span
    return days_from(first, (last - first).days + 1)


def _days(rules: Rules, change: RuleChange) -> Rules:
    special = dict(rules.quiet.special)
    for day in days_of(change):
        special.pop(day, None)
        if change.value is not None:
            special[day] = str(change.value["closed"])
    return replace(rules, quiet=replace(rules.quiet, special=special))


def _slot(rules: Rules, change: RuleChange) -> Rules:
    slots = {name: slot for name, slot in rules.slots.items() if name != change.item}
    value = cast(Value, change.value)
    if not value.get("gone"):
        slots[change.item] = Slot(
            name=change.item,
            days=weekdays(value["days"]),
            at=reading.clock(value["at"]),
            gap=timedelta(minutes=int(value["gap"])),
            channels=frozenset(map(str, value["channels"])),
            if_closed=_if_closed(value["if_closed"]),
        )
    return replace(rules, slots=slots)


def _limit(rules: Rules, change: RuleChange) -> Rules:
    most = cast(Value, change.value)["most"]
    others = {channel: count for channel, count in rules.per_day.items() if channel != change.item}
    if most is not None and not 1 <= int(most) <= MOST_PER_DAY:
        raise ValueError(most)
    return replace(rules, per_day=others if most is None else {**others, change.item: int(most)})


_APPLY = {Topic.HOURS: _hours, Topic.DAYS: _days, Topic.SLOT: _slot, Topic.LIMIT: _limit}


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)  # "false" would be true
    return value


def _if_closed(word: str) -> IfClosed:
    if word not in get_args(IfClosed):
        raise ValueError(word)
    return cast(IfClosed, word)


def weekdays(names: Iterable[str]) -> frozenset[int]:
    return frozenset(DAYS.index(name) for name in names)


def widened(old: Rules, new: Rules, today: date) -> list[str]:
    """In what way more may go out by the new rules than by the old ones, in sentences without their full stop; none where
    nothing more may."""
    return [*_longer_hours(old.quiet, new.quiet), *_opened(old, new, today), *_more_slots(old, new), *_more_a_day(old, new)]


def _longer_hours(old: Quiet, new: Quiet) -> list[str]:
    found = []
    if new.open < old.open or new.close > old.close:
        found.append(say("出してよい時間が長くなります"))
    if new.days - old.days:
        found.append(say("出してよい曜日が増えます"))
    if new.public_holidays and not old.public_holidays:
        found.append(say("祝日にも出るようになります"))
    return found


def _opened(old: Rules, new: Rules, today: date) -> list[str]:
    if old.quiet == new.quiet:
        return []
    # The office may name a day of any year: one beyond the horizon must not open by one person's word.
    named = {day for day in (*old.quiet.special, *new.quiet.special) if day >= today}
    compared = sorted(named | set(days_from(today, _COMPARED)))
    opened = {day for day in compared if closed_reason(day, old) and not closed_reason(day, new)}
    # One that is open as it is stays so, whatever the files or another officer make of that day later.
    pinned = {day for day in named if new.quiet.special.get(day) == "" != old.quiet.special.get(day)} - opened
    found = [say("休みの日が、出してよい日になります（{count}日）", count=len(opened))] if opened else []
    return [*found, say("特別に出す日が増えます（{count}日）", count=len(pinned))] if pinned else found


def _more_slots(old: Rules, new: Rules) -> list[str]:
    found = [
        say("{time}の配信枠の時刻が増えます", time=f"{slot.at:%H:%M}")
        for slot in new.slots.values()
        if not _is_within(slot, old.slots.get(slot.name))
    ]
    if least_gap(new) < least_gap(old):
        found.append(say("投稿の間隔を、前より短くできるようになります"))
    return found


def _is_within(slot: Slot, before: Slot | None) -> bool:
    """Does it give no time that it did not give before?"""
    if before is None:
        return False
    serves_no_more = not before.channels or (bool(slot.channels) and slot.channels <= before.channels)
    moves_no_more = slot.if_closed in ("skip", before.if_closed)
    same = slot.at == before.at and slot.gap >= before.gap
    return same and slot.days <= before.days and serves_no_more and moves_no_more


def _more_a_day(old: Rules, new: Rules) -> list[str]:
    more = [c for c, most in old.per_day.items() if new.per_day.get(c, MOST_PER_DAY + 1) > most]
    return [say("1日に出せる数が増えます")] if more else []
