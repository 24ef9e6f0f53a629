"""Times in which nothing goes out, entered by the office: an election, a mourning, a maintenance of the city's own site.

They stand in the database, so that every machine obeys them, beside those of `schedules/blackouts.yml`; the stricter wins, see
ADR 14. Whoever may stop the channels may enter one. Lifting it lets more out and so takes two people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from bot.errors import NotAllowed, NotFound, ScheduleError
from bot.language import say
from bot.schedule import opening
from bot.schedule.rules import Blackout
from bot.services.delivery import gate, workers
from bot.services.delivery.ledger import Ledger
from bot.services.delivery.outgoing import candidate_of
from bot.services.records import audit
from bot.services.records.context import Context
from bot.services.records.transition import NOT_BEGUN
from bot.store import locks
from bot.store import rules as store
from bot.store.models import Delivery
from bot.workflow.actors import Actor, Permission
from bot.workflow.kinds import Bar, held_by
from bot.workflow.states import DeliveryState

_LONGEST = timedelta(days=400)
_LONGEST_REASON = 200  # characters, as the column is wide
_THREAD = timedelta(hours=3)  # longer than any thread takes: what is due so long before may still be under way


@dataclass(frozen=True, kw_only=True)
class Entered:
    """What a blackout found: `held` deliveries were to go out in it and do not; `leaving` ones have left or leave now."""

    number: int
    held: int
    leaving: int


def whom(ctx: Context, blackout: Blackout) -> str:
    """What a blackout is for, in words: its channels, and of their posts which."""
    labels = {spec.key: spec.label for spec in ctx.specs}
    where = "・".join(labels.get(key, key) for key in sorted(blackout.channels)) or say("全ての配信先")
    which = [f"#{tag.lstrip('#＃')}" for tag in sorted(blackout.tags)] + [f"「{word}」" for word in sorted(blackout.words)]
    return say("{where}、{which}を含むものだけ", where=where, which=say("か").join(which)) if which else where


def listed(now: datetime) -> list[store.Blackout]:
    """For the page: those that are not over, then what was lifted or ended in the last weeks, newest first."""
    recent = now - timedelta(days=60)
    rows = list(store.Blackout.objects.filter(end_at__gt=recent).order_by("-start_at", "-id"))
    return [r for r in rows if _stands(r, now)] + [r for r in rows if not _stands(r, now)]


def _stands(row: store.Blackout, now: datetime) -> bool:
    return row.lifted_at is None and row.end_at > now


def would_hold(ctx: Context, wanted: Blackout) -> list[Delivery]:
    """The planned deliveries that this blackout holds, by time."""
    found = Delivery.objects.filter(
        Q(state=DeliveryState.BY_HAND) | NOT_BEGUN,
        kind__in=held_by(Bar.BLACKOUT),
        part=0,
        due_at__gt=wanted.start - _THREAD,
        due_at__lt=wanted.end,
    )
    rows = found.exclude(state=DeliveryState.WAITING).select_related("submission").order_by("due_at", "id")
    return [row for row in rows if opening.holds(wanted, candidate_of(row), max(row.due_at, ctx.clock.now()))]


def enter(ctx: Context, actor: Actor, wanted: Blackout) -> Entered:
    """Put it in force at once, everywhere; what is planned in it is held now, so that it can be moved in good time.

    Raises NotAllowed, ScheduleError.
    """
    actor.require(Permission.PAUSE)
    require_sense(ctx, wanted)
    now = ctx.clock.now()
    with transaction.atomic():
        # As a stop does: no turn after this transaction writes an intent that has not seen it (ADR 14).
        locks.shut_gate()
        row = store.Blackout.objects.create(
            start_at=wanted.start,
            end_at=wanted.end,
            kind=wanted.kind,
            why=wanted.why,
            channels=sorted(wanted.channels),
            tags=sorted(wanted.tags),
            words=sorted(wanted.words),
            set_by=actor.person,
            set_at=now,
        )
        held = _hold(ctx, wanted)
        leaving = Delivery.objects.filter(state=DeliveryState.PUBLISHING).exclude(intent_at=None).count()
        start, end = (ctx.said(moment, with_year=True) for moment in (wanted.start, wanted.end))
        span = say("{start}から{end}まで　{why}", start=start, end=end, why=wanted.why)
        audit.record(now, actor.person, "blackout", f"blackout:{row.id}", detail=span)
    return Entered(number=row.id, held=held, leaving=leaving if wanted.start <= now else 0)


def _hold(ctx: Context, wanted: Blackout) -> int:
    """Hold what is planned; the number held. A post by hand stays on its page, which says so: no machine sends it."""
    held, ledger = 0, Ledger(ctx.clock.now())
    for row in would_hold(ctx, wanted):
        if row.state in (DeliveryState.SCHEDULED, DeliveryState.PUBLISHING):
            gate.hold(ledger, row, gate.Barred(bar=Bar.BLACKOUT, reason=say("配信を止める期間のため（{why}）", why=wanted.why)))
            held += 1
    ledger.close()
    return held


def ask_to_lift(ctx: Context, actor: Actor, number: int, reason: str) -> None:
    """The first of two: propose to end it before its time."""
    actor.require(Permission.RESUME)
    if not reason.strip():
        raise NotAllowed(
            "lifting without a reason", summary="解除には理由が要ります", next_step="理由を書いてください", field="reason"
        )
    now = ctx.clock.now()
    with transaction.atomic():
        asked = store.Blackout.objects.filter(id=number, lifted_at=None, end_at__gt=now).update(
            lift_asked_by=actor.person, lift_asked_at=now, lift_reason=reason.strip()[:200]
        )
        if not asked:
            raise _no_such(number)
        audit.record(now, actor.person, "ask_to_lift", f"blackout:{number}", detail=reason.strip())


def lift(ctx: Context, actor: Actor, number: int) -> None:
    """The second of two: end it now. What it held stays held until a person puts each one back."""
    actor.require(Permission.RESUME)
    now = ctx.clock.now()
    with transaction.atomic():
        # Two people: entering one lets less out, lifting it lets more out (ADR 14).
        asked = store.Blackout.objects.exclude(lift_asked_by="").filter(id=number, lifted_at=None, end_at__gt=now)
        if not asked.exists():
            raise _no_such(number)
        if not asked.exclude(lift_asked_by=actor.person).update(lifted_by=actor.person, lifted_at=now):
            raise NotAllowed(
                "asked and lifted by the same person",
                summary="解除を申し出た本人は、解除を決められません",
                next_step="ほかの広報担当に頼んでください",
            )
        workers.wake()
        audit.record(now, actor.person, "lift", f"blackout:{number}")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a wanted blackout. `field` is the name of what must be changed, as in `rules.Blackout`."""

    field: str
    summary: str
    next_step: str


def faults(ctx: Context, wanted: Blackout) -> list[Fault]:
    """What would hold nothing, or everything for years."""
    known = {spec.key for spec in ctx.specs}
    names = "・".join(spec.label for spec in ctx.specs if spec.publishes)
    looked_at = [
        ("end", wanted.end <= wanted.start, "終わりが始まりより前か同じです", "終わりの日時を直してください"),
        ("end", wanted.end <= ctx.clock.now(), "終わりの日時が過ぎています", "これからの日時にしてください"),
        ("end", wanted.end - wanted.start > _LONGEST, "期間が1年を超えています", "終わりの日時を確かめてください"),
        (
            "channels",
            not wanted.channels <= known,
            "知らない配信先があります",
            say("{names} から選んでください", names=names),
        ),
        ("why", not wanted.why.strip(), "理由がありません", "なぜ止めるのかを書いてください"),
        (
            "why",
            len(wanted.why) > _LONGEST_REASON,
            "理由が長すぎます",
            say("{longest_reason}字までにしてください", longest_reason=_LONGEST_REASON),
        ),
    ]
    return [Fault(field=field, summary=summary, next_step=step) for field, wrong, summary, step in looked_at if wrong]


def require_sense(ctx: Context, wanted: Blackout) -> None:
    """Raises ScheduleError for the first fault."""
    for fault in faults(ctx, wanted):
        raise ScheduleError(fault.summary, summary=fault.summary, next_step=fault.next_step)


def _no_such(number: int) -> NotFound:
    return NotFound(
        f"no blackout {number} in force to lift",
        summary="この期間は、もう終わっているか、解除の申し出がありません",
        next_step="画面を開き直して、いまの状態を確かめてください",
    )
