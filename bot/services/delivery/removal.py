"""Deleting posts: each asked for once, an unclear answer looked up before anything else is done, then given to a person.

No lane, no hour and no stop holds it (`bot.workflow.kinds`: nothing holds a take-down). A second request does no harm, as what
is gone cannot go again; so it has no place among the commits (ADR 19).
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from bot.errors import BotError, ChannelClosed, ConfigError, NotFound, NotSent, RateLimited
from bot.services.delivery import replacing, takedowns
from bot.services.delivery.calls import Connect
from bot.services.records import audit
from bot.services.records.context import Context
from bot.services.records.transition import move_delivery, require_moved
from bot.store.models import Delivery
from bot.store.threads import Removal, ThreadDecision
from bot.workflow.actors import Actor, Permission
from bot.workflow.kinds import HELD_BY, Kind
from bot.workflow.states import DeliveryState, RemovalState, ThreadWay
from bot.workflow.transitions import Event

LEASE = timedelta(seconds=180)  # longer than one exchange may take
# After the n-th time that did not settle it, wait so long; then a person looks.
AGAIN = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1200))
STUCK = "removal_stuck"  # in the audit log: a person has to look
_UNCLEAR = "削除の返事がはっきりしなかったため、消えたかどうかを確かめています"
_REMOVED = "削除しました"
_LOOK = "消えたかどうか確かめられません。配信先の画面で確かめてください"
log = logging.getLogger(__name__)


def work(ctx: Context, connect: Connect) -> int:
    """Take one step with each post that is due; how many were there? Waits for the platform."""
    assert not HELD_BY[Kind.TAKE_DOWN]  # noqa: S101 else the gate would have to be asked here
    now = ctx.clock.now()
    takedowns.ask_for_late_ones(ctx)
    replacing.replace(ctx)
    # Its worker died: the request may have left.
    Removal.objects.filter(state=RemovalState.REMOVING, lease_until__lt=now).update(
        state=RemovalState.UNCLEAR, problem=_UNCLEAR, next_at=now
    )
    due = Removal.objects.filter(state__in=(RemovalState.ASKED, RemovalState.UNCLEAR), ended_at=None, next_at__lte=now)
    rows = [row for row in due.select_related("delivery__submission", "decision").order_by("id") if not _is_held(row)]
    for row in rows:
        _step(ctx, connect, row)
    return len(rows)


def _is_held(row: Removal) -> bool:
    """What a correction deletes is of its kind, and held by what holds one."""
    return row.decision.way == ThreadWay.REPLACE and replacing.is_stopped(row.delivery)


def _step(ctx: Context, connect: Connect, row: Removal) -> None:
    """No transaction is open during the exchange."""
    now = ctx.clock.now()
    mine = Removal.objects.filter(id=row.id, state=row.state, attempts=row.attempts).update(
        state=RemovalState.REMOVING, attempts=F("attempts") + 1, lease_until=now + LEASE
    )
    if not mine:
        return
    row.attempts += 1
    try:
        channel = connect(row.delivery.channel)
        if row.state == RemovalState.ASKED:
            channel.delete(row.delivery.remote_id)
        elif channel.stands(row.delivery.remote_id):
            _later(ctx, row, RemovalState.ASKED, "まだ出ているため、もう一度削除します")
            return
    except (NotSent, RateLimited, ChannelClosed, ConfigError) as e:  # surely nothing was done
        _later(ctx, row, RemovalState(row.state), e.summary)
    except BotError:
        _later(ctx, row, RemovalState.UNCLEAR, _UNCLEAR)
    except Exception:
        log.exception("removal %s: no clear outcome", row.id)
        _later(ctx, row, RemovalState.UNCLEAR, _UNCLEAR)
    else:
        _gone(ctx, row, audit.SYSTEM)


def _later(ctx: Context, row: Removal, state: RemovalState, problem: str) -> None:
    now = ctx.clock.now()
    if row.attempts <= len(AGAIN):
        Removal.objects.filter(id=row.id, state=RemovalState.REMOVING).update(
            state=state, next_at=now + AGAIN[row.attempts - 1], problem=problem[:200], lease_until=None
        )
        return
    with transaction.atomic():
        why = _LOOK if state == RemovalState.UNCLEAR else problem
        if Removal.objects.filter(id=row.id, state=RemovalState.REMOVING).update(
            state=RemovalState.UNDECIDED, problem=why[:200], lease_until=None
        ):
            audit.record(now, audit.SYSTEM, STUCK, f"delivery:{row.delivery_id}", detail=why)


def _gone(ctx: Context, row: Removal, by: str) -> None:
    now = ctx.clock.now()
    with transaction.atomic():
        post = Delivery.objects.select_related("submission").get(id=row.delivery_id)
        ended = Removal.objects.filter(id=row.id, ended_at=None)
        require_moved(ended.update(state=RemovalState.REMOVED, ended_at=now, problem="", lease_until=None) == 1)
        require_moved(move_delivery(post, Event.REMOVE, problem=_REMOVED))
        end_twins(post, _REMOVED)
        audit.record(now, by, Event.REMOVE, f"delivery:{post.id}", digest=post.submission.digest, detail=post.url)


def end_twins(post: Delivery, problem: str) -> None:
    """A post that was edited in its place is known by two deliveries, the first one's and its correction's."""
    same = Delivery.objects.filter(channel=post.channel, remote_id=post.remote_id, state=DeliveryState.PUBLISHED)
    for row in same.exclude(id=post.id) if post.remote_id else ():
        move_delivery(row, Event.REMOVE, problem=problem)


def decide_gone(ctx: Context, actor: Actor, removal_id: int) -> None:
    """A person saw that the post is gone."""
    actor.require(Permission.PLAN)
    _gone(ctx, _undecided(removal_id), actor.person)


def decide_again(ctx: Context, actor: Actor, removal_id: int) -> None:
    """A person saw that it still stands: ask for it once more."""
    actor.require(Permission.PLAN)
    row, now = _undecided(removal_id), ctx.clock.now()
    with transaction.atomic():
        again = Removal.objects.filter(id=row.id, state=RemovalState.UNDECIDED)
        require_moved(again.update(state=RemovalState.ASKED, attempts=0, next_at=now, problem="") == 1)
        audit.record(now, actor.person, "remove_again", f"delivery:{row.delivery_id}")


def of_decision(decision: ThreadDecision) -> list[Removal]:
    """The last part first, as they are asked for."""
    return list(decision.removals.select_related("delivery").order_by("-delivery__part"))


def of(delivery_id: int) -> int:
    """The number of the newest removal of this delivery, 0 for none."""
    newest = Removal.objects.filter(delivery=delivery_id).order_by("-id").values_list("id", flat=True).first()
    return newest or 0


def _undecided(removal_id: int) -> Removal:
    row = Removal.objects.filter(id=removal_id, state=RemovalState.UNDECIDED).first()
    if row is None:
        raise NotFound(
            f"no removal {removal_id} in doubt",
            summary="人の判断を待っている削除ではありません",
            next_step="画面を開き直して、いまの状態を確かめてください",
        )
    return row
