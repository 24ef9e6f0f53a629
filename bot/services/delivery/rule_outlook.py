"""What a change of the rules would do, before it is made: what is planned and may not go out then, which times of slots come
and go, which days open and close."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from bot.errors import ConfigError
from bot.language import say
from bot.schedule import changes, opening, slots
from bot.schedule.changes import RuleChange
from bot.schedule.rules import Rules
from bot.services.delivery.outgoing import candidate_of
from bot.services.records import office_rules
from bot.services.records.context import Context
from bot.services.records.transition import NOT_BEGUN
from bot.store import rules as store
from bot.store.models import Delivery
from bot.workflow.kinds import Bar, held_by
from bot.workflow.states import DeliveryState

AHEAD = 30  # days of which slots and closed days are compared
_THREAD = timedelta(hours=3)  # longer than any thread takes: what is due so long before may still be under way


@dataclass(frozen=True, kw_only=True)
class Forbidden:
    """A planned delivery that may not go out at its time by the new rules, and the sentence that says why."""

    row: Delivery
    why: str


@dataclass(frozen=True, kw_only=True)
class SlotTime:
    at: datetime
    name: str
    where: str


@dataclass(frozen=True, kw_only=True)
class RuleOutlook:
    """`widened` says by what more may go out, and so needs a second person; `version` is of the rules that were looked at."""

    change: RuleChange
    widened: list[str]
    forbidden: list[Forbidden]
    come: list[SlotTime]
    gone: list[SlotTime]
    opened: list[date]
    closed: list[tuple[date, str]]
    version: int


def version() -> int:
    """Rises with every change that comes into force."""
    return store.RuleChange.objects.filter(accepted=True).count()


def look(ctx: Context, change: RuleChange) -> RuleOutlook:
    """Raises ConfigError while the files cannot be read: nobody knows what would change."""
    made = [office_rules.as_change(row) for row in office_rules.readable(ctx.written)]
    then = changes.applied(ctx.written, [*made, change])
    try:
        now: Rules | None = office_rules.over(ctx.written)
    except ConfigError:
        now = None  # an earlier change cannot be read, and nothing goes out: this one puts it right
    today = ctx.today
    before, after = (_times(ctx, now, today) if now else []), _times(ctx, then, today)
    days = opening.days_from(today, AHEAD)
    return RuleOutlook(
        change=change,
        widened=changes.widened(now, then, today) if now else [say("いまは決まりが読めず、何も出ていません")],
        forbidden=forbidden(ctx, now or then, then),
        come=[slot for slot in after if slot not in before],
        gone=[slot for slot in before if slot not in after],
        opened=[day for day, _ in _closed_days(days, now or then, then)],
        closed=_closed_days(days, then, now or then),
        version=version(),
    )


def _closed_days(days: list[date], by: Rules, but_not_by: Rules) -> list[tuple[date, str]]:
    closed = ((day, opening.closed_reason(day, by)) for day in days)
    return [(day, why) for day, why in closed if why and not opening.closed_reason(day, but_not_by)]


def _times(ctx: Context, rules: Rules, today: date) -> list[SlotTime]:
    """Of all slots, in order; later than now."""
    now, labels = ctx.clock.now(), {spec.key: spec.label for spec in ctx.specs}
    found = []
    for slot in rules.slots.values():
        where = "・".join(labels.get(key, key) for key in sorted(slot.channels)) or say("全ての配信先")
        for day in opening.days_from(today, AHEAD):
            at = datetime.combine(day, slot.at, rules.zone)
            if at > now and slots.falls_on(slot, day, rules) and not opening.quiet_reason(at, rules):
                found.append(SlotTime(at=at, name=slot.name, where=where))
    return sorted(found, key=lambda one: (one.at, one.name))


def forbidden(ctx: Context, now: Rules, then: Rules) -> list[Forbidden]:
    """By time. What was forbidden before is not told anew."""
    found = Delivery.objects.filter(
        Q(state=DeliveryState.BY_HAND) | NOT_BEGUN,
        kind__in=held_by(Bar.QUIET),
        part=0,
        due_at__gt=ctx.clock.now() - _THREAD,
    )
    rows = list(found.exclude(state=DeliveryState.WAITING).select_related("submission").order_by("due_at", "id"))
    too_many = _too_many(ctx, rows, now, then)
    closed = [(row, _closed(ctx, row, now, then)) for row in rows]
    return [Forbidden(row=row, why=why or too_many.get(row.id, "")) for row, why in closed if why or row.id in too_many]


def _closed(ctx: Context, row: Delivery, now: Rules, then: Rules) -> str:
    moment, room = max(row.due_at, ctx.clock.now()), candidate_of(row).room
    reason = opening.quiet_reason(moment, then, room)
    if not reason or opening.quiet_reason(moment, now, room):
        return ""
    return opening.quiet(moment, reason, then).summary


def _too_many(ctx: Context, rows: list[Delivery], now: Rules, then: Rules) -> dict[int, str]:
    """Those with which a day has more than the new limit, the later ones: by id, why."""
    lowered = {channel: most for channel, most in then.per_day.items() if most < now.per_day.get(channel, most + 1)}
    counted = _published_today(ctx, lowered)
    found = {}
    for row in rows:
        if row.channel in lowered and row.state != DeliveryState.HELD:
            key = (row.channel, row.due_at.astimezone(then.zone).date())
            counted[key] += 1
            if counted[key] > lowered[row.channel]:
                label = ctx.spec(row.channel).label
                found[row.id] = say("{label}に1日に出せるのは{most}件までです", label=label, most=lowered[row.channel])
    return found


def _published_today(ctx: Context, channels: dict[str, int]) -> Counter[tuple[str, date]]:
    start = datetime.combine(ctx.today, time(), ctx.config.timezone)
    out = Delivery.objects.filter(channel__in=channels, part=0, published_at__gte=start)
    return Counter((channel, ctx.today) for channel in out.values_list("channel", flat=True))
