"""What the gate will say when the time comes, for the pages: asked early, so that nobody is surprised; see ADR 14."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from bot.content.picture_limits import reached
from bot.errors import ConfigError
from bot.language import say
from bot.schedule import opening
from bot.schedule.opening import Candidate
from bot.schedule.rules import Rules
from bot.services.delivery import series, spacing
from bot.services.delivery.outgoing import candidate_of
from bot.services.records import pictures
from bot.services.records.context import Context
from bot.store.models import Delivery
from bot.workflow.kinds import HELD_BY, MOVED_ON, Bar, Kind
from bot.workflow.states import DeliveryState

_ANY: frozenset[str] = frozenset()
_PLANNED = (DeliveryState.SCHEDULED, DeliveryState.BY_HAND)


def rules(ctx: Context) -> Rules | ConfigError:
    """The rules, or why nobody can read them: while they are unreadable nothing may go out."""
    try:
        return ctx.rules
    except ConfigError as unreadable:
        return unreadable


def objection(ctx: Context, row: Delivery, moment: datetime, known: Rules | ConfigError) -> str:
    """What hours, a blackout, the order of its series or a picture of it have against sending this delivery at `moment`, as a
    sentence; "" for nothing. A thread is asked for once, before its first part, and again before the part with which it goes
    on."""
    if row.part == 0 and (unusable := pictures.objection(ctx, row.submission_id, moment)):
        return unusable
    bars = HELD_BY[Kind(row.kind)] & MOVED_ON
    if not bars or (row.after is not None and row.due_at <= row.after.due_at):
        return ""
    if isinstance(known, ConfigError):
        return say("配信の決まりが読めません（{summary}）", summary=known.summary)
    candidate = candidate_of(row)
    if Bar.QUIET in bars and (reason := opening.quiet_reason(moment, known, candidate.room)):
        return opening.quiet(moment, reason, known).summary
    if Bar.BLACKOUT in bars and (found := opening.blackout_for(candidate, moment, known)):
        return opening.blackout(moment, found, known).summary
    if Bar.QUIET in bars and row.part == 0 and (full := spacing.day_objection(ctx, known, row.channel, moment)):
        return full
    return series.objection_at(ctx, row, moment) if Bar.ORDER in bars else ""


def barred(ctx: Context, rows: Collection[Delivery], threads: Mapping[tuple[int, str], int], rules: Rules) -> dict[int, str]:
    """Why those of these deliveries that are planned will not go out at their time, by id. `rows` are first parts, their texts
    not read; `threads` counts the later parts by submission and channel. Texts are read, in one query, only of what a blackout
    with words may concern."""
    planned = {row.id: _candidate(row, threads) for row in rows if row.state in _PLANNED}
    whatever_it_says = [replace(b, tags=_ANY, words=_ANY) for b in rules.blackouts if b.words]
    unread = [
        row.id
        for row in rows
        if row.id in planned and any(opening.holds(b, planned[row.id], row.due_at) for b in whatever_it_says)
    ]
    if unread:
        planned |= {row.id: candidate_of(row) for row in Delivery.objects.filter(id__in=unread).select_related("submission")}
    shown = pictures.of_submissions(ctx, {row.submission_id for row in rows if row.id in planned})
    unusable = {row.id: reached(shown.get(row.submission_id, ()), row.due_at) for row in rows if row.id in planned}
    found = {row.id: _reason(ctx, row, planned[row.id], rules) for row in rows if row.id in planned}
    found |= {number: limit.said for number, limit in unusable.items() if limit}
    return {number: reason for number, reason in found.items() if reason}


def _candidate(row: Delivery, threads: Mapping[tuple[int, str], int]) -> Candidate:
    tags = row.submission.tags
    return Candidate(
        channel=row.channel,
        tags=None if tags is None else frozenset(tags),
        parts=1 + threads.get((row.submission_id, row.channel), 0),
    )


def _reason(ctx: Context, row: Delivery, candidate: Candidate, rules: Rules) -> str:
    bars = HELD_BY[Kind(row.kind)]
    if Bar.QUIET in bars and (reason := opening.quiet_reason(row.due_at, rules, candidate.room)):
        return reason
    found = opening.blackout_for(candidate, row.due_at, rules) if Bar.BLACKOUT in bars else None
    if found:
        return found.why
    return series.objection_at(ctx, row, row.due_at) if Bar.ORDER in bars else ""
