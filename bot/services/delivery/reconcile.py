"""Reading back deliveries of unknown outcome, and handing to a person what cannot be settled so."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction

from bot.channel_kit.base import Absent, Found, Receipt
from bot.errors import NotAllowed
from bot.services.delivery import outcome, scheduling, threads, workers
from bot.services.delivery.calls import ReadBack
from bot.services.delivery.ledger import Ledger
from bot.services.delivery.outgoing import Job, jobs
from bot.services.records import audit
from bot.services.records.context import Context
from bot.services.records.transition import move_delivery, require_moved
from bot.store import queries
from bot.store.models import Delivery
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import DeliveryState
from bot.workflow.transitions import Event

# No user, no other port but the practice servers', nothing that a browser reads otherwise than this does.
_ADDRESS = re.compile(r"(https?)://([A-Za-z0-9.-]+)(?::\d{2,5})?/[!#-;=?-\[\]_a-z~%]*")


def due(ctx: Context, but: Collection[int]) -> list[Job]:
    """What it is time to look at, but for those that are being looked at. What cannot even be read from our own database is
    looked at later, and in the end by a person."""
    ready: list[Job] = []
    for row, found in jobs([number for number in queries.doubtful(ctx.clock.now()) if number not in but]):
        if isinstance(found, Job):
            ready.append(found)
            continue
        with transaction.atomic():
            ledger = Ledger(ctx.clock.now())
            _conclude(ctx, ledger, row.id, None)
            ledger.close()
    return ready


def conclude(ctx: Context, ledger: Ledger, reconcile_attempts: Sequence[ReadBack]) -> None:
    """Write down what reading back came to. That a post is there is true whatever happened meanwhile; anything else is
    of the doubt that was looked at, and of no other."""
    for look in reconcile_attempts:
        same = Delivery.objects.filter(id=look.job.id, fence=look.job.fence, state=DeliveryState.UNKNOWN)
        if isinstance(look.found, Receipt) or same.exists():
            _conclude(ctx, ledger, look.job.id, look.found)


def _conclude(ctx: Context, ledger: Ledger, delivery: int, found: Found | None) -> bool:
    if isinstance(found, Receipt):
        return outcome.published(ctx, ledger, delivery, found)
    row = Delivery.objects.get(id=delivery)
    # Only a proof sends again: that nothing was found in a list may be the list's delay.
    if isinstance(found, Absent):
        if move_delivery(row, Event.PROVE_ABSENT, run_at=ledger.now, reconcile_at=None, problem=""):
            ledger.note(Event.PROVE_ABSENT, row.id)
            return True
    else:
        _try_later(ledger, row)
    return False


def _try_later(ledger: Ledger, row: Delivery) -> None:
    made = row.reconcile_attempts + 1
    if made < len(outcome.RECONCILE_AFTER):
        step = outcome.RECONCILE_AFTER[made] - outcome.RECONCILE_AFTER[made - 1]
        Delivery.objects.filter(id=row.id, fence=row.fence).update(reconcile_attempts=made, reconcile_at=ledger.now + step)
    elif move_delivery(row, Event.GIVE_UP, reconcile_at=None):
        ledger.note(Event.GIVE_UP, row.id)


def decide_published(ctx: Context, actor: Actor, delivery_id: int, url: str) -> None:
    """A person saw it there. Raises NotAllowed for an address where no post of this channel can be."""
    actor.require(Permission.PLAN)
    row = scheduling.find(delivery_id)
    remote_id = _id_in(ctx, row.channel, url)
    changes = {"url": url, "remote_id": remote_id, "published_at": ctx.clock.now(), "problem": "担当者が確かめた"}
    with transaction.atomic():
        _decide(ctx, actor, row, Event.DECIDE_PUBLISHED, changes)
        threads.set_free(ctx, row, remote_id)


def _id_in(ctx: Context, channel: str, url: str) -> str:
    """The number that the channel gave the post, "" where its addresses do not tell. A reply to it and a removal need it."""
    _require_there(ctx, channel, url)
    address = ctx.spec(channel).address
    found = address.search(url) if address else None
    if address and not found:
        raise NotAllowed(
            "no number in the address",
            summary="投稿そのもののアドレスではありません",
            next_step="配信先の画面で投稿を1つだけ開き、そのアドレスを貼り付けてください",
        )
    return found[1] if found else ""


def _require_there(ctx: Context, channel: str, url: str) -> None:
    # A delivery without an address could not be shown, corrected or taken down; 127.0.0.1 is the sandbox.
    hosts = (*ctx.spec(channel).hosts, *(("127.0.0.1",) if ctx.config.sandbox else ()))
    found = _ADDRESS.fullmatch(url)
    host = found[2].lower() if found else ""
    if found is None or (found[1] == "http" and host != "127.0.0.1") or (hosts and host not in hosts):
        raise NotAllowed(
            "no link to the published post",
            summary="掲載された投稿のアドレスが要ります",
            next_step=f"配信先の画面で投稿を開き、そのアドレス（https://{hosts[0] if hosts else '…'}/…）を貼り付けてください",
        )


def decide_again(ctx: Context, actor: Actor, delivery_id: int) -> None:
    """A person saw that it is not there: send it now, as a new attempt, with an hour of its own to leave in. Raises
    ScheduleError, NotAllowed where it would be held or missed all the same."""
    actor.require(Permission.PLAN)
    row = scheduling.find(delivery_id)
    times = threads.times_from_now(ctx, row) if row.state == DeliveryState.UNDECIDED else {}
    with transaction.atomic():
        _decide(ctx, actor, row, Event.DECIDE_AGAIN, {**times, "problem": ""})


def decide_let_be(ctx: Context, actor: Actor, delivery_id: int) -> None:
    """It is not sent, nor is what would have replied to it."""
    actor.require(Permission.PLAN)
    with transaction.atomic():
        _decide(ctx, actor, scheduling.find(delivery_id), Event.DECIDE_LET_BE, {"problem": "担当者の判断で送らない"})


def _decide(ctx: Context, actor: Actor, row: Delivery, event: Event, changes: Mapping[str, Any]) -> None:
    require_moved(move_delivery(row, event, **changes))
    workers.wake()
    audit.record(ctx.clock.now(), actor.person, event, f"delivery:{row.id}", detail=str(changes.get("url", "")))
