"""What is wrong with a wanted change of the rules, each at its field, all at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot.errors import ConfigError
from bot.language import say
from bot.schedule import changes
from bot.schedule.changes import LONGEST_SPAN, RuleChange, Topic
from bot.schedule.rules import Rules, Slot
from bot.services.delivery.rule_words import weekdays
from bot.services.records import office_rules
from bot.services.records.context import Context

_LONGEST_REASON = 200  # characters, as the column is wide
# As it stands after `slot:` without quotes, and in the column.
_NAME = re.compile(r"[^\s\"'#:{}\[\],&*!|>%@`\\]{1,20}")
_MOST_GAP = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`field` is the name of what must be changed, as in the form."""

    field: str
    summary: str
    next_step: str


def faults(ctx: Context, change: RuleChange, why: str) -> list[Fault]:
    """Raises ConfigError while the rules cannot be read at all."""
    return [*reason(why), *_content(ctx, change)]


def reason(why: str) -> Iterator[Fault]:
    if not why.strip():
        yield Fault(field="why", summary="理由がありません", next_step="なぜ変えるのかを書いてください")
    if len(why.strip()) > _LONGEST_REASON:
        said = say("{longest_reason}字までにしてください", longest_reason=_LONGEST_REASON)
        yield Fault(field="why", summary="理由が長すぎます", next_step=said)


def _content(ctx: Context, change: RuleChange) -> Iterator[Fault]:
    if change.topic == Topic.DAYS and (wrong := list(_days(ctx, change))):
        yield from wrong  # a span of two hundred years is not looked at day by day
        return
    made = [office_rules.as_change(row) for row in office_rules.readable(ctx.written)]
    then = changes.applied(ctx.written, [*made, change])
    try:
        now = office_rules.over(ctx.written)
    except ConfigError:
        yield from _of_topic(ctx, change, then, then)
        return
    found = list(_of_topic(ctx, change, now, then))
    if not found and (now.quiet, now.slots, now.per_day) == (then.quiet, then.slots, then.per_day):
        found = [Fault(field="", summary="いまの決まりと同じです", next_step="変えるところを直してください")]
    yield from found


def _of_topic(ctx: Context, change: RuleChange, now: Rules, then: Rules) -> Iterator[Fault]:
    if change.topic == Topic.HOURS:
        yield from _hours(then)
    elif change.topic == Topic.LIMIT and change.item not in {spec.key for spec in ctx.specs if spec.publishes}:
        yield Fault(field="channel", summary="配信先を選んでいません", next_step="一つ選んでください")
    elif change.topic == Topic.SLOT:
        yield from _slot(ctx, change, now, then)


def _hours(then: Rules) -> Iterator[Fault]:
    if then.quiet.close <= then.quiet.open:
        yield Fault(field="close", summary="終わりが始まりより前か同じです", next_step="終わりの時刻を直してください")
    if not then.quiet.days:
        yield Fault(field="days", summary="曜日を選んでいません", next_step="出してよい曜日を選んでください")


def _days(ctx: Context, change: RuleChange) -> Iterator[Fault]:
    first, last = change.span
    if last < first:
        yield Fault(field="last", summary="終わりの日が始まりの日より前です", next_step="終わりの日を直してください")
    if last < ctx.today:
        yield Fault(field="last", summary="もう過ぎた日です", next_step="これからの日にしてください")
    if (last - first).days >= LONGEST_SPAN:
        said = say("{most}日までに分けて入れてください", most=LONGEST_SPAN)
        yield Fault(field="last", summary="期間が長すぎます", next_step=said)


def _slot(ctx: Context, change: RuleChange, now: Rules, then: Rules) -> Iterator[Fault]:
    slot = then.slots.get(change.item)
    if not _NAME.fullmatch(change.item):
        yield Fault(field="name", summary="枠の名前が使えません", next_step="空白や記号のない20字までの名前にしてください")
    if slot is None:
        if change.value is not None and change.item not in now.slots:
            yield Fault(field="name", summary="この名前の枠はありません", next_step="画面を開き直してください")
        return
    if not slot.days:
        yield Fault(field="days", summary="曜日を選んでいません", next_step="枠の曜日を選んでください")
    if not slot.channels <= {spec.key for spec in ctx.specs if spec.publishes}:
        yield Fault(field="channels", summary="知らない配信先があります", next_step="画面を開き直して選んでください")
    if not timedelta(minutes=1) <= slot.gap <= _MOST_GAP:
        yield Fault(field="gap", summary="間隔が使えません", next_step="1分から1440分までにしてください")
    yield from _never(slot, then)


def _never(slot: Slot, then: Rules) -> Iterator[Fault]:
    """One that can never fire, or fires together with another one, was meant otherwise."""
    quiet = then.quiet
    if not quiet.open <= slot.at < quiet.close:
        hours = say("{open:%H:%M}から{close:%H:%M}まで", open=quiet.open, close=quiet.close)
        said = say("出してよい時間（{hours}）の中の時刻にしてください", hours=hours)
        yield Fault(field="at", summary="出してよい時間の外の時刻です", next_step=said)
    opened = {day.weekday() for day, why in quiet.special.items() if not why}
    if slot.days and not slot.days & (quiet.days | opened):
        yield Fault(field="days", summary="出さない曜日だけの枠です", next_step="出してよい曜日を選んでください")
    for other in then.slots.values():
        meet = not slot.channels or not other.channels or slot.channels & other.channels
        if other.name != slot.name and other.at == slot.at and other.days & slot.days and meet:
            said = say("同じ時刻の配信枠が、ほかにあります（{days}）", days=weekdays(other.days))
            yield Fault(field="at", summary=said, next_step="時刻か曜日をずらしてください")
