"""What is in force here, made into stops; and what the gate asks of it.

A stop is pressed once for each danger, at once and everywhere, as by a person. It ends by a person only, and what it held goes
out when a person has looked at each post: a danger that is over ends nothing. See ADR 32.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.db import transaction

from bot.disaster import feed, table
from bot.disaster.state import State, state_of
from bot.disaster.table import Effect, Table
from bot.disaster.telegram import Telegram
from bot.errors import ConfigError
from bot.language import say
from bot.schedule.opening import Candidate
from bot.services.delivery import telegrams
from bot.services.delivery.outgoing import candidate_of
from bot.services.records import audit, happenings
from bot.services.records.context import Context
from bot.store import locks, queries
from bot.store.disaster import Danger
from bot.store.models import Delivery, Pause
from bot.workflow.kinds import HELD_BY, Bar, Kind
from bot.workflow.transitions import Event

HELD, TOLD, OVER, CONFLICT = "disaster_stop", "disaster_tell", "disaster_over", "telegram_conflict"  # in the audit log
STOPPED = "災害のため停止中"
_CAUSES: Mapping[Effect, Bar] = {Effect.HOLD: Bar.DISASTER, Effect.LIGHT: Bar.LIGHT}
_LONGEST = 300
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class NewDanger:
    """A danger as it is now: `line` for people, `address` of the telegram that says so, "" for a feed that says nothing."""

    key: str
    effect: Effect
    line: str
    since: datetime
    grade: int = 0
    address: str = ""

    @property
    def gravity(self) -> tuple[int, int]:
        return self.effect, self.grade


def rules(ctx: Context) -> Table:
    """The table of decisions; the careful one of the program where nobody can read the office's."""
    path = ctx.config.rules_dir / table.FILE
    try:
        return _read(path, table.stamp(path))
    except ConfigError:
        return Table()


@lru_cache(maxsize=4)
def _read(path: Path, stamp: Hashable) -> Table:
    """One reading for as long as the file stays what it is: the gate asks in each turn."""
    return table.load(path)


def in_force(ctx: Context) -> State:
    now = ctx.clock.now()
    return state_of(telegrams.kept(now), now)


def settle(ctx: Context) -> int:
    """Bring the stops in line with what is in force; how many were pressed?"""
    if not telegrams.is_configured(ctx):
        return 0
    state, now = in_force(ctx), ctx.clock.now()
    _tell_of_conflicts(ctx, state)
    found = dict[str, NewDanger]()
    for one in sorted((*_of_state(ctx, state), *_silences(ctx, now)), key=lambda one: one.gravity):
        if one.effect:
            found[one.key] = one  # the gravest of each is left
    known = {row.key: row for row in Danger.objects.filter(ended_at=None)}
    for key in known.keys() - found.keys():
        _end(ctx, known[key])
    new = [one for key, one in found.items() if key not in known or _gravity(known[key]) < one.gravity]
    return sum(_meet(ctx, one) for one in sorted(new, key=lambda one: -one.effect))


def _of_state(ctx: Context, state: State) -> list[NewDanger]:
    decisions = rules(ctx)
    return [
        NewDanger(
            key=condition.danger[:400],
            effect=decisions.effect(condition),
            line=_line(condition.telegram, table.hazard_name(condition))[:_LONGEST],
            since=condition.telegram.reported,
            grade=condition.grade,
            address=condition.telegram.address,
        )
        for condition in state.conditions
    ]


def _line(telegram: Telegram, what: str) -> str:
    return say("{what}：{title}", what=what, title=telegram.title or telegram.kind)


def _silences(ctx: Context, now: datetime) -> list[NewDanger]:
    decisions = rules(ctx)
    found = []
    for row in telegrams.feeds():
        last = row.heard_at or row.since
        if abs(now - last) > decisions.silence:  # ahead: by a clock that was wrong
            line = say("気象庁の電文を{since}から読めていません。{problem}", since=ctx.said(last), problem=row.problem)
            found.append(NewDanger(key=_silence(row.name), effect=decisions.silent, line=line[:_LONGEST], since=last))
    return found


def _silence(name: str) -> str:
    return f"silence|{name}"


def _gravity(row: Danger) -> tuple[int, int]:
    return row.effect, row.grade


def _end(ctx: Context, row: Danger) -> None:
    """Over, as far as the agency says; the stop stays."""
    now = ctx.clock.now()
    with transaction.atomic():
        if Danger.objects.filter(id=row.id, ended_at=None).update(ended_at=now) and row.effect > Effect.TELL:
            audit.record(now, audit.SYSTEM, OVER, f"danger:{row.id}", detail=row.line)


def _meet(ctx: Context, found: NewDanger) -> bool:
    """Was a stop pressed for it?"""
    now, cause = ctx.clock.now(), _CAUSES.get(found.effect)
    with transaction.atomic():
        if cause:
            # As a stop by a person: no turn after this writes an intent that has not seen it (ADR 14).
            locks.shut_gate()
        row, is_new = Danger.objects.get_or_create(
            key=found.key,
            ended_at=None,
            defaults={
                "effect": found.effect,
                "grade": found.grade,
                "line": found.line,
                "address": found.address,
                "since": found.since,
                "found_at": now,
            },
        )
        if not is_new and _gravity(row) >= found.gravity:
            return False  # another publisher was first
        row.effect, row.grade = found.gravity
        row.line, row.address, row.since = found.line, found.address, found.since
        pressed = _press(row, cause, now) if cause else False
        row.save()
        audit.record(now, audit.SYSTEM, HELD if cause else TOLD, f"danger:{row.id}", detail=found.line)
    log.warning("%s: %s", "stopped" if cause else "told", found.line)
    return pressed


def _press(row: Danger, cause: Bar, now: datetime) -> bool:
    """Once for all dangers that come while it lasts. A stop for all covers what is light-hearted, too."""
    wide = Pause.objects.filter(ended_at=None, channel="", cause=Bar.DISASTER).first()
    standing = wide or Pause.objects.filter(ended_at=None, channel="", cause=cause).first()
    if cause is Bar.DISASTER and not wide:
        standing = None
    row.pause = standing or Pause.objects.create(channel="", cause=cause, reason=row.line, set_by=audit.SYSTEM, set_at=now)
    if cause is Bar.DISASTER and not wide:
        held = queries.hold("", f"{STOPPED}（{row.line}）"[:200], Bar.DISASTER)
        happenings.moved(held, Event.HOLD)
    return standing is None


def _tell_of_conflicts(ctx: Context, state: State) -> None:
    for graver, other in state.conflicts:
        detail = say("同じ時刻で内容の違う電文があります。厳しいほうで扱います：{a}、{b}", a=graver.address, b=other.address)
        audit.record_once(ctx, CONFLICT, f"telegram:{graver.digest[:16]}:{other.digest[:16]}", detail)
    for lost in state.lost:
        detail = say("取り消された電文がこちらにありません：{title}（{address}）", title=lost.title, address=lost.address)
        audit.record_once(ctx, CONFLICT, f"telegram:{lost.digest[:16]}", detail)


# -- what the gate and the desk ask


def silence(ctx: Context, now: datetime) -> str:
    """Why nothing may leave because nobody hears the feed, whether or not the thread that reads it lives; "" where it is heard,
    or a person has ended the stop for this very silence."""
    if not telegrams.is_configured(ctx):
        return ""
    decisions = rules(ctx)
    if decisions.silent is not Effect.HOLD:
        return ""
    rows = {row.name: row for row in telegrams.feeds()}
    for name in feed.FEEDS:
        row = rows.get(name)
        if row and abs(now - (row.heard_at or row.since)) <= decisions.silence:
            continue
        if not Danger.objects.filter(key=_silence(name), ended_at=None, pause__ended_at__isnull=False).exists():
            return say("気象庁の電文を読めていません")
    return ""


def light_stop() -> Pause | None:
    """The stop of what is light-hearted, while one stands."""
    return Pause.objects.filter(ended_at=None, cause=Bar.LIGHT).order_by("id").first()


def is_light(ctx: Context, candidate: Candidate) -> bool:
    """What nobody knows is held, never let through."""
    return candidate.tags is None or bool(rules(ctx).tags & candidate.tags)


def objection(ctx: Context, kind: Kind, candidate: Candidate, stop: Pause | None) -> str:
    """What a danger has against this, where only what is light-hearted is held; "" for nothing."""
    if stop is None or Bar.LIGHT not in HELD_BY[kind] or not is_light(ctx, candidate):
        return ""
    return say("明るい話題は止めています（{reason}）", reason=stop.reason)


def holds(ctx: Context, delivery: Delivery) -> bool:
    """A danger holds this one, as light-hearted."""
    stop = light_stop()
    return bool(stop and objection(ctx, Kind(delivery.kind), candidate_of(delivery), stop))


def dangers() -> list[Danger]:
    """What is in force and was met with something, the oldest first."""
    return list(Danger.objects.filter(ended_at=None).select_related("pause").order_by("since", "id"))


def of_pause(pause: Pause) -> list[Danger]:
    """Why this stop stands."""
    return list(pause.dangers.order_by("since", "id"))
