"""Taking back what was moved or cancelled a moment ago, as long as nothing of it has left and nobody else has touched it.

What is put back is exactly what was there: time, state and reason. The fence that the act left says whether it still may be: a
stop, another officer or a publisher raises it (ADR 3). The offer stands for ten seconds by the office's clock, for the person
who acted, and is good once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from bot.errors import AlreadyDecided, NotAllowed, ScheduleError
from bot.services.delivery import pause, scheduling, workers
from bot.services.records import audit
from bot.services.records.audit import Note
from bot.services.records.context import Context
from bot.services.records.transition import NOT_BEGUN, move_delivery, require_moved
from bot.store import locks
from bot.store.models import Delivery
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import OCCUPIED, PENDING, DeliveryState, SubmissionState
from bot.workflow.transitions import Event

SPAN = timedelta(seconds=10)
UNDO = "undo"  # the verb of the audit log
_ON_THE_SCHEDULE = (DeliveryState.SCHEDULED, DeliveryState.PUBLISHING)  # taken up, but nothing had left
# From what an act leaves to what was there before, step by step along the machine.
_STEPS: Mapping[tuple[str, str], tuple[Event, ...]] = {
    (DeliveryState.CANCELLED, DeliveryState.SCHEDULED): (Event.REPLAN,),
    (DeliveryState.CANCELLED, DeliveryState.PUBLISHING): (Event.REPLAN,),
    (DeliveryState.CANCELLED, DeliveryState.HELD): (Event.REPLAN, Event.HOLD),
    (DeliveryState.CANCELLED, DeliveryState.WAITING): (Event.WAIT_AGAIN,),
    (DeliveryState.CANCELLED, DeliveryState.BY_HAND): (Event.HAND_AGAIN,),
    (DeliveryState.SCHEDULED, DeliveryState.HELD): (Event.HOLD,),
}


@dataclass(frozen=True, kw_only=True)
class Before:
    """A delivery as it was before an act; `fence` is the one that the act left it with."""

    id: int
    state: str
    bar: str
    problem: str
    due_at: datetime
    run_at: datetime
    last_at: datetime
    fence: int


@dataclass(frozen=True, kw_only=True)
class Undo:
    """What `person` may take back until ten seconds after `at`. Without rows there is nothing to take back."""

    person: str
    at: datetime
    rows: tuple[Before, ...]


def as_they_are(heads: Iterable[Delivery]) -> list[Before]:
    """These deliveries and the later parts that go with them. Empty where one missed its time: its first one does not come
    back."""
    parts = Q(id__in=[])
    for head in heads:
        if head.state == DeliveryState.MISSED:
            return []
        parts |= Q(submission=head.submission_id, channel=head.channel, part__gte=head.part)
    rows = Delivery.objects.filter(NOT_BEGUN).filter(parts).order_by("id")
    return [
        Before(
            id=row.id,
            state=row.state,
            bar=row.bar,
            problem=row.problem,
            due_at=row.due_at,
            run_at=row.run_at,
            last_at=row.last_at,
            fence=row.fence,
        )
        for row in rows
    ]


def offered(actor: Actor, now: datetime, before: Collection[Before]) -> Undo:
    """In the transaction of the act, after it."""
    fences = dict(Delivery.objects.filter(id__in=[b.id for b in before]).values_list("id", "fence"))
    return Undo(person=actor.person, at=now, rows=tuple(replace(b, fence=fences[b.id]) for b in before))


def require_in_time(ctx: Context, actor: Actor, person: str, at: datetime) -> None:
    """Raises NotAllowed for another's act, and for one of more than ten seconds ago."""
    if person != actor.person or not timedelta(0) <= ctx.clock.now() - at <= SPAN:
        raise NotAllowed(
            "too late to undo",
            summary="元に戻せるのは、操作から10秒の間だけです",
            next_step="いまの状態を確かめて、あらためて操作してください",
        )


def undo(ctx: Context, actor: Actor, offer: Undo) -> None:
    """Put everything back, or nothing. Raises NotAllowed when it is too late, AlreadyDecided where something has left or was
    changed meanwhile, ScheduleError where the old time is gone."""
    actor.require(Permission.PLAN)
    require_in_time(ctx, actor, offer.person, offer.at)
    now, numbers = ctx.clock.now(), [b.id for b in offer.rows]
    with transaction.atomic():
        for lane in sorted(set(Delivery.objects.filter(id__in=numbers).values_list("lane", flat=True))):
            locks.lane(lane)
        rows = Delivery.objects.select_for_update(of=("self",)).select_related("submission").in_bulk(numbers)
        require_moved(len(rows) == len(numbers) > 0)
        for before in offer.rows:
            _put_back(rows[before.id], before)
        for before in offer.rows:
            if before.state in _ON_THE_SCHEDULE:
                _require_time(ctx, rows[before.id], now)
        # A stop that was pressed meanwhile holds what comes back, as it holds all else (ADR 14).
        pause.hold_while_paused()
        workers.wake()
        audit.record_all([Note(at=now, actor=actor.person, verb=UNDO, target=f"delivery:{n}") for n in numbers])


def _put_back(row: Delivery, before: Before) -> None:
    if row.fence != before.fence or row.submission.state != SubmissionState.APPROVED or _is_taken(row):
        raise AlreadyDecided(
            f"delivery {row.id} had moved on",
            summary="元に戻せません。もう送り始めたか、ほかの操作が先に行われました",
            next_step="いまの状態を確かめて、あらためて操作してください",
        )
    own: dict[str, Any] = {"bar": before.bar, "problem": before.problem}
    for event in _STEPS.get((row.state, before.state), ()):
        require_moved(move_delivery(row, event, **own))
        row.refresh_from_db(fields=["state", "fence"])
    times = {"due_at": before.due_at, "run_at": before.run_at, "last_at": before.last_at}
    same = Delivery.objects.filter(id=row.id, fence=row.fence, state__in=sorted(PENDING))
    require_moved(same.update(**own, **times, fence=row.fence + 1) == 1)
    row.refresh_from_db(fields=["state", "fence", "due_at", "run_at", "last_at", "bar", "problem"])


def _is_taken(row: Delivery) -> bool:
    """Another delivery has taken its place since it was cancelled: the same post was approved anew."""
    same = Delivery.objects.filter(identity=row.identity, channel=row.channel, part=row.part, version=row.version)
    return same.filter(state__in=sorted(OCCUPIED)).exclude(id=row.id).exists()


def _require_time(ctx: Context, row: Delivery, now: datetime) -> None:
    """Nothing leaves within the second because somebody took something back."""
    if row.due_at <= now:
        raise ScheduleError(
            "the old time has passed",
            summary="元の時刻を過ぎたため、元に戻せません",
            next_step="これからの時刻を選んでください",
        )
    if row.part == 0:
        scheduling.require_free(ctx, row)
