"""A thread is one thing: what stands of one that broke, and the three ways out of it; see ADR 19.

A thread is broken when a part is out and the next one has ended, is held, or nobody knows. It is read off its deliveries, so
that no road on which a part may fail can forget to say so. What a person decided is written down beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from bot.errors import NotAllowed, NotFound, ScheduleError
from bot.language import say
from bot.schedule.opening import require_open
from bot.services.delivery import gate, outcome, outlook, pause, scheduling, takedowns, workers
from bot.services.delivery.outgoing import candidate_of
from bot.services.records import audit
from bot.services.records.context import Context
from bot.services.records.transition import move_delivery, require_moved
from bot.store import locks
from bot.store.models import Delivery
from bot.store.threads import ThreadDecision
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import NEVER_OUT, TORN, DeliveryState, ThreadWay
from bot.workflow.transitions import Event

# A part that somebody deleted at the platform leaves the others where they are.
_WAS_OUT = frozenset({DeliveryState.PUBLISHED, DeliveryState.REMOVED})


@dataclass(frozen=True, kw_only=True)
class Half:
    """A broken thread: `stands` of its `parts` are out, `torn` is the first that is not. `decision` is the newest about it."""

    parts: Sequence[Delivery]
    stands: int
    torn: Delivery
    decision: ThreadDecision | None = None

    @property
    def number(self) -> int:
        """That of its first part."""
        return self.parts[0].id

    @property
    def gaps(self) -> list[int]:
        """The parts before the torn one that are on the platform no more, counted from 1."""
        return [p.part + 1 for p in self.parts if p.part < self.torn.part and p.state == DeliveryState.REMOVED]

    @property
    def label(self) -> str:
        return f"一部配信済み（{len(self.parts)}件のうち{self.stands}件）"

    @property
    def left(self) -> bool:
        """A person decided that it stays as it is."""
        return self.decision is not None and (self.decision.way, self.decision.stood) == (ThreadWay.LEAVE, self.stands)

    @property
    def going_down(self) -> bool:
        return self.decision is not None and self.decision.way == ThreadWay.TAKE_DOWN


def broken(among: QuerySet[Delivery] | None = None) -> list[Half]:
    """All threads of which a part is out and the rest is not on its way, those left as they are included; the newest first.
    `among` these deliveries only."""
    rows = Delivery.objects.all() if among is None else among
    standing = Delivery.objects.filter(
        submission=OuterRef("submission"), channel=OuterRef("channel"), state=DeliveryState.PUBLISHED
    )
    torn = rows.filter(Exists(standing), state__in=sorted(TORN), after__state__in=sorted(_WAS_OUT))
    keys = torn.order_by("-due_at", "-id").values_list("submission", "channel")
    return [half for key in dict.fromkeys(keys) if (half := half_of(*key))]


def half_of(submission: int, channel: str) -> Half | None:
    """The state of one thread, None where it is whole, under way, or gone."""
    rows = Delivery.objects.filter(submission=submission, channel=channel).select_related("submission", "after")
    parts = list(rows.order_by("part"))
    torn = next((p for p in parts if p.state in TORN and p.after and p.after.state in _WAS_OUT), None)
    stands = sum(p.state == DeliveryState.PUBLISHED for p in parts)
    if torn is None or not stands:
        return None
    return Half(parts=parts, stands=stands, torn=torn, decision=_newest(submission, channel))


def _newest(submission: int, channel: str) -> ThreadDecision | None:
    return ThreadDecision.objects.filter(submission=submission, channel=channel).order_by("-id").first()


def go_on(ctx: Context, actor: Actor, number: int, moment: datetime | None = None) -> datetime:
    """Send the rest of the thread of delivery `number`, as approved, as a reply to what stands: at `moment`, or as soon as the
    hours allow. When? Raises NotAllowed, ScheduleError."""
    actor.require(Permission.PLAN)
    with transaction.atomic():
        half = _locked(number)
        _require_it_may_go_on(ctx, half)
        at = _moment(ctx, half, moment)
        _plan_rest(ctx, half, at)
        _write(ctx, actor, half, ThreadWay.GO_ON, at.isoformat())
        workers.wake()
    return at


def leave(ctx: Context, actor: Actor, number: int, reason: str) -> None:
    """Let what stands stand, and send nothing more. Raises NotAllowed."""
    actor.require(Permission.PLAN)
    with transaction.atomic():
        half = _locked(number)
        _require_settled(half)
        _end_rest(half, "担当者の判断で、続きを送らない")
        _write(ctx, actor, half, ThreadWay.LEAVE, takedowns.required(reason))


def set_free(ctx: Context, row: Delivery, remote_id: str) -> None:
    """A person saw that this part stands: the next one may go as its reply. The gate asks for its hour, as hours may have
    passed. Where nobody knows its number, there is nothing to reply to, and the rest ends."""
    now = ctx.clock.now()
    rest = Delivery.objects.filter(
        submission=row.submission_id, channel=row.channel, part__gt=row.part, state=DeliveryState.WAITING
    )
    if not remote_id:
        for part in rest:
            move_delivery(part, Event.CANCEL, problem="前の投稿の番号が分からず、返信にできないため")
        return
    rest.update(due_at=now, fence=F("fence") + 1)
    outcome.go_on(ctx, now, {row.id: remote_id})


def times_from_now(ctx: Context, row: Delivery) -> dict[str, Any]:
    """New times for a delivery that is to be sent at once. Raises ScheduleError, NotAllowed where it would be held or missed:
    nobody is to believe that it goes out."""
    now = ctx.clock.now()
    row.due_at = max(now, row.due_at)
    _require_approval(row)
    pause.require_no_stop(ctx, row)
    last = scheduling.last_moment(ctx, row.submission, row.due_at)
    late = "原稿の期限（expires）を過ぎています" if last < now else ""
    if summary := late or outlook.objection(ctx, row, now, outlook.rules(ctx)):
        raise ScheduleError(
            "it would be held or missed again", summary=summary, next_step="出せる時間になってから送ってください"
        )
    return {"due_at": row.due_at, "run_at": now, "last_at": last}


def _locked(number: int) -> Half:
    """Under the lane's lock. Raises NotFound where there is no broken thread to decide on."""
    row = scheduling.find(number)
    locks.lane(row.lane)
    half = half_of(row.submission_id, row.channel)
    if half is None:
        raise NotFound(
            f"delivery {number} is of no broken thread",
            summary="途中で止まっているスレッドではありません",
            next_step="dxbot threads か「配信」の画面で、いまの状態を確かめてください",
        )
    if half.going_down:
        raise NotAllowed(
            "it is being taken down",
            summary="このスレッドは、出ている分を削除しています",
            next_step="削除が終わるのを待ってください",
        )
    return half


def _require_settled(half: Half) -> None:
    if half.torn.state == DeliveryState.UNDECIDED:
        raise NotAllowed(
            "a part is in doubt",
            summary=say("{part}件目が出たかどうか、まだ決着していません", part=half.torn.part + 1),
            next_step="先に、配信先を見て「掲載されていた」か「送らずに終える」を選んでください",
        )


def _require_it_may_go_on(ctx: Context, half: Half) -> None:
    _require_settled(half)
    _require_approval(half.torn)
    pause.require_no_stop(ctx, half.torn)
    if half.gaps:
        numbers = "・".join(map(str, half.gaps))
        raise NotAllowed(
            "a part before it is gone",
            summary=say("{numbers}件目が配信先で削除されているため、続きを出してもひとつながりになりません", numbers=numbers),
            next_step="出ている分を削除するか、このままにしてください",
        )
    if half.torn.after is None or not half.torn.after.remote_id:
        raise NotAllowed(
            "the part to reply to has no number",
            summary="前の投稿の番号が分からないため、続きを返信として出せません",
            next_step="出ている分を削除するか、このままにしてください",
        )


def _require_approval(row: Delivery) -> None:
    if not gate.stands_approved(row):
        raise NotAllowed(
            "not approved any more",
            summary="この原稿の承認は、いまは有効ではありません",
            next_step="続きは出せません。出ている分があれば、削除するか、このままにするかを決めてください",
        )


def _moment(ctx: Context, half: Half, wished: datetime | None) -> datetime:
    now, asking = ctx.clock.now(), candidate_of(half.torn)
    if wished is None and _is_open(ctx, half.torn, now):
        wished = now
    if wished is None:
        wished = next(iter(scheduling.free_times(ctx, half.torn, 1)), None)
    if wished is None or wished < now:
        raise ScheduleError(
            "no time for the rest", summary="その時刻には配信できません", next_step="これからの時刻を書いてください"
        )
    require_open(wished, asking, ctx.rules)
    if half.torn.submission.expires_at and wished > half.torn.submission.expires_at:
        raise ScheduleError(
            "after its expiry", summary="原稿の期限（expires）より後です", next_step="期限より前の時刻にしてください"
        )
    return wished


def _is_open(ctx: Context, row: Delivery, now: datetime) -> bool:
    try:
        require_open(now, candidate_of(row), ctx.rules)
    except ScheduleError:
        return False
    return True


def _plan_rest(ctx: Context, half: Half, at: datetime) -> None:
    last = scheduling.last_moment(ctx, half.torn.submission, at)
    times: dict[str, Any] = {"due_at": at, "run_at": at, "last_at": last, "bar": "", "problem": "", "prepared_until": None}
    parent = half.torn.after.remote_id if half.torn.after else ""
    event = Event.RESUME if half.torn.state == DeliveryState.HELD else Event.REPLAN
    require_moved(move_delivery(half.torn, event, parent_remote_id=parent, **times))
    for part in half.parts:
        if part.part > half.torn.part and part.state in NEVER_OUT:
            move_delivery(part, Event.WAIT_AGAIN, **times)
        elif part.part > half.torn.part and part.state == DeliveryState.WAITING:
            Delivery.objects.filter(id=part.id, fence=part.fence).update(**times, fence=F("fence") + 1)


def _end_rest(half: Half, problem: str) -> None:
    if half.torn.state == DeliveryState.HELD:
        require_moved(move_delivery(half.torn, Event.CANCEL, problem=problem))


def _write(ctx: Context, actor: Actor, half: Half, way: ThreadWay, reason: str) -> ThreadDecision:
    now = ctx.clock.now()
    decision = ThreadDecision.objects.create(
        submission=half.torn.submission,
        channel=half.torn.channel,
        way=way,
        parts=len(half.parts),
        stood=half.stands,
        actor=actor.person,
        at=now,
        reason=reason,
    )
    audit.record(now, actor.person, way, f"delivery:{half.number}", digest=half.torn.submission.digest, detail=reason)
    return decision
