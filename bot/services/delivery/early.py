"""Preparing before the time comes, and without the lane: pictures go up and containers are made while the delivery is on the
plan like any other. It decides nothing. What fails here is tried again on the road of the pump, where a failure has a meaning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.channel_kit.base import Prepared
from bot.errors import RetryLater
from bot.services.delivery import calls, outcome
from bot.services.delivery.calls import Connect
from bot.services.delivery.outgoing import Job
from bot.services.delivery.proving import Proving
from bot.services.records.context import Context
from bot.store import queries
from bot.store.models import Delivery
from bot.workflow.states import DeliveryState

LEASE = timedelta(seconds=90)  # longer than preparing takes; so long no other prepares it, and nobody claims it
AGAIN = timedelta(seconds=60)  # after one that failed
AT_ONCE = 64
_KEPT = (DeliveryState.SCHEDULED, DeliveryState.HELD)


@dataclass(frozen=True)
class Early:
    """What preparing early came to; `prepared` is None where it failed, `made` then what there was. `at` is when it began."""

    job: Job
    prepared: Prepared | None
    at: datetime
    made: Mapping[str, str] = field(default_factory=dict)


def take(ctx: Context, now: datetime, ahead: timedelta, limit: int) -> list[int]:
    """Mark what is to be prepared now, in the caller's transaction; their ids. `ahead` of its time a post is claimed, and
    prepared on the way, unless its channel takes long."""
    if limit <= 0:
        return []
    before = {spec.key: spec.prepare_before for spec in ctx.specs if spec.sends}
    found = queries.unprepared(now, now + max(before.values(), default=timedelta()), limit)
    ids = [number for number, channel, run_at in found if _is_time(now, run_at, before.get(channel), ahead)]
    Delivery.objects.filter(id__in=ids).update(preparing_until=now + LEASE, prepare_after=now + AGAIN)
    return ids


def _is_time(now: datetime, run_at: datetime, before: timedelta | None, ahead: timedelta) -> bool:
    if before is None or run_at > now + before:
        return False
    return run_at > now + ahead or before > AGAIN


def prepare(connect: Connect, proving: Proving, job: Job, now: datetime) -> Early:
    """In a thread."""
    step = calls.prepare(connect, proving, job, now)
    if isinstance(step.result, Prepared):
        return Early(job, step.result, now)
    return Early(job, None, now, outcome.begun(step.result) if isinstance(step.result, RetryLater) else {})


def keep(ctx: Context, done: Sequence[Early]) -> None:
    """For the next try, after a restart too: also of what was moved or stopped meanwhile, but of no later attempt."""
    for early in done:
        job = early.job
        row = Delivery.objects.filter(id=job.id, attempts=job.attempt - 1, state__in=sorted(_KEPT))
        if early.prepared is None:
            row.update(preparing_until=None, **early.made)
        else:
            kept = early.at + ctx.spec(job.channel).prepared_for
            made = early.prepared
            row.update(preparing_until=None, prepared_until=kept, token=made.token, prepared_by=made.by)
