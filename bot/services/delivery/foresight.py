"""When each channel would get its post if it were approved now: shown before it is decided, by the rule that decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.errors import BotError, ScheduleError
from bot.language import say
from bot.render.variant import Variant
from bot.services.delivery import scheduling
from bot.services.records.context import Context
from bot.store.models import Submission
from bot.workflow.states import OCCUPIED


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """`due` is None where it cannot go out, and `problem` says why then. `at_once`: the minute is that of the approval."""

    channel: str
    label: str
    due: datetime | None
    at_once: bool = False
    problem: str = ""


def foresee(ctx: Context, submission: Submission, *, next_slot: bool = False) -> list[Foreseen]:
    """For every channel that gets it, in the order of the text; with `next_slot`, as if the wished time were none."""
    return [_foreseen(ctx, submission, variant, next_slot) for variant in scheduling.wanted(ctx, submission)]


def _foreseen(ctx: Context, submission: Submission, variant: Variant, next_slot: bool) -> Foreseen:
    channel, label = variant.channel, ctx.spec(variant.channel).label
    try:
        due, _ = scheduling.plan(ctx, submission, variant, next_slot=next_slot)
    except BotError as e:
        return Foreseen(channel=channel, label=label, due=None, problem=e.summary)
    return Foreseen(channel=channel, label=label, due=due, at_once=due <= ctx.clock.now())


def settled(ctx: Context, submission: Submission) -> list[Foreseen]:
    """Of what was approved, when each channel gets it, in the order in which it was planned."""
    rows = submission.deliveries.filter(part=0, state__in=sorted(OCCUPIED)).order_by("id")
    return [Foreseen(channel=d.channel, label=ctx.spec(d.channel).label, due=d.due_at) for d in rows]


def is_late(ctx: Context, submission: Submission) -> bool:
    """The wished time has passed, and nobody has said what is to become of it: an approval would send it at once."""
    return submission.publish_at is not None and submission.publish_at <= ctx.clock.now()


def written(ctx: Context, times: Sequence[tuple[str, datetime]]) -> str:
    """The times by channel, as a form carries them. What goes out at once does so in whichever minute it is approved."""
    now = ctx.clock.now()
    said = ((channel, "now" if due <= now else due.isoformat(timespec="minutes")) for channel, due in sorted(times))
    return " ".join(f"{channel}={when}" for channel, when in said)


def require_seen(ctx: Context, shown: str, planned: Sequence[tuple[str, datetime]]) -> None:
    """Raises ScheduleError where the times are others than the page showed: somebody took the slot meanwhile."""
    if shown and shown != written(ctx, planned):
        now = "・".join(f"{ctx.spec(channel).label} {ctx.said(due)}" for channel, due in sorted(planned))
        raise ScheduleError(
            f"planned {written(ctx, planned)}, shown {shown}",
            summary="見ていた時刻には、いまは配信できません",
            next_step=say("いまの時刻（{now}）を確かめて、もう一度承認してください", now=now),
            field="when",
        )
