"""The rules of time in the words of people."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import date, time, timedelta

from bot.errors import ConfigError
from bot.language import say
from bot.schedule import changes
from bot.schedule.changes import RuleChange, Topic
from bot.schedule.rules import DAYS, Quiet, Rules, Slot
from bot.services.records.context import Context
from bot.text.moments import day


def weekdays(days: Collection[int]) -> str:
    names = (say("月"), say("火"), say("水"), say("木"), say("金"), say("土"), say("日"))
    return "・".join(names[number] for number in sorted(days))


def hours(quiet: Quiet) -> str:
    close = "24:00" if quiet.close == time.max else f"{quiet.close:%H:%M}"
    said = say("{days} {open}から{close}まで", days=weekdays(quiet.days), open=f"{quiet.open:%H:%M}", close=close)
    return f"{said}、{say('祝日も出す') if quiet.public_holidays else say('祝日は出さない')}"


def slot_time(ctx: Context, slot: Slot) -> str:
    where = f"（{'・'.join(ctx.spec(key).label for key in sorted(slot.channels))}）" if slot.channels else ""
    return f"{weekdays(slot.days)} {slot.at:%H:%M}{where}"


def slot_move(slot: Slot) -> str:
    moved = {"skip": say("休みの日は出さない"), "earlier": say("休みなら前の開庁日"), "later": say("休みなら次の開庁日")}
    return moved[slot.if_closed]


def slot_gap(slot: Slot) -> str:
    return say("間隔{minutes}分", minutes=int(slot.gap.total_seconds() // 60))


def most(number: int | None) -> str:
    return say("上限なし") if number is None else say("{most}件まで", most=number)


def span(first: date, last: date) -> str:
    start = day(first, with_year=True)
    return start if first == last else say("{first}から{last}まで", first=start, last=day(last, with_year=True))


def subject(ctx: Context, change: RuleChange) -> str:
    """What of the rules it is about. A row that nobody can read is called by what stands in it."""
    if change.topic == Topic.DAYS:
        try:
            return span(*change.span)
        except ValueError:
            return change.item
    if change.topic == Topic.SLOT:
        return _slot(ctx, change)
    if change.topic == Topic.LIMIT:
        return say("{label}の1日の上限", label=ctx.spec(change.item).label)
    return say("出してよい時間") if change.topic == Topic.HOURS else f"{change.topic} {change.item}".strip()


def _slot(ctx: Context, change: RuleChange) -> str:
    """By its times as they are: its name is for files."""
    with suppress(ConfigError):
        if slot := ctx.rules.slots.get(change.item):
            return say("配信枠「{name}」", name=slot_time(ctx, slot))
    return say("新しい配信枠") if change.value else say("配信枠「{name}」", name=change.item)


def content(ctx: Context, change: RuleChange) -> str:
    """What is to hold of it."""
    if change.value is None:
        return say("ファイルのとおりに戻す")
    try:
        return _content(ctx, change, changes.applied(_nothing(ctx), [change]))
    except ConfigError as unreadable:
        return unreadable.summary


def _content(ctx: Context, change: RuleChange, alone: Rules) -> str:
    if change.topic == Topic.DAYS:
        why = alone.quiet.special[change.span[0]]
        return say("休み（{why}）", why=why) if why else say("特別に出す日にする")
    if change.topic == Topic.LIMIT:
        return most(alone.per_day.get(change.item))
    if change.topic == Topic.HOURS:
        return hours(alone.quiet)
    if (slot := alone.slots.get(change.item)) is None:
        return say("この枠をやめる")
    return "、".join((slot_time(ctx, slot), slot_gap(slot), slot_move(slot)))


def _nothing(ctx: Context) -> Rules:
    """Rules that say nothing, over which a change can be read by itself."""
    nothing = Quiet(open=time(), close=time.max, days=frozenset(range(len(DAYS))), public_holidays=True, closed={})
    return Rules(zone=ctx.config.timezone, slots={}, quiet=nothing, blackouts=(), grace=timedelta(0))


def whole(ctx: Context, change: RuleChange) -> str:
    return f"{subject(ctx, change)}：{content(ctx, change)}"
