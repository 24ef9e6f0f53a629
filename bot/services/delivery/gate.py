"""The gate: one last look, in the transaction that writes the intent, for every channel and both databases.

A rule that was kept when a time was chosen may be broken when that time comes: an election is called, a publisher comes back
after closing, a platform puts us off. So each rule is asked here once more, however the delivery came here. The answer is go,
hold (with a reason that people read) or too late. Which bar holds which kind stands in `bot.workflow.kinds`; see ADR 14.

Hours and blackouts are asked once for all parts of a thread, before the first: half a text is worse than one that ends after
closing. Its later parts ask only for what a person or a platform has stopped; the one with which a broken thread goes on asks
for its hour like a first one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from bot.channel_kit.base import Prepared
from bot.content.picture_limits import reached
from bot.errors import ConfigError
from bot.language import say
from bot.schedule import opening
from bot.schedule.rules import Rules
from bot.services.delivery import disasters, outcome, series, spacing, spending
from bot.services.delivery.ledger import Ledger
from bot.services.delivery.outgoing import Job
from bot.services.records import happenings, pictures
from bot.services.records.context import Context
from bot.services.records.transition import move_delivery
from bot.store import queries
from bot.store.models import Delivery, Lane, Pause
from bot.store.queries import Intent
from bot.workflow.kinds import HELD_BY, Bar, Kind
from bot.workflow.states import SubmissionState
from bot.workflow.transitions import Event

STOPPED = "停止中"
_TOLD = (Bar.STOP, Bar.DISASTER, Bar.BEHIND)
_WITHDRAWN = "承認が取り消されたため"
_LATE = "予定の時刻に出せなかったため、出していません"
OTHER_ACCOUNT = "これまでと違うアカウントです"


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A delivery whose time has come: prepared, on `account` ("" where the channel names none)."""

    job: Job
    prepared: Prepared
    account: str = ""


@dataclass(frozen=True, kw_only=True)
class Barred:
    """Why a delivery must not leave now; `reason` is for people."""

    bar: Bar
    reason: str


def pass_through(ctx: Context, ledger: Ledger, asking: Sequence[Ready], lease: timedelta) -> list[Ready]:
    """Write the intents of those that may leave, and return them; the others are held, missed or put back.

    Inside the turn's transaction, behind `locks.pass_gate`: a stop or a blackout that is in force is seen by every later turn.
    """
    closed = _endangered(ctx, ledger.now, [ready.job for ready in asking])
    closed |= _closed(ctx, ledger.now, [ready.job for ready in asking if ready.job.id not in closed])
    closed |= _unusable(ctx, ledger.now, [ready.job for ready in asking if ready.job.id not in closed])
    closed |= _out_of_order(ctx, [ready.job for ready in asking if ready.job.id not in closed])
    closed |= _too_dear(ctx, ledger, [ready.job for ready in asking if ready.job.id not in closed])
    # The calendar is asked in Python, the rest in the statement itself, which alone sees what others commit (ADR 14).
    intents = [_intent(ready) for ready in asking if ready.job.id not in closed]
    allowed = queries.intend(intents, ledger.now, ledger.now + lease)
    happenings.leaving(sorted(allowed))
    for ready in asking:
        if ready.job.id not in allowed:
            _stay(ctx, ledger, ready, closed.get(ready.job.id))
    return [ready for ready in asking if ready.job.id in allowed]


def put_back(ctx: Context, now: datetime, job: Job) -> None:
    """A delivery that was taken up and does not ask: it goes back to the schedule, if nothing speaks against it."""
    with transaction.atomic():
        ledger = Ledger(now)
        _stay(ctx, ledger, Ready(job=job, prepared=Prepared(outgoing=job.outgoing)), None)
        ledger.close()


def _intent(ready: Ready) -> Intent:
    job, prepared = ready.job, ready.prepared
    return Intent(id=job.id, fence=job.fence, token=prepared.token, prepared_by=prepared.by, account=ready.account)


def _endangered(ctx: Context, now: datetime, jobs: Sequence[Job]) -> dict[int, Barred]:
    """Those that a feed which nobody hears holds, or a danger as light-hearted. What holds everything is a stop, and is asked
    in the statement itself."""
    if not jobs:
        return {}
    deaf, light = disasters.silence(ctx, now), disasters.light_stop()
    found = dict[int, Barred]()
    for job in jobs:
        if deaf and Bar.DISASTER in HELD_BY[job.kind]:
            found[job.id] = Barred(bar=Bar.DISASTER, reason=deaf)
        elif reason := disasters.objection(ctx, job.kind, job.candidate, light):
            found[job.id] = Barred(bar=Bar.LIGHT, reason=reason)
    return found


def _closed(ctx: Context, now: datetime, jobs: Sequence[Job]) -> dict[int, Barred]:
    """Those that quiet hours or a blackout hold when they would leave. Rules that cannot be read hold all."""
    asking = [job for job in jobs if job.asks and HELD_BY[job.kind] & {Bar.QUIET, Bar.BLACKOUT}]
    if not asking:
        return {}
    try:
        rules = ctx.rules
    except ConfigError as unreadable:
        reason = say("配信の決まりが読めません（{summary}）", summary=unreadable.summary)
        return {job.id: Barred(bar=Bar.QUIET, reason=reason) for job in asking}
    # Most of a turn are due at one moment, and a public holiday takes a while to look up.
    quiet: dict[tuple[datetime, timedelta], str] = {}
    found = {job.id: _barred(job, max(now, job.run_at), rules, quiet) or _full(ctx, job, now, rules) for job in asking}
    return {number: barred for number, barred in found.items() if barred}


def _barred(job: Job, moment: datetime, rules: Rules, quiet: dict[tuple[datetime, timedelta], str]) -> Barred | None:
    """`quiet` remembers what was asked in this turn: most ask for the same moment."""
    bars, key = HELD_BY[job.kind], (moment, job.candidate.room)
    if Bar.QUIET in bars:
        if key not in quiet:
            quiet[key] = opening.quiet_reason(moment, rules, job.candidate.room)
        if quiet[key]:
            return Barred(bar=Bar.QUIET, reason=opening.quiet(moment, quiet[key], rules).summary)
    found = opening.blackout_for(job.candidate, moment, rules) if Bar.BLACKOUT in bars else None
    return Barred(bar=Bar.BLACKOUT, reason=opening.blackout(moment, found, rules).summary) if found else None


def _full(ctx: Context, job: Job, now: datetime, rules: Rules) -> Barred | None:
    """One that comes a day late must not be one too many there. An account has one in flight, so none is overlooked."""
    reason = spacing.day_objection(ctx, rules, job.channel, max(now, job.run_at)) if Bar.QUIET in HELD_BY[job.kind] else ""
    return Barred(bar=Bar.QUIET, reason=reason) if reason and job.first else None


def _unusable(ctx: Context, now: datetime, jobs: Sequence[Job]) -> dict[int, Barred]:
    """Those that carry a picture whose consent has ended, or that is not to come again: since the approval, or long ago, with a
    publisher that comes back. Pictures leave with a thread's first part, so that none is torn by this (ADR 43)."""
    asking = [job for job in jobs if job.outgoing.media and Bar.CONSENT in HELD_BY[job.kind]]
    known = pictures.of_submissions(ctx, {job.submission for job in asking}) if asking else {}
    found = {job.id: reached(known.get(job.submission, ()), now) for job in asking}
    return {number: Barred(bar=Bar.CONSENT, reason=limit.said) for number, limit in found.items() if limit}


def _out_of_order(ctx: Context, jobs: Sequence[Job]) -> dict[int, Barred]:
    """Those whose series has an earlier part that is not out. What is out stays out, so that no statement need ask again."""
    found = dict[int, Barred]()
    for job in (job for job in jobs if job.follows[1] > 1 and Bar.ORDER in HELD_BY[job.kind]):
        if reason := series.objection(ctx, *job.follows, job.channel):
            found[job.id] = Barred(bar=Bar.ORDER, reason=reason)
    return found


def _too_dear(ctx: Context, ledger: Ledger, jobs: Sequence[Job]) -> dict[int, Barred]:
    """Those with which the month would cost more than the cap: their lane waits for a person."""
    found = dict[int, Barred]()
    for job in (job for job in jobs if Bar.ACCOUNT in HELD_BY[job.kind]):
        if reason := spending.objection(ctx, job.channel, job.outgoing.text, ledger.now):
            outcome.close_lane(job.lane, reason, ledger.now)
            found[job.id] = Barred(bar=Bar.ACCOUNT, reason=reason)
    return found


def _stay(ctx: Context, ledger: Ledger, ready: Ready, barred: Barred | None) -> None:
    """It must not leave. Withdrawn or too late: never. Barred: not before a person has looked. Else it is tried again."""
    row = Delivery.objects.select_related("submission").get(id=ready.job.id)
    if row.fence != ready.job.fence:
        return  # somebody else holds it: a stop, a move, another worker
    barred = barred or _bar(ctx, ledger, row, ready.account)
    match barred.bar if barred else None:
        case None:
            move_delivery(row, Event.RELEASE, lease_owner="")
        case Bar.APPROVAL:
            move_delivery(row, Event.CANCEL, lease_owner="", problem=_WITHDRAWN)
        case Bar.LATE:
            miss(ledger, row)
        case _:
            assert barred  # noqa: S101 the first case
            hold(ledger, row, barred)


def hold(ledger: Ledger, row: Delivery, barred: Barred) -> None:
    """Nothing was sent, and nothing will be before a person acts. What a stop holds is told once, by the stop."""
    if move_delivery(row, Event.HOLD, bar=barred.bar, problem=barred.reason[:200], lease_owner="") and barred.bar not in _TOLD:
        ledger.note(Event.HOLD, row.id, detail=barred.reason)


def miss(ledger: Ledger, row: Delivery) -> None:
    """Its last moment has passed. The reason for which it stood still stays: "too late" alone would not tell what to mend."""
    why = row.problem or _lane_problem(ledger, row)
    problem = f"{why[: 200 - len(_LATE) - 1]}。{_LATE}" if why else _LATE
    if move_delivery(row, Event.MISS, problem=problem[:200], lease_owner=""):
        ledger.note(Event.MISS, row.id)


def _lane_problem(ledger: Ledger, row: Delivery) -> str:
    lane = Lane.objects.get(name=row.lane)
    waits = lane.not_before is not None and lane.not_before > ledger.now
    return lane.problem if lane.closed_at else lane.wait_reason if waits else ""


def _bar(ctx: Context, ledger: Ledger, row: Delivery, account: str) -> Barred | None:
    """What the database said no to, in the order of the statement; None for what passes by itself (a full quota, a wait)."""
    bars = HELD_BY[Kind(row.kind)]
    if Bar.APPROVAL in bars and not stands_approved(row):
        return Barred(bar=Bar.APPROVAL, reason=_WITHDRAWN)
    if Bar.LATE in bars and row.last_at < ledger.now:
        return Barred(bar=Bar.LATE, reason=_LATE)
    for stop in Pause.objects.filter(ended_at=None, channel__in=("", row.channel)).exclude(cause=Bar.LIGHT):
        if stop.cause in bars:
            return Barred(bar=Bar(stop.cause), reason=STOPPED)
    return _account(ledger, Lane.objects.get(name=row.lane), account) if Bar.ACCOUNT in bars else None


def stands_approved(row: Delivery) -> bool:
    """An edit of the files does not take its approval from a thread that has begun; a person who withdrew the post does
    (ADR 19)."""
    state = row.submission.state
    return state == SubmissionState.APPROVED or (state == SubmissionState.STALE and row.part > 0)


def _account(ledger: Ledger, lane: Lane, account: str) -> Barred | None:
    """Posts of one account on another are the worst that can happen: the whole lane waits for a person."""
    if lane.closed_at is None and lane.account and account and lane.account != account:
        lane.problem = say(
            "{other_account}（これまでは{known}）。この配信先を止めました", other_account=OTHER_ACCOUNT, known=lane.account
        )
        outcome.close_lane(lane.name, lane.problem, ledger.now)
    elif lane.closed_at is None:
        return None
    return Barred(bar=Bar.ACCOUNT, reason=lane.problem)


def prove(accounts: Mapping[str, str]) -> None:
    """A lane's account is the one that has published there; by the lane's name."""
    for lane, account in accounts.items():
        Lane.objects.filter(name=lane, account="").update(account=account)
