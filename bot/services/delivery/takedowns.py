"""Taking down what stands of a post on a channel: one officer's act, which another signs afterwards; see ADR 19 and 31.

While a wrong text misleads citizens, nobody is waited for: no hour, no blackout and no stop holds it (`bot.workflow.kinds`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from bot.errors import NotAllowed
from bot.language import say
from bot.services.delivery import scheduling, workers
from bot.services.records import audit
from bot.services.records.context import Context
from bot.services.records.transition import NOT_BEGUN, move_delivery
from bot.store import locks
from bot.store.models import Delivery
from bot.store.threads import LONGEST_REASON, Removal, ThreadDecision
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import DeliveryState, RemovalState, ThreadWay
from bot.workflow.transitions import Event

UNSIGNED = "unsigned"  # in the audit log
SIGN_WITHIN = timedelta(days=1)  # a second person's look at a take-down; after it the heads are told
_NAMELESS = "投稿の番号が分からないため、配信先で消してください"
_BY_HAND = "手で掲載したものなので、配信先の画面で消してください"


def take_down(ctx: Context, actor: Actor, number: int, reason: str) -> int:
    """Begin to delete all that stands of the post of delivery `number` on its channel, the last part first; how many posts?
    What is still to come of it there is cancelled. Raises NotAllowed."""
    actor.require(Permission.PLAN)
    why = required(reason)
    asked = scheduling.find(number)
    with transaction.atomic():
        locks.lane(asked.lane)
        rows = Delivery.objects.filter(submission=asked.submission_id, channel=asked.channel).select_related("submission")
        parts = list(rows.order_by("part"))
        standing = [p for p in parts if p.state == DeliveryState.PUBLISHED]
        _require_it_may_begin(asked, parts, standing)
        for part in rows.filter(NOT_BEGUN):
            move_delivery(part, Event.CANCEL, only=NOT_BEGUN, problem="出ている分を削除するため", lease_owner="")
        decision = ThreadDecision.objects.create(
            submission=asked.submission,
            channel=asked.channel,
            way=ThreadWay.TAKE_DOWN,
            parts=len(parts),
            stood=len(standing),
            actor=actor.person,
            at=ctx.clock.now(),
            reason=why,
        )
        digest = asked.submission.digest
        audit.record(decision.at, actor.person, ThreadWay.TAKE_DOWN, _object(decision), digest=digest, detail=why)
        ask_for(ctx, decision, standing)
        workers.wake()
    return len(standing)


def ask_for(ctx: Context, decision: ThreadDecision, standing: Sequence[Delivery]) -> None:
    """The last part first: what a reader finds meanwhile begins at its beginning."""
    Removal.objects.bulk_create(
        Removal(
            decision=decision,
            delivery=part,
            next_at=ctx.clock.now(),
            state=RemovalState.UNDECIDED if (why := _not_ours(ctx, part)) else RemovalState.ASKED,
            problem=why,
        )
        for part in sorted(standing, key=lambda part: -part.part)
    )


def ask_for_late_ones(ctx: Context) -> None:
    """A part that was in flight or in doubt when its post was taken down, and turned out to be there, goes as well."""
    begun = ctx.clock.now() - SIGN_WITHIN
    for decision in ThreadDecision.objects.filter(way=ThreadWay.TAKE_DOWN, at__gte=begun):
        late = Delivery.objects.filter(
            submission=decision.submission_id, channel=decision.channel, state=DeliveryState.PUBLISHED, removals=None
        )
        with transaction.atomic():
            if found := list(late.select_for_update(of=("self",))):
                ask_for(ctx, decision, found)


def sign(ctx: Context, actor: Actor, decision_id: int) -> None:
    """The second person's name under a take-down. Raises NotAllowed."""
    actor.require(Permission.PLAN)
    now = ctx.clock.now()
    with transaction.atomic():
        unsigned = ThreadDecision.objects.filter(id=decision_id, way=ThreadWay.TAKE_DOWN, signed_at=None)
        if not unsigned.exclude(actor=actor.person).update(signed_by=actor.person, signed_at=now):
            raise NotAllowed(
                "nothing that this person may sign",
                summary="この削除には、もう署名があるか、決めた本人のため署名できません",
                next_step="画面を開き直し、必要ならほかの広報担当に頼んでください",
            )
        decision = ThreadDecision.objects.get(id=decision_id)
        audit.record(now, actor.person, "sign", _object(decision))


def open_ones() -> list[ThreadDecision]:
    """Those that are not at their end: a post still stands, or nobody has signed."""
    rows = ThreadDecision.objects.filter(way__in=(ThreadWay.TAKE_DOWN, ThreadWay.REPLACE))
    unended = rows.filter(Q(signed_at=None) | Q(removals__ended_at=None, removals__isnull=False))
    return list(unended.select_related("submission").distinct().order_by("id"))


def tell_unsigned(ctx: Context) -> int:
    """Tell the heads of take-downs that nobody has signed for a day; how many?"""
    now, told = ctx.clock.now(), 0
    late = ThreadDecision.objects.filter(way=ThreadWay.TAKE_DOWN, signed_at=None, at__lte=now - SIGN_WITHIN, head_told_at=None)
    for decision in late:
        with transaction.atomic():
            if ThreadDecision.objects.filter(id=decision.id, head_told_at=None).update(head_told_at=now):
                audit.record(now, audit.SYSTEM, UNSIGNED, _object(decision), detail=decision.reason)
                told += 1
    return told


def required(reason: str) -> str:
    """Raises NotAllowed for none."""
    if not reason.strip():
        raise NotAllowed(
            "a decision without a reason", summary="理由が要ります", next_step="理由を書いてください", field="reason"
        )
    return reason.strip()[:LONGEST_REASON]


def _require_it_may_begin(asked: Delivery, parts: Sequence[Delivery], standing: Sequence[Delivery]) -> None:
    if doubtful := next((p for p in parts if p.state == DeliveryState.UNDECIDED), None):
        raise NotAllowed(
            "a part is in doubt",
            summary=say("{part}件目が出たかどうか、まだ決着していません", part=doubtful.part + 1),
            next_step="先に、配信先を見て「掲載されていた」か「送らずに終える」を選んでください",
        )
    if Removal.objects.filter(delivery__in=[part.id for part in standing], ended_at=None).exists():
        raise NotAllowed(
            "it is being taken down",
            summary="この投稿は、いま削除しています",
            next_step="削除が終わるのを待ってください",
        )
    if not standing:
        raise NotAllowed(
            f"nothing of delivery {asked.id} stands",
            summary="この配信には、配信先に出ている投稿がありません",
            next_step="「記録」の画面で、いまの状態を確かめてください",
        )


def _not_ours(ctx: Context, part: Delivery) -> str:
    """Why a person has to delete it; "" for what we can."""
    return _BY_HAND if not ctx.spec(part.channel).sends else "" if part.remote_id else _NAMELESS


def _object(decision: ThreadDecision) -> str:
    first = Delivery.objects.get(submission=decision.submission_id, channel=decision.channel, part=0)
    return f"delivery:{first.id}"
