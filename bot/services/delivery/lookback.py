"""What may be out without this database knowing it, after it fell behind its mark (ADR 25).

Such a delivery has `look_since`, and is looked for at every platform by its text; until that is done it is not sent. What was
found is published. What was not found waits for a person, or may go on if it was approved only afterwards. What cannot be told
is a person's to decide, as any other doubt is.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Exists, Max, Min, OuterRef, Q

from bot.channel_kit.base import CannotTell, Found, Receipt
from bot.errors import NotAllowed
from bot.language import say
from bot.services.delivery import outcome, scheduling
from bot.services.delivery.calls import ReadBack
from bot.services.delivery.ledger import Ledger
from bot.services.delivery.outgoing import Job
from bot.services.records.context import Context
from bot.services.records.transition import move_delivery
from bot.store.marks import Rollback
from bot.store.models import Delivery
from bot.workflow.states import IN_DOUBT, NEVER_OUT, OCCUPIED, DeliveryState
from bot.workflow.transitions import Event

LIST_LATE = timedelta(minutes=2)  # after which a platform's list shows what was sent, and NotSeen means something
_ENDED_LATELY = timedelta(days=30)  # what ended before is not expected to have been planned anew
_OPEN = (DeliveryState.HELD, DeliveryState.SCHEDULED)
_NOT_THERE = "配信先を読み返しましたが、出ていません。内容と時刻を見直し、出すなら予定に戻してください"
_UNSEEN = "控えの時点より後に出たかどうか、配信先を読み返しても分かりません"


def ask(now: datetime) -> int:
    """While such a stop stands, have looked for whatever may have left since the state of this database; how many are new?"""
    since = Rollback.objects.filter(pause__ended_at=None).aggregate(since=Min("since"))["since"]
    if since is None:
        return 0
    taken = Delivery.objects.filter(
        identity=OuterRef("identity"), channel=OuterRef("channel"), part=OuterRef("part"), state__in=sorted(OCCUPIED)
    )
    ended = Q(state__in=sorted(NEVER_OUT), due_at__gte=since - _ENDED_LATELY) & ~Exists(taken)
    by_hand = Delivery.objects.filter(state=DeliveryState.BY_HAND, due_at__lte=now).exclude(look_since=since)
    by_hand.update(look_since=since, problem=scheduling.PERHAPS_POSTED)
    rows = Delivery.objects.filter(Q(state__in=_OPEN) | ended).exclude(look_since=since)
    return rows.update(look_since=since, reconcile_at=now, reconcile_attempts=0)


def pending() -> int:
    """How many are still to be looked for?"""
    return Delivery.objects.filter(look_since__isnull=False, reconcile_at__isnull=False, state__in=_OPEN).count()


def require_done(delivery: Delivery) -> None:
    """Raises NotAllowed while it is still to be looked for."""
    if delivery.look_since and delivery.reconcile_at:
        raise NotAllowed(
            "still to be looked for",
            summary="もう出ていないかを、配信先で確かめているところです",
            next_step="終わるまで待ってください（配信先を読めないときは30分ほど）",
        )


def blind(job: Job) -> Job:
    """What was prepared is not what may have been sent since: it is looked for by its looks alone."""
    return replace(job, token="", prepared_by="") if job.lost else job


def conclude(ctx: Context, ledger: Ledger, look: ReadBack) -> ReadBack | None:
    """Write down what looking for it came to. The look itself where it belongs to a doubt that others settle."""
    row = Delivery.objects.select_related("submission").get(id=look.job.id)
    found = _unless_anothers(row, look.found)
    if row.state in IN_DOUBT:
        return replace(look, found=found)
    if isinstance(found, Receipt):
        outcome.published(ctx, ledger, row.id, found)
    elif row.fence == look.job.fence and row.reconcile_at is not None:
        _not_found(ledger, row, found, look.why)
    return None


def _unless_anothers(row: Delivery, found: Found | None) -> Found | None:
    """The same text may stand there as another delivery that is known."""
    if not isinstance(found, Receipt):
        return found
    known = Delivery.objects.filter(channel=row.channel, remote_id=found.remote_id).exclude(id=row.id)
    return CannotTell("another delivery's") if known.exists() else found


def _not_found(ledger: Ledger, row: Delivery, found: Found | None, why: str) -> None:
    same = Delivery.objects.filter(id=row.id, fence=row.fence)
    if isinstance(found, CannotTell) or (found is None and row.reconcile_attempts + 1 >= len(outcome.RECONCILE_AFTER)):
        _give_up(ledger, row, why)
    elif found is None:
        made = row.reconcile_attempts + 1
        step = outcome.RECONCILE_AFTER[made] - outcome.RECONCILE_AFTER[made - 1]
        same.update(reconcile_attempts=made, reconcile_at=ledger.now + step)
    elif ledger.now < (settled := _until(row) + LIST_LATE):
        same.update(reconcile_at=settled)
    else:  # NotSeen; a proof by what is kept here would be of another attempt
        same.update(reconcile_at=None, **({"problem": _NOT_THERE} if row.state == DeliveryState.HELD else {}))


def _until(row: Delivery) -> datetime:
    until: datetime = Rollback.objects.filter(since__lte=row.look_since).aggregate(until=Max("until"))["until"]
    return until


def _give_up(ledger: Ledger, row: Delivery, why: str) -> None:
    problem = say("{unseen}（{why}）", unseen=say(_UNSEEN), why=why) if why else say(_UNSEEN)
    if row.state in _OPEN:
        if move_delivery(row, Event.GIVE_UP, reconcile_at=None, bar="", problem=problem[:200]):
            ledger.note(Event.GIVE_UP, row.id, detail=problem)
    else:
        Delivery.objects.filter(id=row.id, fence=row.fence).update(reconcile_at=None, problem=problem[:200])
