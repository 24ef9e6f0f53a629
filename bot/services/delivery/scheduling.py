"""From an approval to Deliveries: which part goes out where and when; moving and cancelling them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Min

from bot.errors import ConfigError, NotAllowed, NotFound, ScheduleError
from bot.language import say
from bot.render.variant import Variant, read_bundle
from bot.schedule import slots
from bot.schedule.opening import Candidate, require_open
from bot.services.delivery import corrections, preference, series, spacing, workers
from bot.services.delivery.outgoing import candidate, candidate_of
from bot.services.records import audit, pictures
from bot.services.records.context import Context
from bot.services.records.transition import NOT_BEGUN, move_delivery, require_moved
from bot.store import locks
from bot.store.marks import Rollback
from bot.store.models import Delivery, Lane, Submission
from bot.text.control import visible
from bot.workflow.actors import Actor, Permission
from bot.workflow.kinds import HELD_BY, MOVED_ON, Bar, Kind
from bot.workflow.states import NEVER_OUT, OCCUPIED, PENDING, DeliveryState, SubmissionState
from bot.workflow.transitions import Event

PERHAPS_POSTED = "控えから戻したため、もう掲載した記録が失われたかもしれません。先に、配信先で確かめてください"
_FORGOTTEN = timedelta(days=30)  # so long after a restore, what the files say may have been sent without our knowing


def create(ctx: Context, submission: Submission, at: datetime | None = None, *, next_slot: bool = False) -> list[Delivery]:
    """Deliveries for every channel that sends, save those on which the post is already out; `at` is a time that the PR office
    chose instead of the author's wish, `next_slot` that it takes the next free slot instead. Inside the approval's transaction.
    Raises ScheduleError where it cannot be met."""
    made: list[Delivery] = []
    _require_channels(ctx, read_bundle(submission.bundle).variants)
    # In one order everywhere, so that no two wait for each other.
    for variant in sorted(wanted(ctx, submission), key=lambda v: v.channel):
        made += _deliveries(ctx, submission, variant, at, next_slot)
    return made


def wanted(ctx: Context, submission: Submission) -> list[Variant]:
    """Those of its variants that get deliveries, in the order of the text."""
    variants = read_bundle(submission.bundle).variants
    return [v for v in variants if ctx.spec(v.channel).publishes and not _is_out(submission, v)]


def _require_channels(ctx: Context, variants: Sequence[Variant]) -> None:
    """An upgrade may have taken a channel away since the post was handed in: it must not be approved for less than was seen."""
    known = {spec.key for spec in ctx.specs}
    if lost := [v.channel for v in variants if v.channel not in known]:
        raise NotAllowed(
            f"no channel {lost[0]}",
            summary=say("{label}には配信できません", label=ctx.spec(lost[0]).label),
            next_step="原稿の channels: から外して、申請し直してもらってください",
        )


def _is_out(submission: Submission, variant: Variant) -> bool:
    same = Delivery.objects.filter(identity=submission.identity, channel=variant.channel, version=submission.version)
    return same.filter(state__in=sorted(OCCUPIED)).exists()


def _deliveries(ctx: Context, submission: Submission, variant: Variant, at: datetime | None, next_slot: bool) -> list[Delivery]:
    lane = _lane(ctx, variant.channel)
    locks.lane(lane.name)
    due, own = plan(ctx, submission, variant, at, next_slot=next_slot)
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
                **(own if not made else {**own, "parent_remote_id": ""}),
                **({} if made else _look(ctx, variant.channel)),
            )
        )
    return made


def plan(
    ctx: Context, submission: Submission, variant: Variant, at: datetime | None = None, *, next_slot: bool = False
) -> tuple[datetime, Mapping[str, Any]]:
    """When this channel's post is due, and what its deliveries have as those of a correction or an emergency. Raises
    ScheduleError, NotAllowed."""
    own, now = corrections.fields(ctx, submission, variant.channel), ctx.clock.now()
    asking = candidate(variant, submission.tags)
    if "way" not in own and own["kind"] != Kind.EMERGENCY:
        return _due_time(ctx, submission, asking, at, next_slot=next_slot), own
    # At once, unless a later time is wished for: the wrong text stands meanwhile. Neither hours nor slots nor spacing.
    due = max(now, at or submission.publish_at or now)
    _require_in_time(ctx, submission, asking, due)
    return due, own


def _look(ctx: Context, channel: str) -> dict[str, Any]:
    """After a restore, the same post may have been approved and sent before: it is looked for first (ADR 25)."""
    now = ctx.clock.now()
    since = Rollback.objects.filter(found_at__gt=now - _FORGOTTEN).aggregate(since=Min("since"))["since"]
    if since is None:
        return {}
    return {"look_since": since, **({"problem": PERHAPS_POSTED} if ctx.spec(channel).by_hand else {"reconcile_at": now})}


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


def _due_time(ctx: Context, submission: Submission, candidate: Candidate, at: datetime | None, *, next_slot: bool) -> datetime:
    """When this channel's post is due: the office's time, the author's, or the next free slot. Raises ScheduleError."""
    now, rules = ctx.clock.now(), ctx.rules
    taken = spacing.taken(candidate.channel, now)
    if (wished := at or submission.publish_at) and not next_slot:
        # First of all: that 2020-01-01 was a holiday is no help to who mistyped the year.
        _require_in_time(ctx, submission, candidate, wished)
        require_open(wished, candidate, rules)
        spacing.require(ctx, candidate, wished, taken)
        series.require(ctx, submission, candidate.channel, wished)
        return wished
    taken += preference.kept(ctx, submission, candidate.channel, taken)
    after = series.earliest(ctx, submission, candidate.channel) or now
    due = slots.next_free(candidate, submission.slot, max(now, after), taken, rules)
    _require_in_time(ctx, submission, candidate, due)
    return due


def _require_in_time(ctx: Context, submission: Submission, candidate: Candidate, due: datetime) -> None:
    if due + ctx.rules.grace <= ctx.clock.now() or (submission.expires_at and due > submission.expires_at):
        raise ScheduleError(
            f"too late for {candidate.channel}",
            summary="希望の時刻か期限を過ぎているため、配信できません",
            next_step="これからの時刻にするか、原稿の時刻と期限を直して申請し直してください",
        )
    _require_usable(ctx, submission, due)


def _require_usable(ctx: Context, submission: Submission, due: datetime) -> None:
    """The gate would hold it: better told while a person looks."""
    if reason := pictures.objection(ctx, submission.id, due):
        raise ScheduleError(
            "a picture may not be shown then",
            summary=reason,
            next_step="期限より前の時刻にするか、原稿の画像を差し替えて申請し直してください",
        )


def next_time(ctx: Context, delivery: Delivery) -> datetime:
    """The next free time for one that did not go out: of the slot that its author chose, if any, and at once for what waits for
    no slot. Raises ScheduleError."""
    now, submission, asking = ctx.clock.now(), delivery.submission, candidate_of(delivery)
    taken = spacing.taken(delivery.lane, now, delivery)
    taken += preference.kept(ctx, submission, delivery.channel, taken)
    after = series.earliest(ctx, submission, delivery.channel, alone=bool(delivery.alone_by)) or now
    at_once = Bar.QUIET not in HELD_BY[asking.kind]
    due = now if at_once else slots.next_free(asking, submission.slot, max(now, after), taken, ctx.rules)
    if submission.expires_at and due > submission.expires_at:
        raise ScheduleError(
            "no free time before its expiry",
            summary="次に空いている時刻は、原稿の期限より後です",
            next_step="原稿の期限を直して申請し直してください",
        )
    return due


def cancel_pending(submission: Submission, problem: str, *, begun_too: bool = True) -> int:
    """Cancel what has not begun; with `begun_too`, the rest of threads that have begun as well. How many posts? Inside the
    caller's transaction."""
    pending = submission.deliveries.filter(NOT_BEGUN)
    if not begun_too:
        pending = pending.exclude(channel__in=_begun(submission), part__gt=0)
    left = pending.count()
    for delivery in pending:
        move_delivery(delivery, Event.CANCEL, only=NOT_BEGUN, problem=problem, lease_owner="")
    return left - pending.all().count()


def _begun(submission: Submission) -> list[str]:
    """The channels on which its first part is out, is leaving, or may be out."""
    begun = submission.deliveries.filter(part=0).exclude(state__in=sorted(NEVER_OUT)).exclude(NOT_BEGUN)
    return list(begun.values_list("channel", flat=True))


def find(delivery_id: int) -> Delivery:
    try:
        return Delivery.objects.get(id=delivery_id)
    except Delivery.DoesNotExist:
        raise NotFound(
            f"no delivery {delivery_id}",
            summary=say("配信 {delivery_id} はありません", delivery_id=delivery_id),
            next_step="dxbot deliveries で番号を確かめてください",
        ) from None


def cancel(ctx: Context, actor: Actor, delivery_id: int) -> None:
    """Take one delivery off the schedule, later parts of its thread included. Wins until its request leaves: whatever else was
    done to it meanwhile (a move, a taking up, a stop) does not stand in its way."""
    actor.require(Permission.PLAN)
    lane = find(delivery_id).lane
    with transaction.atomic():
        locks.lane(lane)
        take_off(_locked(delivery_id))
        audit.record(ctx.clock.now(), actor.person, "cancel", f"delivery:{delivery_id}")


def take_off(delivery: Delivery) -> None:
    """Under its lane's lock, the row held. Raises AlreadyDecided where it has begun."""
    require_moved(move_delivery(delivery, Event.CANCEL, only=NOT_BEGUN, problem="担当者が取り消し", lease_owner=""))


def _locked(delivery_id: int) -> Delivery:
    """The row as it is now, held until the transaction ends: no publisher takes it up meanwhile."""
    return Delivery.objects.select_for_update(of=("self",)).select_related("submission").get(id=delivery_id)


def reschedule(ctx: Context, actor: Actor, delivery_id: int, moment: datetime, version: int | None = None) -> None:
    """Move a delivery that has not begun, or that missed its time, to another one, later parts of its thread included.
    `version` is the fence that the form was made for: what was changed since is not overwritten. What hours or a
    blackout held goes back on the schedule; what a stop held waits to be looked at. Raises ScheduleError, AlreadyDecided."""
    actor.require(Permission.PLAN)
    lane = find(delivery_id).lane
    with transaction.atomic():
        locks.lane(lane)
        delivery = _locked(delivery_id)
        # Two officers with the same page open: the second must not undo unseen what the first has done (ADR 14).
        require_moved(version is None or version == delivery.fence)
        shift(ctx, delivery, moment)
        workers.wake()
        audit.record(ctx.clock.now(), actor.person, "reschedule", f"delivery:{delivery_id}", detail=moment.isoformat())


def shift(ctx: Context, delivery: Delivery, moment: datetime) -> None:
    """To another time, under its lane's lock, the row held. Raises ScheduleError, AlreadyDecided."""
    _require_movable(ctx, delivery, moment)
    _move(delivery, {"due_at": moment, "run_at": moment, "last_at": last_moment(ctx, delivery.submission, moment)})


def require_free(ctx: Context, delivery: Delivery) -> None:
    """Its time stands apart from others' of its account. Raises SlotTaken."""
    spacing.require(ctx, candidate_of(delivery), delivery.due_at, spacing.taken(delivery.lane, ctx.clock.now(), delivery))


def _require_movable(ctx: Context, delivery: Delivery, moment: datetime) -> None:
    # Its time is that of its predecessor's publication; an own time would tear the thread.
    if delivery.state == DeliveryState.WAITING or _follows_what_is_not_out(delivery):
        raise ScheduleError(
            "a later part of a thread has no time of its own",
            summary="スレッドの続きの投稿だけ、時刻を変えることはできません",
            next_step="スレッドの、まだ出ていない最初の投稿の時刻を変えてください",
        )
    asking = candidate_of(delivery)
    if moment <= ctx.clock.now() or (delivery.submission.expires_at and moment > delivery.submission.expires_at):
        raise ScheduleError(
            "not a time in the future",
            summary="その時刻には配信できません（過ぎているか、期限より後です）",
            next_step="これからの、期限より前の時刻にしてください",
        )
    _require_usable(ctx, delivery.submission, moment)
    require_open(moment, asking, ctx.rules)
    if delivery.submission.state != SubmissionState.APPROVED:
        raise ScheduleError(
            "not approved any more",
            summary="この原稿の承認は、いまは有効ではありません",
            next_step="原稿を申請し直してください",
        )
    if Bar.QUIET in HELD_BY[asking.kind]:  # an emergency's text and a correction wait for nobody's slot
        spacing.require(ctx, asking, moment, spacing.taken(delivery.lane, ctx.clock.now(), delivery))
    if Bar.ORDER in HELD_BY[Kind(delivery.kind)] and delivery.part == 0:
        series.require(ctx, delivery.submission, delivery.channel, moment, alone=bool(delivery.alone_by))


def _follows_what_is_not_out(delivery: Delivery) -> bool:
    return delivery.after is not None and delivery.after.state != DeliveryState.PUBLISHED


def _move(delivery: Delivery, times: Mapping[str, Any]) -> None:
    """Under the lane's lock, the row held. Every case raises the fence."""
    thread = Delivery.objects.filter(submission=delivery.submission, channel=delivery.channel, part__gt=delivery.part)
    if delivery.state == DeliveryState.PUBLISHING:  # taken up, but nothing is on its way
        require_moved(move_delivery(delivery, Event.RELEASE, only=NOT_BEGUN, lease_owner="", **times))
    elif delivery.state == DeliveryState.MISSED:
        require_moved(move_delivery(delivery, Event.REPLAN, bar="", problem="", **times))
        for later in thread.filter(state=DeliveryState.MISSED):
            move_delivery(later, Event.WAIT_AGAIN, bar="", problem="")
    elif delivery.state == DeliveryState.HELD and delivery.bar in MOVED_ON:
        require_moved(move_delivery(delivery, Event.RESUME, bar="", problem="", **times))
    else:
        pending = Delivery.objects.filter(id=delivery.id, fence=delivery.fence, state__in=sorted(PENDING))
        require_moved(pending.update(**times, fence=F("fence") + 1) == 1)
    thread.filter(NOT_BEGUN).update(**times, fence=F("fence") + 1)


def free_times(ctx: Context, delivery: Delivery, count: int, after: datetime | None = None) -> list[datetime]:
    """The next free slot times, from now or `after` on, to which a delivery could be moved; none while the rules cannot be
    read."""
    start, submission = after or ctx.clock.now(), delivery.submission
    try:
        start = max(start, series.earliest(ctx, submission, delivery.channel, alone=bool(delivery.alone_by)) or start)
        taken = spacing.taken(delivery.lane, ctx.clock.now(), delivery)
        times = slots.free_times(candidate_of(delivery), start, taken, ctx.rules, count + 1)
    except (ConfigError, ScheduleError):
        return []
    later = series.latest(submission, delivery.channel)
    return [t for t in times if t != delivery.due_at and (later is None or t < later.due_at)][:count]


def deliveries(state: str | None = None) -> list[Delivery]:
    """All deliveries, or those in one state, by time. Raises NotFound for a word that is no state."""
    rows = Delivery.objects.select_related("submission").order_by("due_at", "id")
    if state is None:
        return list(rows)
    if state not in set(DeliveryState):
        raise NotFound(
            f"no state {state!r}",
            summary=say("「{visible}」という状態はありません", visible=visible(state[:40])),
            next_step=say("{names} のどれかにしてください", names="・".join(DeliveryState)),
        )
    return list(rows.filter(state=state))
