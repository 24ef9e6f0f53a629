"""A database behind its mark: restored, rolled back, or promoted too early, it does not know all that was sent (ADR 25).

Everything stops. What may have left since is looked for at the platforms (`lookback`). Then an officer ends the stop, and goes
on post by post, as after any other.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from enum import Enum

from django.db import connection, transaction
from django.db.models import F

from bot.errors import NotAllowed
from bot.language import say
from bot.services.delivery import gate, lookback, workers
from bot.services.records import audit, mark
from bot.services.records.context import Context
from bot.services.records.mark import Mark
from bot.services.records.transition import move_delivery
from bot.store import locks, queries
from bot.store.marks import MarkProof, Rollback
from bot.store.models import Attempt, AuditEntry, Delivery, Pause
from bot.workflow.actors import Actor, Permission
from bot.workflow.kinds import Bar
from bot.workflow.states import DeliveryState
from bot.workflow.transitions import Event

STOPPED, CONFIRMED, UNWRITTEN = "behind_mark", "confirm_mark", "mark_unwritten"  # in the audit log
_SKEW = timedelta(minutes=5)  # the clocks of the machines that wrote the log and sent the posts
_BACK = "控えから戻したデータベースで始めました"
_BEHIND = "データベースが、最後に送ったときより前の状態に戻っています"
_HOW = "この間に出た投稿を配信先で探しています。済んだら停止を解除し、保留を一つずつ見直してください"
_HOW_WITHOUT = (
    "古い控えから戻したのなら、探し終わるのを待ってください。戻したのでなければ dxbot admin mark confirm で確かめてください"
)

log = logging.getLogger(__name__)


class Verdict(Enum):
    """What is known of a mark that the log lacks: nothing yet, the stop for it stands, or that is over."""

    NEW = "new"
    STANDS = "stands"
    OVER = "over"


def of_mark(lacking: Mark) -> Verdict:
    """Whoever read the platforms back has seen all that left until then, whichever machine sent it."""
    return _of(Rollback.objects.filter(since__lte=lacking.at, until__gte=lacking.at).order_by("-id").first())


def of_no_mark() -> Verdict:
    """A confirmation is good for those who come back to a log in which nothing has left since."""
    last = Rollback.objects.filter(hash="").select_related("pause").order_by("-id").first()
    verdict = _of(last)
    if last is None or verdict is not Verdict.OVER:
        return verdict
    sent_since = Attempt.objects.filter(ended_at__gt=last.pause.ended_at).exists()
    return Verdict.NEW if sent_since else Verdict.OVER


def _of(found: Rollback | None) -> Verdict:
    if found is None:
        return Verdict.NEW
    return Verdict.STANDS if found.pause.ended_at is None else Verdict.OVER


def has_sent() -> bool:
    in_flight = Delivery.objects.filter(state__in=[DeliveryState.PUBLISHING, DeliveryState.UNKNOWN])
    return Attempt.objects.exists() or in_flight.exclude(intent_at=None).exists()


def stop(ctx: Context, lacking: Mark | None, problem: str) -> None:
    """Stop everything, and have looked for whatever may have left since the state of this database. `lacking` is the mark that
    it lacks; without one, `problem` says what is wrong with the marks."""
    now = ctx.clock.now()
    with transaction.atomic():
        locks.shut_gate()
        if (of_mark(lacking) if lacking else of_no_mark()) is not Verdict.NEW:
            return  # another machine was first
        last = AuditEntry.objects.order_by("-id").first()
        since = (last.at if last else now) - _SKEW
        reason = _reason(ctx, lacking, problem, last.at if last else None)
        pause = Pause.objects.create(channel="", cause=Bar.BEHIND, reason=reason, set_by=audit.SYSTEM, set_at=now)
        Rollback.objects.create(
            found_at=now,
            since=min(since, lacking.at) if lacking else since,
            until=max(now, lacking.at) if lacking else now,
            entry=lacking.entry if lacking else 0,
            hash=lacking.hash if lacking else "",
            pause=pause,
        )
        queries.hold("", gate.STOPPED, Bar.BEHIND)
        lookback.ask(now)
        audit.record(now, audit.SYSTEM, STOPPED, f"pause:{pause.id}", detail=reason)
    log.error("everything is stopped: %s", reason)


def _reason(ctx: Context, lacking: Mark | None, problem: str, state: datetime | None) -> str:
    if lacking is None:
        return say("{problem}。{how}", problem=problem, how=say(_HOW_WITHOUT))
    what = _BACK if lacking.hash == mark.RESTORED else _BEHIND
    told = say("データベースは{time}まで", time=ctx.said(state, with_year=True)) if state else say("データベースは空")
    until = say("配信の印は{time}まで", time=ctx.said(lacking.at, with_year=True))
    return say("{what}（{told}、{until}）。{how}", what=say(what), told=told, until=until, how=say(_HOW))


def standing() -> list[Rollback]:
    return list(Rollback.objects.filter(pause__ended_at=None).select_related("pause").order_by("id"))


def require_looked(now: datetime) -> None:
    """Raises NotAllowed while something is still to be looked for."""
    lookback.ask(now)  # also of what was planned since the last turn
    if standing() and (left := lookback.pending()):
        raise NotAllowed(
            f"{left} deliveries are still to be looked for",
            summary=say("配信先で、もう出ていないかを確かめている配信が{left}件あります", left=left),
            next_step="終わるまで待ってください（配信先を読めないときは30分ほど）。配信のプロセスが動いていることも確かめてください",
        )


def confirm(ctx: Context, actor: Actor, reason: str) -> int:
    """An operator says that this database is the newest there is, as where an installation was moved without its mark: the stop
    ends, and what it held goes back on the schedule; how many? Raises NotAllowed, above all where a mark proves otherwise."""
    actor.require(Permission.MANAGE_PEOPLE)
    stops = standing()
    if not reason.strip():
        raise NotAllowed(
            "without a reason", summary="理由が要ります", next_step="--reason に、なぜ最新だと分かるかを書いてください"
        )
    if not stops or any(stop.hash for stop in stops):
        raise NotAllowed(
            "no stop that may be ended so",
            summary="このデータベースは、配信の印より前の状態だと分かっています"
            if stops
            else "配信の印のための停止はありません",
            next_step="画面の「保留」か dxbot resume で、配信先を読み返したあとに一つずつ戻してください"
            if stops
            else "dxbot admin mark show でいまの状態を確かめてください",
        )
    now = ctx.clock.now()
    with transaction.atomic():
        Pause.objects.filter(id__in=[stop.pause_id for stop in stops]).update(ended_at=now, ended_by=actor.person)
        Delivery.objects.filter(look_since__isnull=False, state__in=[DeliveryState.HELD, DeliveryState.SCHEDULED]).update(
            look_since=None, reconcile_at=None
        )
        held = Delivery.objects.filter(state=DeliveryState.HELD, bar=Bar.BEHIND)
        back = sum(move_delivery(row, Event.RESUME, bar="", problem="") for row in held)
        audit.record(now, actor.person, CONFIRMED, "mark:", detail=reason.strip())
        workers.wake()
    return back


def prove() -> None:
    """Let the others see that somebody with a mark stands well on this very database. With SQLite there are no others."""
    if connection.vendor == "postgresql" and not MarkProof.objects.filter(id=1).update(number=F("number") + 1):
        MarkProof.objects.get_or_create(id=1, defaults={"number": 1})


def proofs() -> int | None:
    """How often somebody did; None where nobody else can."""
    if connection.vendor != "postgresql":
        return None
    return MarkProof.objects.filter(id=1).values_list("number", flat=True).first() or 0
