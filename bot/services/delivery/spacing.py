"""What stands near a time on its lane: how far two posts of one account are apart, however their times were chosen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.errors import SlotTaken
from bot.language import say
from bot.schedule import slots
from bot.schedule.opening import Candidate
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
    """Two posts of one account stand apart by the slots' least gap, however their times were chosen. Raises SlotTaken."""
    if not any(abs(moment - other) < least_gap(ctx) for other in taken):
        return
    free = slots.free_times(candidate, max(moment, ctx.clock.now()) - timedelta(days=1), taken, ctx.rules, 3)
    offered = "・".join(ctx.said(t) for t in free if t > ctx.clock.now())
    label = ctx.spec(candidate.channel).label
    raise SlotTaken(
        "slot taken",
        summary=say("その時刻の近くに、{label}のほかの配信があります", label=label),
        next_step=say("間隔をあけた時刻にしてください（空いている枠：{offered}）", offered=offered)
        if offered
        else "間隔をあけた時刻にしてください",
    )


def least_gap(ctx: Context) -> timedelta:
    """Never less than a minute, also where there is no slot: two posts of one minute are a flood."""
    return max(min((slot.gap for slot in ctx.rules.slots.values()), default=timedelta(0)), timedelta(minutes=1))
