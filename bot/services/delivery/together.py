"""Several deliveries moved or cancelled in one act: a whole post, a day, what somebody chose. All of them, or none.

A post is moved and cancelled as people see it: as one thing. Of each of its channels the first part that has not begun is asked
for; later parts go with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bot.errors import BotError, NotFound
from bot.language import say
from bot.services.delivery import pause, scheduling, undoing, workers
from bot.services.delivery.undoing import Undo
from bot.services.records import audit
from bot.services.records.audit import Note
from bot.services.records.context import Context
from bot.services.records.transition import NOT_BEGUN, require_moved
from bot.store import locks
from bot.store.models import Delivery
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import DeliveryState

_WIDER = 3  # times the number asked for: what is free on one channel may be taken on another


@dataclass(frozen=True, kw_only=True)
class Shift:
    """Where a delivery goes. `version` is its fence as the page showed it: what was changed since is not overwritten."""

    moment: datetime
    version: int


def heads(submissions: Collection[int]) -> list[Delivery]:
    """What may be moved and cancelled of these posts, by time: the first part of each channel that has not begun."""
    found = Delivery.objects.filter(NOT_BEGUN, submission__in=submissions).select_related("submission")
    first: dict[tuple[int, str], Delivery] = {}
    for row in found.defer("submission__source").order_by("part"):
        first.setdefault((row.submission_id, row.channel), row)
    # A part that waits has a predecessor that is leaving now: it has no time of its own.
    return sorted((d for d in first.values() if d.state != DeliveryState.WAITING), key=lambda d: (d.due_at, d.id))


def free_times(ctx: Context, rows: Sequence[Delivery], count: int) -> list[datetime]:
    """The next slot times at which every one of these could go out."""
    each = [scheduling.free_times(ctx, row, count * _WIDER) for row in rows]
    return [moment for moment in each[0] if all(moment in others for others in each[1:])][:count] if each else []


def move(ctx: Context, actor: Actor, shifts: Mapping[int, Shift]) -> Undo:
    """Each delivery of `shifts` to its new time. Raises ScheduleError or AlreadyDecided, which name the post and the channel;
    then nothing is moved."""
    actor.require(Permission.PLAN)
    now = ctx.clock.now()
    with transaction.atomic():
        rows = _locked(shifts)
        before = undoing.as_they_are(rows)
        # Whoever moves to the place of another that moves as well comes after it.
        later = any(shifts[row.id].moment > row.due_at for row in rows)
        for row in sorted(rows, key=lambda row: (row.due_at, row.id), reverse=later):
            with _named(ctx, row):
                require_moved(shifts[row.id].version == row.fence)
                scheduling.shift(ctx, row, shifts[row.id].moment)
        workers.wake()
        audit.record_all(
            [
                Note(
                    at=now,
                    actor=actor.person,
                    verb="reschedule",
                    target=f"delivery:{row.id}",
                    detail=shifts[row.id].moment.isoformat(),
                )
                for row in rows
            ]
        )
        return undoing.offered(actor, now, before)


def cancel(ctx: Context, actor: Actor, versions: Mapping[int, int | None]) -> Undo:
    """Take these deliveries off the schedule: number → fence that the page showed, None for one that wins whatever was done to
    it meanwhile. Raises AlreadyDecided, naming the post and the channel; then nothing is cancelled."""
    actor.require(Permission.PLAN)
    now = ctx.clock.now()
    with transaction.atomic():
        rows = _locked(versions)
        before = undoing.as_they_are(rows)
        for row in rows:
            with _named(ctx, row):
                require_moved(versions[row.id] in (None, row.fence))
                scheduling.take_off(row)
        audit.record_all([Note(at=now, actor=actor.person, verb="cancel", target=f"delivery:{row.id}") for row in rows])
        return undoing.offered(actor, now, before)


def release(ctx: Context, actor: Actor, submission: int, numbers: Collection[int]) -> None:
    """Put these held deliveries of a post back on the schedule. Raises as `pause.release` does; then all stay held."""
    actor.require(Permission.RESUME)
    rows = Delivery.objects.filter(submission=submission, id__in=numbers).select_related("submission")
    with transaction.atomic():
        for row in rows.order_by("lane", "id"):
            with _named(ctx, row):
                pause.release(ctx, actor, row.id)


def _locked(numbers: Collection[int]) -> list[Delivery]:
    """Held until the transaction ends, behind their lanes' locks."""
    lanes = Delivery.objects.filter(id__in=numbers).order_by("lane").values_list("lane", flat=True).distinct()
    for lane in lanes:  # in one order everywhere, so that no two wait for each other
        locks.lane(lane)
    rows = Delivery.objects.select_for_update(of=("self",)).select_related("submission").filter(id__in=numbers).order_by("id")
    found = list(rows)
    if not found or len(found) < len(set(numbers)):
        raise NotFound(
            "not all of these deliveries are there",
            summary="動かせる配信が選ばれていません",
            next_step="画面を開き直して、原稿を選んでください",
            field="chosen",
        )
    return found


@contextmanager
def _named(ctx: Context, row: Delivery) -> Iterator[None]:
    """A refusal says which of several is meant."""
    try:
        yield
    except BotError as e:
        label = ctx.spec(row.channel).label
        e.summary = say("{channel}「{title}」：{summary}", channel=label, title=row.submission.title, summary=e.summary)
        raise
