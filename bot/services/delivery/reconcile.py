"""Reading back deliveries of unknown outcome, and handing to a person what cannot be settled so.

A person's 「もう一度送る」 is no order to send but to look once more: whoever looked at the platform may have looked too early.
Where the look shows the post, that is its end; where it shows none, it is sent; where nothing can be seen, a second person must
say so too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from django.db import transaction
from django.db.models import F

from bot.channel_kit.base import Absent, Found, NotSeen, Receipt
from bot.errors import NotAllowed
from bot.language import say
from bot.services.delivery import lookback, outcome, scheduling, threads, workers
from bot.services.delivery.calls import ReadBack
from bot.services.delivery.ledger import Ledger
from bot.services.delivery.outgoing import Job, jobs
from bot.services.records import audit
from bot.services.records.context import Context
from bot.services.records.transition import move_delivery, require_moved
from bot.store import queries
from bot.store.models import Delivery
from bot.workflow.actors import Actor, Permission
from bot.workflow.states import IN_DOUBT, DeliveryState
from bot.workflow.transitions import DELIVERY, Event, after

SECOND = "needs_a_second"  # in the audit log: somebody wants it sent again, and nobody can see whether it is there
LOOK = "look_again"
_MOST_PROOFS = 2  # then a person decides: a platform that takes each request and denies each is not to be asked for ever
_ABSENT = "配信先に出ていないことを確かめたので、もう一度送ります"
_LOOKING = "「もう一度送る」が選ばれました。送る前に、配信先をもう一度見ています"
_NEEDS_A_SECOND = "送る前に配信先を見ましたが、出ているかどうか分かりません。ほかの担当者も「もう一度送る」を選ぶと送ります"
# No user, no other port but the practice servers', nothing that a browser reads otherwise than this does.
_ADDRESS = re.compile(r"(https?)://([A-Za-z0-9.-]+)(?::\d{2,5})?/[!#-;=?-\[\]_a-z~%]*")


def due(ctx: Context, but: Collection[int]) -> list[Job]:
    """What it is time to look at, but for those that are being looked at. What cannot even be read from our own database is
    looked at later, and in the end by a person."""
    ready: list[Job] = []
    for row, found in jobs([number for number in queries.doubtful(ctx.clock.now()) if number not in but]):
        if isinstance(found, Job):
            ready.append(lookback.blind(found))
            continue
        with transaction.atomic():
            ledger = Ledger(ctx.clock.now())
            _conclude(ctx, ledger, row.id, None, found.summary)
            ledger.close()
    return ready


def conclude(ctx: Context, ledger: Ledger, reconcile_attempts: Sequence[ReadBack]) -> None:
    """Write down what reading back came to. That a post is there is true whatever happened meanwhile; anything else is
    of the doubt that was looked at, and of no other."""
    for each in reconcile_attempts:
        look = lookback.conclude(ctx, ledger, each) if each.job.lost else each
        if look is None:
            continue
        same = Delivery.objects.filter(id=look.job.id, fence=look.job.fence, state__in=sorted(IN_DOUBT))
        if isinstance(look.found, Receipt) or same.exists():
            _conclude(ctx, ledger, look.job.id, look.found, look.why)


def _conclude(ctx: Context, ledger: Ledger, delivery: int, found: Found | None, why: str = "") -> None:
    if isinstance(found, Receipt):
        outcome.published(ctx, ledger, delivery, found)
        return
    row = Delivery.objects.get(id=delivery)
    if row.state == DeliveryState.UNDECIDED:
        _after_a_persons_word(ctx, ledger, row, found, why)
    # Only a proof sends again: that nothing was found in a list may be the list's delay.
    elif isinstance(found, Absent) and _doubts(row) <= _MOST_PROOFS:
        if move_delivery(row, Event.PROVE_ABSENT, run_at=ledger.now, reconcile_at=None, problem=_ABSENT):
            ledger.note(Event.PROVE_ABSENT, row.id)
    else:
        _try_later(ledger, row, why)


def _doubts(row: Delivery) -> int:
    """Requests of this delivery that left and had no clear answer."""
    return row.tries.filter(outcome__in=outcome.DOUBTS).count()


def _try_later(ledger: Ledger, row: Delivery, why: str) -> None:
    made = row.reconcile_attempts + 1
    if made < len(outcome.RECONCILE_AFTER):
        step = outcome.RECONCILE_AFTER[made] - outcome.RECONCILE_AFTER[made - 1]
        Delivery.objects.filter(id=row.id, fence=row.fence).update(reconcile_attempts=made, reconcile_at=ledger.now + step)
        return
    problem = f"{row.problem}。配信先を読み返せませんでした：{why}" if why else row.problem
    if move_delivery(row, Event.GIVE_UP, reconcile_at=None, problem=problem[:200]):
        ledger.note(Event.GIVE_UP, row.id, detail=why)


def _after_a_persons_word(ctx: Context, ledger: Ledger, row: Delivery, found: Found | None, why: str) -> None:
    """The look that a person's "again" asked for showed no post."""
    if isinstance(found, Absent | NotSeen):
        if move_delivery(row, Event.DECIDE_AGAIN, **_sending(ctx, row, ledger.now)):
            ledger.note(Event.DECIDE_AGAIN, row.id, detail=row.again_by)
        return
    problem = f"{_NEEDS_A_SECOND}（{why}）" if why else _NEEDS_A_SECOND
    unseen = Delivery.objects.filter(id=row.id, fence=row.fence, state=DeliveryState.UNDECIDED)
    if unseen.update(reconcile_at=None, problem=problem[:200], fence=F("fence") + 1):
        ledger.note(SECOND, row.id, detail=problem)


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
            field="url",
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
            next_step=say(
                "配信先の画面で投稿を開き、そのアドレス（https://{value}/…）を貼り付けてください",
                value=hosts[0] if hosts else "…",
            ),
            field="url",
        )


class Again(Enum):
    """What a person's "again" came to."""

    LOOKING = "looking"
    SENDING = "sending"


def decide_again(ctx: Context, actor: Actor, delivery_id: int) -> Again:
    """A person saw that it is not there: look once more, then send it as a new attempt, with an hour of its own to leave in.
    Who comes second, after a look that could not tell, has it sent. Raises ScheduleError, NotAllowed where it would be held or
    missed all the same."""
    actor.require(Permission.PLAN)
    row, now = scheduling.find(delivery_id), ctx.clock.now()
    times = threads.times_from_now(ctx, row) if row.state == DeliveryState.UNDECIDED else {}
    if row.again_by not in ("", actor.person) and row.reconcile_at is None:
        with transaction.atomic():
            _decide(ctx, actor, row, Event.DECIDE_AGAIN, {**times, "reconcile_at": None, "again_by": "", "problem": _ABSENT})
        return Again.SENDING
    after(DELIVERY, DeliveryState(row.state), Event.DECIDE_AGAIN)
    with transaction.atomic():
        doubt = Delivery.objects.filter(id=row.id, fence=row.fence, state=DeliveryState.UNDECIDED)
        by = row.again_by or actor.person
        require_moved(doubt.update(again_by=by, reconcile_at=now, problem=_LOOKING, fence=F("fence") + 1) == 1)
        workers.wake()
        audit.record(now, actor.person, LOOK, f"delivery:{delivery_id}")
    return Again.LOOKING


def _sending(ctx: Context, row: Delivery, now: datetime) -> dict[str, Any]:
    due = max(now, row.due_at)
    last = scheduling.last_moment(ctx, row.submission, due)
    return {"due_at": due, "run_at": now, "last_at": last, "reconcile_at": None, "again_by": "", "problem": _ABSENT}


def decide_let_be(ctx: Context, actor: Actor, delivery_id: int) -> None:
    """It is not sent, nor is what would have replied to it."""
    actor.require(Permission.PLAN)
    told = {"problem": "担当者の判断で送らない", "reconcile_at": None}
    with transaction.atomic():
        _decide(ctx, actor, scheduling.find(delivery_id), Event.DECIDE_LET_BE, told)


def _decide(ctx: Context, actor: Actor, row: Delivery, event: Event, changes: Mapping[str, Any]) -> None:
    require_moved(move_delivery(row, event, **changes))
    workers.wake()
    audit.record(ctx.clock.now(), actor.person, event, f"delivery:{row.id}", detail=str(changes.get("url", "")))
