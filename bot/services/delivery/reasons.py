"""Why what is held is held now. What a row says is why it was held then: the stop may have ended since, and the row still waits
for somebody to look at it again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.errors import ConfigError
from bot.language import say
from bot.schedule import opening
from bot.schedule.rules import Blackout, Rules
from bot.services.delivery import outlook, pause
from bot.services.records import pictures
from bot.services.records.context import Context
from bot.store.models import Delivery, Pause
from bot.workflow.kinds import Bar
from bot.workflow.states import DeliveryState

_BY_A_STOP = frozenset({Bar.STOP, Bar.DISASTER, Bar.BEHIND, Bar.LIGHT})


def now_held(ctx: Context, rows: Iterable[Delivery]) -> dict[int, str]:
    """By id, of those that are held; in one query however many they are, none where nothing is, and one more for each that a
    picture holds."""
    held = [row for row in rows if row.state == DeliveryState.HELD]
    if not held:
        return {}
    stops, rules, now = pause.active(), outlook.rules(ctx), ctx.clock.now()
    return {row.id: _reason(ctx, row, stops, rules, now) for row in held}


def _reason(ctx: Context, row: Delivery, stops: list[Pause], rules: Rules | ConfigError, now: datetime) -> str:
    if row.bar in _BY_A_STOP:
        standing = next((s for s in stops if s.cause == row.bar and s.channel in ("", row.channel)), None)
        if standing is None:
            return say("停止は解除されました。見直しを待っています")
        return row.problem if row.bar == Bar.LIGHT else say("停止中（{reason}）", reason=standing.reason)
    if row.bar == Bar.BLACKOUT and isinstance(rules, Rules) and not _may_still_bar(row, rules.blackouts, now):
        return say("配信を止める期間は終わりました。見直しを待っています")
    if row.bar == Bar.CONSENT and not pictures.objection(ctx, row.submission_id, max(now, row.due_at)):
        return say("画像は使えることになりました。見直しを待っています")
    if row.bar == Bar.QUIET and isinstance(rules, Rules) and _is_free_by_now(row, rules, now):
        return say("いまの決まりでは、その時刻に出せます。見直しを待っています")
    return row.problem


def _is_free_by_now(row: Delivery, rules: Rules, now: datetime) -> bool:
    """Of one whose time is to come: a rule held it that was taken back since (ADR 44). Whether its day is full is not asked,
    and an hour is more than any thread takes."""
    is_to_come = row.due_at > now and row.channel not in rules.per_day
    return is_to_come and not opening.quiet_reason(row.due_at, rules, timedelta(hours=1))


def _may_still_bar(row: Delivery, blackouts: Iterable[Blackout], now: datetime) -> bool:
    """Whether the period that its reason names, or another one, covers its time or what is left of it."""
    moment = max(now, row.due_at)
    return any(b.start <= moment < b.end and (not b.channels or row.channel in b.channels) for b in blackouts)
