"""The rules of time as the office reads them: what is in force, what of it the files say, and who changed what since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

from bot.errors import ConfigError
from bot.schedule import changes
from bot.schedule.changes import RuleChange, Topic
from bot.schedule.rules import Quiet, Rules, Slot
from bot.services.delivery import rule_changes, rule_words
from bot.services.records import office_rules
from bot.services.records.context import Context
from bot.store import rules as store

_MOST = 30  # changes of the past that are shown
_Rows = Mapping[tuple[str, str], store.RuleChange]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One rule: what holds now, what the files say ("" where they say nothing of it), and the office's change of it, if one is
    in force."""

    item: str
    now: str
    file: str
    row: store.RuleChange | None


@dataclass(frozen=True, kw_only=True)
class SlotLine(Line):
    """`title` says its times, for its name is for the files; `now` what else is so. `slot` is None where the office has given
    one of the file up; `minutes` is its gap."""

    title: str
    slot: Slot | None
    minutes: int


@dataclass(frozen=True, kw_only=True)
class LimitLine(Line):
    label: str
    most: int | None


@dataclass(frozen=True, kw_only=True)
class ChangeLine:
    """A change as people read it: of what, and what it says."""

    row: store.RuleChange
    subject: str
    content: str


@dataclass(frozen=True, kw_only=True)
class DaysLine(ChangeLine):
    """`partly`: of some of its days to come something later says otherwise."""

    partly: bool


@dataclass(frozen=True, kw_only=True)
class RulesShown:
    """`close` is the end of the hours as a form has it."""

    quiet: Quiet
    close: str
    hours: Line
    closed: list[str]
    days: list[DaysLine]
    slots: list[SlotLine]
    limits: list[LimitLine]


@dataclass(frozen=True, kw_only=True)
class RulePage:
    """`problem` says why the rules cannot be read, if so. `rules` are then those without the changes that cannot, so that these
    can be said anew; None where a file cannot be read."""

    rules: RulesShown | None
    problem: ConfigError | None
    waiting: list[ChangeLine]
    past: list[ChangeLine]


def page(ctx: Context) -> RulePage:
    problem, rules = None, None
    try:
        rules = _in_force(ctx)
        office_rules.over(ctx.written)
    except ConfigError as e:
        problem = e
    return RulePage(
        rules=rules,
        problem=problem,
        waiting=[line(ctx, row) for row in rule_changes.waiting()],
        past=[line(ctx, row) for row in rule_changes.decided(_MOST)],
    )


def line(ctx: Context, row: store.RuleChange) -> ChangeLine:
    change = office_rules.as_change(row)
    return ChangeLine(row=row, subject=rule_words.subject(ctx, change), content=rule_words.content(ctx, change))


def _in_force(ctx: Context) -> RulesShown:
    """Raises ConfigError."""
    written = ctx.written
    rows = office_rules.readable(written)
    made = [office_rules.as_change(row) for row in rows]
    now = changes.applied(written, made)
    stands = {(change.topic, change.item) for change in changes.in_force(made) if change.value is not None}
    latest: _Rows = {(row.topic, row.item): row for row in rows if (row.topic, row.item) in stands}
    return RulesShown(
        quiet=now.quiet,
        close="24:00" if now.quiet.close == time.max else f"{now.quiet.close:%H:%M}",
        hours=Line(
            item="",
            now=rule_words.hours(now.quiet),
            file=rule_words.hours(written.quiet),
            row=latest.get((Topic.HOURS, "")),
        ),
        closed=_closed(written.quiet),
        days=_days(ctx, made, latest),
        slots=_slots(ctx, written, now, latest),
        limits=_limits(ctx, written, now, latest),
    )


def _days(ctx: Context, made: list[RuleChange], latest: _Rows) -> list[DaysLine]:
    """Those that still say something of a day to come: a later span may have said otherwise of all of it."""
    spans = [change for change in changes.in_force(made) if change.topic == Topic.DAYS]
    says = {day: change.item for change in spans for day in changes.days_of(change) if day >= ctx.today}
    return [
        DaysLine(row=found.row, subject=found.subject, content=found.content, partly=_is_partly(found.row, says))
        for item in sorted(set(says.values()))
        if (row := latest.get((Topic.DAYS, item))) and (found := line(ctx, row))
    ]


def _is_partly(row: store.RuleChange, says: Mapping[date, str]) -> bool:
    return any(says.get(day, row.item) != row.item for day in changes.days_of(office_rules.as_change(row)))


def _closed(quiet: Quiet) -> list[str]:
    """The yearly spans of the file: a reason with its first and its last day."""
    found: dict[str, list[tuple[int, int]]] = {}
    for day, why in quiet.closed.items():
        found.setdefault(why, []).append(day)
    spans = ((why, days[0], days[-1]) for why, days in found.items())
    return [f"{why}（{a[0]}月{a[1]}日–{b[0]}月{b[1]}日）" for why, a, b in spans]


def _slots(ctx: Context, written: Rules, now: Rules, latest: _Rows) -> list[SlotLine]:
    all_of_them = {**written.slots, **now.slots}
    return [
        SlotLine(
            item=name,
            title=rule_words.slot_time(ctx, all_of_them[name]),
            slot=now.slots.get(name),
            minutes=_minutes(now.slots.get(name)),
            now=_rest(now.slots.get(name)),
            file=_slot(ctx, written.slots.get(name)),
            row=latest.get((Topic.SLOT, name)),
        )
        for name in sorted(all_of_them, key=lambda name: all_of_them[name].at)
    ]


def _rest(slot: Slot | None) -> str:
    return "、".join((rule_words.slot_gap(slot), rule_words.slot_move(slot))) if slot else ""


def _slot(ctx: Context, slot: Slot | None) -> str:
    if slot is None:
        return ""
    return "、".join((rule_words.slot_time(ctx, slot), rule_words.slot_gap(slot), rule_words.slot_move(slot)))


def _minutes(slot: Slot | None) -> int:
    return slot.gap // timedelta(minutes=1) if slot else 0


def _limits(ctx: Context, written: Rules, now: Rules, latest: _Rows) -> list[LimitLine]:
    return [
        LimitLine(
            item=spec.key,
            label=spec.label,
            most=now.per_day.get(spec.key),
            now=rule_words.most(now.per_day.get(spec.key)),
            file=rule_words.most(written.per_day.get(spec.key)),
            row=latest.get((Topic.LIMIT, spec.key)),
        )
        for spec in ctx.specs
        if spec.publishes
    ]
