"""From an approval to Deliveries: which part goes out where and when; moving and cancelling them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from bot.errors import NotFound, ScheduleError, SlotTaken
from bot.render.variant import Variant, read_bundle
from bot.schedule import slots
from bot.schedule.calendar import require_open
from bot.services import audit, fleet
from bot.services.context import Context
from bot.services.transition import NOT_BEGUN, move_delivery, require_moved
from bot.store.models import Delivery, Lane, Submission
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import OCCUPIED, PENDING, DeliveryState
from bot.workflow.transitions import Event


def create(ctx: Context, submission: Submission, at: datetime | None = None) -> list[Delivery]:
    """Deliveries for every channel that sends, save those on which the post is already out; `at` is a time that the PR office
    chose instead of the author's wish. Inside the approval's transaction. Raises ScheduleError where it cannot be met."""
    made: list[Delivery] = []
    for variant in read_bundle(submission.bundle).variants:
        if ctx.spec(variant.channel).publishes and not _is_out(submission, variant):
            made += _deliveries(ctx, submission, variant, at)
    return made


def _is_out(submission: Submission, variant: Variant) -> bool:
    return Delivery.objects.filter(identity=submission.identity, channel=variant.channel, state__in=sorted(OCCUPIED)).exists()


def _deliveries(ctx: Context, submission: Submission, variant: Variant, at: datetime | None) -> list[Delivery]:
    due = due_time(ctx, submission, variant.channel, at)
    lane = _lane(ctx, variant.channel)
    made: list[Delivery] = []
    for number in range(len(variant.parts)):
        made.append(
            Delivery.objects.create(
                submission=submission,
                identity=submission.identity,
                channel=variant.channel,
                lane=lane.name,
                part=number,
                after=made[-1] if made else None,
                due_at=due,
                run_at=due,
                last_at=last_moment(ctx, submission, due),
                state=_first_state(ctx, variant.channel) if not made else DeliveryState.WAITING,
            )
        )
    return made


def last_moment(ctx: Context, submission: Submission, due: datetime) -> datetime:
    """After it, a delivery that is due at `due` must not begin."""
    last = due + ctx.rules.grace
    return min(last, submission.expires_at) if submission.expires_at else last


def _first_state(ctx: Context, channel: str) -> DeliveryState:
    return DeliveryState.BY_HAND if ctx.spec(channel).by_hand else DeliveryState.SCHEDULED


def _lane(ctx: Context, channel: str) -> Lane:
    rate = ctx.spec(channel).rate
    lane, _ = Lane.objects.get_or_create(name=channel, defaults={"quota": rate.count if rate else None})
    return lane


def due_time(ctx: Context, submission: Submission, channel: str, at: datetime | None = None) -> datetime:
    """When this channel's post is due: the office's time, the author's, or the next free slot. Raises ScheduleError."""
    now = ctx.clock.now()
    if wished := at or submission.publish_at:
        require_open(wished, channel, ctx.rules)
        due = wished
    else:
        due = slots.next_free(channel, submission.slot, now, _taken(channel), ctx.rules)
    if due + ctx.rules.grace <= now or (submission.expires_at and due > submission.expires_at):
        raise ScheduleError(
            f"too late for {channel}",
            summary="希望の時刻か期限を過ぎているため、配信できません",
            next_step="これからの時刻にするか、原稿の publish: と expires: を直して申請し直してください",
        )
    return due


def _taken(lane: str) -> list[datetime]:
    states = sorted(PENDING | {DeliveryState.PUBLISHING})
    return list(Delivery.objects.filter(lane=lane, part=0, state__in=states).values_list("due_at", flat=True))


def cancel_pending(submission: Submission, problem: str) -> None:
    """Cancel what has not begun. Inside the caller's transaction."""
    for delivery in submission.deliveries.filter(NOT_BEGUN):
        move_delivery(delivery, Event.CANCEL, only=NOT_BEGUN, problem=problem, lease_owner="")


def find(delivery_id: int) -> Delivery:
    try:
        return Delivery.objects.get(id=delivery_id)
    except Delivery.DoesNotExist:
        raise NotFound(
            f"no delivery {delivery_id}",
            summary=f"配信 {delivery_id} はありません",
            next_step="dxbot deliveries で番号を確かめてください",
        ) from None


def cancel(ctx: Context, actor: Actor, delivery_id: int) -> None:
    """Take one delivery off the plan, later parts of its thread included. Wins until its sending begins."""
    actor.require(Permission.PLAN)
    delivery = find(delivery_id)
    with transaction.atomic():
        require_moved(move_delivery(delivery, Event.CANCEL, only=NOT_BEGUN, problem="担当者が取り消し", lease_owner=""))
        for later in delivery.submission.deliveries.filter(
            channel=delivery.channel, part__gt=delivery.part, state__in=sorted(PENDING)
        ):
            move_delivery(later, Event.CANCEL, problem="前の投稿を取り消したため")
        audit.record(ctx.clock.now(), actor.person, "cancel", f"delivery:{delivery_id}")


def reschedule(ctx: Context, actor: Actor, delivery_id: int, moment: datetime) -> None:
    """Move a delivery that has not begun to another time, later parts of its thread included. Raises ScheduleError,
    AlreadyDecided."""
    actor.require(Permission.PLAN)
    delivery = find(delivery_id)
    if delivery.state == DeliveryState.WAITING:
        raise ScheduleError(
            "a later part of a thread has no time of its own",
            summary="スレッドの続きの投稿だけ、時刻を変えることはできません",
            next_step="スレッドの、まだ出ていない最初の投稿の時刻を変えてください",
        )
    require_open(moment, delivery.channel, ctx.rules)
    if moment <= ctx.clock.now() or (delivery.submission.expires_at and moment > delivery.submission.expires_at):
        raise ScheduleError(
            "not a time in the future",
            summary="その時刻には配信できません（過ぎているか、期限より後です）",
            next_step="これからの、期限より前の時刻にしてください",
        )
    if any(abs(moment - other) < _least_gap(ctx) for other in _taken(delivery.lane) if other != delivery.due_at):
        raise SlotTaken(
            "slot taken",
            summary="その時刻の近くに、同じ配信先のほかの配信があります",
            next_step="間隔をあけた時刻にしてください",
        )
    with transaction.atomic():
        times = {"due_at": moment, "run_at": moment, "last_at": last_moment(ctx, delivery.submission, moment)}
        thread = Delivery.objects.filter(NOT_BEGUN, submission=delivery.submission, channel=delivery.channel)
        if delivery.state == DeliveryState.PUBLISHING:  # taken up, but nothing is on its way
            require_moved(move_delivery(delivery, Event.RELEASE, only=NOT_BEGUN, lease_owner="", **times))
        else:
            require_moved(thread.filter(id=delivery.id, fence=delivery.fence).update(**times, fence=F("fence") + 1) == 1)
        thread.filter(part__gt=delivery.part).update(**times, fence=F("fence") + 1)
        fleet.wake()
        audit.record(ctx.clock.now(), actor.person, "reschedule", f"delivery:{delivery_id}", detail=moment.isoformat())


def free_times(ctx: Context, delivery: Delivery, count: int) -> list[datetime]:
    """The next free slot times to which a delivery could be moved."""
    others = [moment for moment in _taken(delivery.lane) if moment != delivery.due_at]
    times = slots.free_times(delivery.channel, ctx.clock.now(), others, ctx.rules, count)
    return [moment for moment in times if moment != delivery.due_at]


def _least_gap(ctx: Context) -> timedelta:
    return min((slot.gap for slot in ctx.rules.slots.values()), default=timedelta(0))


def deliveries(state: str | None = None) -> list[Delivery]:
    """All deliveries, or those in one state, by time. Raises NotFound for a word that is no state."""
    rows = Delivery.objects.select_related("submission").order_by("due_at", "id")
    if state is None:
        return list(rows)
    if state not in set(DeliveryState):
        raise NotFound(
            f"no state {state!r}",
            summary=f"「{state}」という状態はありません",
            next_step=f"{'・'.join(DeliveryState)} のどれかにしてください",
        )
    return list(rows.filter(state=state))
