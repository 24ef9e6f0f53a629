"""What becomes of a delivery after an attempt: one place where an error's class turns into a state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.channel_kit.base import Receipt
from bot.clock import aware
from bot.errors import (
    ChannelClosed,
    ChannelError,
    NotSent,
    OutcomeUnknown,
    PartGone,
    RateLimited,
    Rejected,
    RetryLater,
    Unavailable,
)
from bot.services.delivery import scheduling, waits
from bot.services.delivery.ledger import Ledger
from bot.services.delivery.outgoing import Job, is_lost
from bot.services.records.context import Context
from bot.services.records.transition import move_delivery
from bot.store import queries
from bot.store.models import Delivery, Lane
from bot.store.queries import Acceptance
from bot.workflow.kinds import Bar
from bot.workflow.states import IN_DOUBT, DeliveryState
from bot.workflow.transitions import DELIVERY, Event, sources

# After the n-th refusal that surely published nothing, wait so long.
BACKOFF = tuple(timedelta(seconds=s) for s in (15, 60, 180, 600, 1200))
# So many refusals hold the whole account, which keeps the order; then the others pass: it may be this one post alone.
PATIENT = 3
# When to look whether a post of unknown outcome is there, counted from the loss of track; then a person decides.
RECONCILE_AFTER = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800))
# How an attempt is recorded whose request left and had no clear answer.
DOUBTS = ("OutcomeUnknown", "worker_lost", "unsettled")
_DELETED_THERE = "配信先で削除されていました"
TWICE = "published_twice"  # in the audit log: two attempts of one delivery are on the platform


def settle(ctx: Context, ledger: Ledger, answers: Sequence[tuple[Job, Receipt | ChannelError, datetime | None]]) -> None:
    """Write the outcomes of a batch, each with the time at which its request was about to leave, in the caller's
    transaction."""
    receipts = [(job, result, started) for job, result, started in answers if isinstance(result, Receipt)]
    accepted = queries.accept(
        [Acceptance(id=job.id, fence=job.fence, remote_id=r.remote_id, url=r.url, at=aware(r.at)) for job, r, _ in receipts]
    )
    for job, receipt, started in receipts:
        if job.id in accepted:
            ledger.attempt(job.id, job.attempt, started, "published")
            ledger.note(Event.ACCEPT, job.id, digest=job.origin.digest, detail=receipt.url)
        else:
            _late(ctx, ledger, job, receipt, started)
    go_on(ctx, ledger.now, {job.id: receipt.remote_id for job, receipt, _ in receipts if job.id in accepted and not job.last})
    for job, result, _ in answers:
        if isinstance(result, ChannelError):
            _not_published(ctx, ledger, job, result)


def published(ctx: Context, ledger: Ledger, delivery: int, receipt: Receipt) -> bool:
    """The post was found on the channel. False if its row says so already."""
    row = Delivery.objects.select_related("submission").get(id=delivery)
    return _found(ctx, ledger, row, receipt, row.attempts, row.intent_at)


def _late(ctx: Context, ledger: Ledger, job: Job, receipt: Receipt, started: datetime | None) -> None:
    """A receipt that comes after the row was given up is still the truth. If another attempt has been published meanwhile,
    citizens see both, and people must be told that there are two."""
    row = Delivery.objects.select_related("submission").get(id=job.id)
    if _found(ctx, ledger, row, receipt, job.attempt, started):
        return
    if row.state == DeliveryState.PUBLISHED and row.remote_id not in ("", receipt.remote_id):
        ledger.attempt(row.id, job.attempt, started, "published")
        ledger.note(TWICE, row.id, digest=job.origin.digest, detail=receipt.url)


def _found(ctx: Context, ledger: Ledger, row: Delivery, receipt: Receipt, number: int, started: datetime | None) -> bool:
    """Write down that the attempt of this number is there, unless the row tells of a published one already."""
    event = Event.ACCEPT if row.state == DeliveryState.PUBLISHING else Event.FOUND
    if row.state not in sources(DELIVERY, event):
        return False
    moved = move_delivery(
        row,
        event,
        remote_id=receipt.remote_id,
        url=receipt.url,
        published_at=aware(receipt.at),  # raises for a time that PostgreSQL would keep and nobody could read again
        problem="",
        lease_owner="",
        reconcile_at=None,
    )
    if moved:
        ledger.attempt(row.id, number, started, "published")
        ledger.note(event, row.id, digest=row.submission.digest, detail=receipt.url)
        go_on(ctx, ledger.now, {row.id: receipt.remote_id})
    return moved


def go_on(ctx: Context, now: datetime, out: Mapping[int, str]) -> None:
    """The next part of each thread may go, as a reply to what has just been published; `out` has the remote ids."""
    following = queries.following(list(out))
    for follower in Delivery.objects.select_related("submission", "after").filter(id__in=following) if following else ():
        move_delivery(
            follower,
            Event.PREDECESSOR_PUBLISHED,
            parent_remote_id=out[follower.after_id or 0],
            run_at=now,
            last_at=scheduling.last_moment(ctx, follower.submission, now),
            **_look(follower.after, now),
        )


def _look(predecessor: Delivery | None, now: datetime) -> dict[str, Any]:
    """What left without this database knowing it may not have left alone."""
    if predecessor is None or not is_lost(predecessor.intent_at, predecessor.look_since):
        return {}
    return {"look_since": predecessor.look_since, "reconcile_at": now}


def _not_published(ctx: Context, ledger: Ledger, job: Job, error: ChannelError) -> None:
    row = Delivery.objects.get(id=job.id)
    # Whoever took the row over meanwhile has raised its fence; what comes with an older one changes nothing (ADR 3).
    if row.fence != job.fence:
        _refused_late(ledger, row, job, error)
        return
    if isinstance(error, PartGone):
        _write_off(ledger, row, error)
    match error:
        case RetryLater():
            _postpone(ctx, ledger, row, error)
        case Rejected():
            move_delivery(row, Event.REFUSE, problem=error.summary, lease_owner="")
        case ChannelClosed():
            move_delivery(row, Event.HOLD, bar=Bar.ACCOUNT, problem=error.summary, lease_owner="")
            close_lane(row.lane, error.summary, ledger.now)
        case _:
            # Any class that is not listed above: what we do not know is in doubt and never sent again (ADR 3).
            _lose_track(row, ledger.now, error.summary)
    ledger.attempt(row.id, row.attempts, row.intent_at, type(error).__name__, error.code)
    ledger.note(type(error).__name__, row.id, detail=error.code)


def _write_off(ledger: Ledger, row: Delivery, error: PartGone) -> None:
    """Parts that were seen to be gone stand no more: what is said of the thread, and done with it, begins with that."""
    earlier = Delivery.objects.filter(submission=row.submission_id, channel=row.channel, part__lt=row.part)
    for part in earlier.filter(state=DeliveryState.PUBLISHED, remote_id__in=error.gone):
        if move_delivery(part, Event.REMOVE, problem=_DELETED_THERE):
            ledger.note(Event.REMOVE, part.id, detail=_DELETED_THERE)


def _refused_late(ledger: Ledger, row: Delivery, job: Job, error: ChannelError) -> None:
    """Its worker was given up meanwhile, but lives, and knows that this attempt published nothing. Where it is still the last
    one and in doubt, nobody need look for it."""
    if row.state not in IN_DOUBT or row.attempts != job.attempt or isinstance(error, OutcomeUnknown):
        return
    refused = isinstance(error, Rejected)
    event = Event.REFUSE if refused else Event.PROVE_ABSENT
    run_at = row.run_at if refused else ledger.now
    if not move_delivery(row, event, problem=error.summary, reconcile_at=None, run_at=run_at):
        return
    ledger.attempt(row.id, job.attempt, row.intent_at, type(error).__name__, error.code)
    ledger.note(type(error).__name__ if refused else event, row.id, detail=error.code)
    if isinstance(error, ChannelClosed):
        close_lane(row.lane, error.summary, ledger.now)


def reap(ledger: Ledger, row: Delivery) -> None:
    """A worker died with this row. Without an intent nothing was sent; with one, nobody knows."""
    if row.intent_at is None:  # the intent is durable before any byte leaves (ADR 3)
        move_delivery(row, Event.RELEASE, lease_owner="")
        return
    _lose_track(row, ledger.now)
    ledger.attempt(row.id, row.attempts, row.intent_at, "worker_lost")
    ledger.note(Event.LOSE_TRACK, row.id)


def unsettled(ledger: Ledger, job: Job) -> None:
    """An answer came that could not be written down: what it says of the post is lost, so nobody knows."""
    row = Delivery.objects.get(id=job.id)
    if row.fence == job.fence and row.state == DeliveryState.PUBLISHING:
        _lose_track(row, ledger.now)
        ledger.attempt(row.id, row.attempts, row.intent_at, "unsettled")
        ledger.note(Event.LOSE_TRACK, row.id)


def _lose_track(row: Delivery, now: datetime, summary: str = OutcomeUnknown.summary_ja) -> None:
    """Bytes may have left and no clear answer came: unknown, until someone looks."""
    reconcile_at = now + RECONCILE_AFTER[0]
    move_delivery(
        row,
        Event.LOSE_TRACK,
        problem=summary,
        lease_owner="",
        reconcile_attempts=0,
        reconcile_at=reconcile_at,
        prepared_until=None,
    )


def _postpone(ctx: Context, ledger: Ledger, row: Delivery, error: RetryLater) -> None:
    """Never sooner than the backoff: a platform that says "at once" would be asked, and its pictures uploaded, without end."""
    tries = row.tries.count()
    until = ledger.now + waits.bounded(error.retry_after, BACKOFF[min(tries, len(BACKOFF) - 1)])
    kept = _still_prepared(ctx, row, error)
    # What the platform refused for what it named (a container that is gone) must not be named again.
    token = "" if row.intent_at and isinstance(error, Unavailable) else row.token
    kept_as = {"prepared_until": kept, "token": token, **begun(error)}
    if not move_delivery(row, Event.POSTPONE, None, run_at=until, problem=error.summary, lease_owner="", **kept_as):
        return
    # The whole account waits, which keeps the order as planned; after a few tries it may be this post alone (ADR 3).
    if isinstance(error, RateLimited) or tries < PATIENT:
        waits.put_off(ctx, ledger, Lane.objects.get(name=row.lane), until, error.summary)
    else:
        waits.tell(ctx, ledger, Delivery.objects.filter(id=row.id, last_at__lt=until), until, error.summary)


def begun(error: RetryLater) -> dict[str, str]:
    """What a preparing had made, as columns."""
    return {} if error.made is None else {"token": error.made, "prepared_by": error.made_by}


def _still_prepared(ctx: Context, row: Delivery, error: RetryLater) -> datetime | None:
    """Until when what was prepared can be used. Only where the refusal was of the request and not of what it named: else a
    container that has gone wrong would be asked for again and again."""
    if not isinstance(error, RateLimited | NotSent):
        return None
    if row.intent_at is None:
        return row.prepared_until
    return row.prepared_until or row.intent_at + ctx.spec(row.channel).prepared_for


def close_lane(lane: str, problem: str, now: datetime) -> None:
    """Nothing more is claimed there, and what was planned is held rather than missed in silence."""
    Lane.objects.filter(name=lane, closed_at=None).update(closed_at=now, problem=problem)
    for planned in Delivery.objects.filter(lane=lane, state=DeliveryState.SCHEDULED):
        move_delivery(planned, Event.HOLD, bar=Bar.ACCOUNT, problem=problem)
