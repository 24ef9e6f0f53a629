"""What did not go out and is handed in again unchanged: its approval still holds, so it gets the next free time."""

from __future__ import annotations

from typing import Any

from bot.services.delivery import scheduling, workers
from bot.services.records import audit
from bot.services.records.context import Context
from bot.services.records.transition import move_delivery, require_moved
from bot.store import locks
from bot.store.models import Delivery, Submission
from bot.workflow.actors import Actor
from bot.workflow.states import NEVER_OUT, DeliveryState, SubmissionState
from bot.workflow.transitions import Event

_AGAIN = (DeliveryState.MISSED, DeliveryState.FAILED)  # what a person cancelled stays cancelled


def plan_again(ctx: Context, actor: Actor, submission: Submission) -> None:
    """Give each post of an approved submission that was missed or refused its next free time, later parts included. In the
    caller's transaction. Raises ScheduleError where there is none."""
    if submission.state != SubmissionState.APPROVED:
        return
    rows = submission.deliveries.filter(part=0, state__in=_AGAIN).select_related("submission")
    for first in rows.order_by("channel"):  # in one order everywhere, so that no two wait for each other
        locks.lane(first.lane)
        due = scheduling.next_time(ctx, first)
        _move(first, {"due_at": due, "run_at": due, "last_at": scheduling.last_moment(ctx, submission, due)})
        audit.record(ctx.clock.now(), actor.person, Event.REPLAN, f"delivery:{first.id}", detail=due.isoformat())
        workers.wake()


def _move(first: Delivery, times: dict[str, Any]) -> None:
    fresh = {**times, "bar": "", "problem": "", "prepared_until": None}
    require_moved(move_delivery(first, Event.REPLAN, **fresh))
    later = Delivery.objects.filter(
        submission=first.submission_id, channel=first.channel, part__gt=0, state__in=sorted(NEVER_OUT)
    )
    for part in later.order_by("part"):
        move_delivery(part, Event.WAIT_AGAIN, **fresh)


def plan_of(ctx: Context, submission: Submission) -> str:
    """What is planned of an approved submission, in words; "" for nothing."""
    planned = submission.deliveries.filter(part=0, state=DeliveryState.SCHEDULED).order_by("due_at", "id")
    return "、".join(f"{ctx.spec(row.channel).label} {ctx.said(row.due_at)}" for row in planned)
