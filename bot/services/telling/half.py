"""A thread of which only a part is out is told of once, whatever happened to its other parts; see ADR 19."""

from __future__ import annotations

from bot.services.delivery import threads
from bot.services.delivery.threads import Half
from bot.services.records.context import Context
from bot.store.models import Delivery, Submission
from bot.workflow.states import DeliveryState


def to_tell(delivery: Delivery | None, submission: Submission | None) -> list[Half]:
    """The broken threads that an entry about this delivery, or this submission, may have to do with, and that nobody has
    decided on. One whose next part is in doubt is asked about in that part's own notice."""
    if submission is None:
        return []
    later = Delivery.objects.filter(submission=submission, part=1)
    channels = (later.filter(channel=delivery.channel) if delivery else later).values_list("channel", flat=True)
    found = [half for channel in channels if (half := threads.half_of(submission.id, channel))]
    return [h for h in found if not h.left and not h.going_down and h.torn.state != DeliveryState.UNDECIDED]


def key(half: Half) -> str:
    """The same for all that is told of one break: a new one follows a decision to go on."""
    return f"thread:{half.number}:{half.stands}:{half.decision.id if half.decision else 0}"


def line(ctx: Context, half: Half) -> str:
    submission, channel = half.torn.submission, ctx.spec(half.torn.channel).label
    why = f"{half.torn.part + 1}件目：{half.torn.problem}。" if half.torn.problem else ""
    return (
        f"「{submission.told_title}」（{submission.department}）は、{channel}に{half.label}です。{why}"
        f"続きを出すか、出ている分を削除するか、このままにするかを決めてください。\n{ctx.config.site_url}/deliveries/"
    )
