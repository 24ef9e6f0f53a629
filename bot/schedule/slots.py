"""Which time a post gets: its own, a named slot's next, or the next free slot of any name."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import groupby, islice, takewhile

from bot.errors import ScheduleError, SlotTaken
from bot.language import say
from bot.schedule.opening import Candidate, closed_reason, days_from, is_open
from bot.schedule.rules import Rules, Slot

# Some four months: a search over all days to come must end somewhere.
HORIZON_DAYS = 120


def fires(slot: Slot, candidate: Candidate, start: date, rules: Rules) -> Iterator[datetime]:
    """The slot's times from `start` on, over the horizon, at which this may go out."""
    if slot.channels and candidate.channel not in slot.channels:
        return
    for day in days_from(start, HORIZON_DAYS):
        # Combined anew for each day, so that a zone with summer time keeps the wall clock's time.
        moment = datetime.combine(day, slot.at, rules.zone)
        if falls_on(slot, day, rules) and is_open(moment, candidate, rules):
            yield moment


def falls_on(slot: Slot, day: date, rules: Rules) -> bool:
    """Is this a day of the slot, or the open day to which one of its days has moved? A closed day is none of either."""
    if closed_reason(day, rules):
        return False
    if day.weekday() in slot.days or slot.if_closed == "skip":
        return day.weekday() in slot.days
    # Asked from the open day, so that two days of the slot that move to it are one time.
    step = timedelta(days=-1 if slot.if_closed == "later" else 1)
    closed = takewhile(lambda other: closed_reason(other, rules), (day + step * n for n in range(1, HORIZON_DAYS)))
    return any(other.weekday() in slot.days for other in closed)


def next_free(candidate: Candidate | str, name: str, after: datetime, taken: Collection[datetime], rules: Rules) -> datetime:
    """The first slot time later than `after` with nothing else of the lane within the slot's gap, for `candidate` or for
    anything on the channel of this key. `name` "" means any slot.

    Raises ScheduleError for an unknown name, SlotTaken if the horizon is full.
    """
    if name and name not in rules.slots:
        raise ScheduleError(
            f"no slot {name!r}",
            summary=say("「{name}」という配信枠はありません", name=name),
            next_step=say("{names} のどれかにしてください", names="・".join(rules.slots)),
        )
    candidate = Candidate(channel=candidate) if isinstance(candidate, str) else candidate
    slots = [rules.slots[name]] if name else rules.slots.values()
    moment = next(_free(slots, candidate, after, taken, rules), None)
    if moment is None:
        raise SlotTaken(
            f"no free slot for {candidate.channel} in {HORIZON_DAYS} days",
            summary="空いている配信枠がありません",
            next_step="時刻を決めるか、配信枠を増やしてください",
        )
    return moment


def free_times(candidate: Candidate, after: datetime, taken: Collection[datetime], rules: Rules, count: int) -> list[datetime]:
    """The next `count` slot times of any name that are still free, in order."""
    return list(islice(_free(rules.slots.values(), candidate, after, taken, rules), count))


def _free(
    slots: Iterable[Slot], candidate: Candidate, after: datetime, taken: Collection[datetime], rules: Rules
) -> Iterator[datetime]:
    """The times of these slots later than `after` with nothing else within their gap, in order, on days that have room. Two
    slots have one time for one channel only where one of them has moved to the other's day: that is one time."""
    start = after.astimezone(rules.zone).date()
    found = merge(*(_undisturbed(slot, fires(slot, candidate, start, rules), after, taken) for slot in slots))
    full = full_days(candidate.channel, taken, rules)
    return (moment for moment, _ in groupby(found) if moment.astimezone(rules.zone).date() not in full)


def full_days(channel: str, taken: Collection[datetime], rules: Rules) -> frozenset[date]:
    """The city's days on which this channel shows as many posts as it may, if these are their times."""
    most = rules.per_day.get(channel)
    if most is None:
        return frozenset()
    counted = Counter(moment.astimezone(rules.zone).date() for moment in taken)
    return frozenset(day for day, count in counted.items() if count >= most)


def _undisturbed(slot: Slot, moments: Iterable[datetime], after: datetime, taken: Collection[datetime]) -> Iterator[datetime]:
    others = sorted(taken)

    def is_free(moment: datetime) -> bool:
        """The first one that is not too early for it decides: it is too near, or all of them are late enough."""
        near = bisect_right(others, moment - slot.gap)
        return near == len(others) or others[near] - moment >= slot.gap

    return (moment for moment in moments if moment > after and is_free(moment))


def least_gap(rules: Rules) -> timedelta:
    """Never less than a minute, also where there is no slot: two posts of one minute are a flood."""
    return max(min((slot.gap for slot in rules.slots.values()), default=timedelta(0)), timedelta(minutes=1))
