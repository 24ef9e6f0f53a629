"""Was it published or not? Reading back what the pump lost track of, and handing the rest to a person."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import transaction

from bot.channel_kit.base import Absent, Channel, Found, Prepared, Receipt, Sent
from bot.errors import BotError, NotAllowed
from bot.services.delivery import outcome, scheduling, workers
from bot.services.delivery.ledger import Ledger
from bot.services.delivery.outgoing import Job, jobs
from bot.services.records import audit
from bot.services.records.context import Context
from bot.services.records.transition import move_delivery, require_moved
from bot.store import queries
from bot.store.models import Delivery
from bot.workflow.actors import Actor, Permission
from bot.workflow.transitions import Event

log = logging.getLogger(__name__)


def reconcile_due(ctx: Context, channel: Callable[[str], Channel]) -> int:
    """Look once for every delivery that is due to be reconciled; of how many is it certain now what became of them?"""
    certain = 0
    for row, ready in jobs(queries.doubtful(ctx.clock.now())):
        answer = _read_back(channel, ready) if isinstance(ready, Job) else None
        with transaction.atomic():
            ledger = Ledger(ctx.clock.now())
            certain += _conclude(ctx, ledger, row.id, answer)
            ledger.close()
    return certain


def _conclude(ctx: Context, ledger: Ledger, delivery: int, found: Found | None) -> bool:
    if isinstance(found, Receipt):
        return outcome.published(ctx, ledger, delivery, found)
    row = Delivery.objects.get(id=delivery)
    if isinstance(found, Absent):
        if move_delivery(row, Event.PROVE_ABSENT, run_at=ledger.now, reconcile_at=None, problem=""):
            ledger.note(Event.PROVE_ABSENT, row.id)
            return True
    else:
        _try_later(ledger, row)
    return False


def _read_back(channel: Callable[[str], Channel], job: Job) -> Found | None:
    """None when reading back failed: that says nothing about the post. No transaction is open."""
    try:
        prepared = Prepared(outgoing=job.outgoing, token=job.token, last_seen=job.last_seen)
        return channel(job.channel).find(Sent(prepared=prepared, since=job.since))
    except BotError:
        return None
    except Exception:
        log.exception("delivery %s: reading back failed", job.id)
        return None


def _try_later(ledger: Ledger, row: Delivery) -> None:
    made = row.reconcile_attempts + 1
    if made < len(outcome.RECONCILE_AFTER):
        step = outcome.RECONCILE_AFTER[made] - outcome.RECONCILE_AFTER[made - 1]
        Delivery.objects.filter(id=row.id, fence=row.fence).update(reconcile_attempts=made, reconcile_at=ledger.now + step)
    elif move_delivery(row, Event.GIVE_UP, reconcile_at=None):
        ledger.note(Event.GIVE_UP, row.id)


def decide_published(ctx: Context, actor: Actor, delivery_id: int, url: str) -> None:
    """A person saw it there."""
    if not url.startswith("https://") and not url.startswith("http://127.0.0.1"):
        raise NotAllowed(
            "no link to the published post",
            summary="掲載された投稿のアドレスが要ります",
            next_step="配信先の画面で投稿を開き、そのアドレスを貼り付けてください",
        )
    now = ctx.clock.now()
    _decide(ctx, actor, delivery_id, Event.DECIDE_PUBLISHED, url=url, published_at=now, problem="担当者が確かめた")


def decide_again(ctx: Context, actor: Actor, delivery_id: int) -> None:
    """A person saw that it is not there: send it, as a new attempt, if its time has not passed."""
    _decide(ctx, actor, delivery_id, Event.DECIDE_AGAIN, run_at=ctx.clock.now(), problem="")


def decide_let_be(ctx: Context, actor: Actor, delivery_id: int) -> None:
    _decide(ctx, actor, delivery_id, Event.DECIDE_LET_BE, problem="担当者の判断で送らない")


def _decide(ctx: Context, actor: Actor, delivery_id: int, event: Event, **changes: Any) -> None:
    actor.require(Permission.PLAN)
    row = scheduling.find(delivery_id)
    with transaction.atomic():
        require_moved(move_delivery(row, event, **changes))
        workers.wake()
        audit.record(ctx.clock.now(), actor.person, event, f"delivery:{delivery_id}", detail=str(changes.get("url", "")))
