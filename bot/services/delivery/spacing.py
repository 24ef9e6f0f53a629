"""What stands near a time on its lane: how far two posts of one account are apart, and how many a day may have, however their
times were chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from bot.content.correction import Way
from bot.errors import SlotTaken
from bot.language import say
from bot.schedule import slots
from bot.schedule.opening import Candidate
from bot.schedule.rules import Rules
from bot.services.records.context import Context
from bot.store.models import Delivery
from bot.workflow.states import OCCUPIED

_RECENT = timedelta(days=1)  # farther than any gap between two posts


def taken(lane: str, now: datetime, but: Delivery | None = None) -> list[datetime]:
    """When others of this lane go out or went out of late; not this very delivery, whatever its time. Compared are rows, not
    times: two posts may have one time until one of them is moved."""
    # First parts stand for their threads: later parts follow within seconds and need no gap.
    rows = Delivery.objects.filter(lane=lane, part=0, state__in=sorted(OCCUPIED), due_at__gt=now - _RECENT)
    if but is not None:
        rows = rows.exclude(submission=but.submission_id)
    return [published or due for due, published in rows.values_list("due_at", "published_at")]


def require(ctx: Context, candidate: Candidate, moment: datetime, taken: Sequence[datetime]) -> None:
    """Two posts of one account stand apart by the slots' least gap, and a day has no more than it may. Raises SlotTaken."""
    # Read once: the rules hold what the office entered, which is asked of the database.
    rules, label = ctx.rules, ctx.spec(candidate.channel).label
    gap = slots.least_gap(rules)
    if moment.astimezone(rules.zone).date() in slots.full_days(candidate.channel, taken, rules):
        summary = _full(rules, candidate.channel, label)
    elif any(abs(moment - other) < gap for other in taken):
        summary = say("その時刻の近くに、{label}のほかの配信があります", label=label)
    else:
        return
    free = slots.free_times(candidate, max(moment, ctx.clock.now()) - timedelta(days=1), taken, rules, 3)
    offered = "・".join(ctx.said(t) for t in free if t > ctx.clock.now())
    raise SlotTaken(
        "slot taken",
        summary=summary,
        next_step=say("間隔をあけた時刻にしてください（空いている枠：{offered}）", offered=offered)
        if offered
        else "間隔をあけた時刻にしてください",
    )


def day_objection(ctx: Context, rules: Rules, channel: str, moment: datetime) -> str:
    """Why one more post must not be shown on the day of `moment`: its channel has shown as many as it may; "" if it may."""
    most = rules.per_day.get(channel)
    if most is None:
        return ""
    start = datetime.combine(moment.astimezone(rules.zone).date(), time(), rules.zone)
    # What changed in its place is no further post.
    shown = Delivery.objects.filter(
        channel=channel, part=0, published_at__gte=start, published_at__lt=start + timedelta(days=1)
    )
    if shown.exclude(way=Way.EDIT).count() < most:
        return ""
    return _full(rules, channel, ctx.spec(channel).label)


def _full(rules: Rules, channel: str, label: str) -> str:
    return say("{label}に1日に出せるのは{most}件までです", label=label, most=rules.per_day[channel])
