"""The rules of time changed by the office: looked at first, in force at once where less may go out by it, by a second officer
where more may; see ADR 44. Every machine obeys, since all read `Context.rules`.

Nothing that is approved gets another time by it: what a new rule forbids is held now, so that a person moves it in good time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from bot.errors import AlreadyDecided, NotAllowed, NotFound, ScheduleError
from bot.schedule.changes import RuleChange
from bot.services.delivery import gate, rule_faults, rule_outlook, rule_words, workers
from bot.services.delivery.ledger import Ledger
from bot.services.delivery.rule_outlook import Forbidden
from bot.services.records import audit, office_rules
from bot.services.records.context import Context
from bot.store import locks
from bot.store import rules as store
from bot.store.models import Delivery
from bot.workflow.actors import Actor, Permission
from bot.workflow.kinds import Bar
from bot.workflow.states import DeliveryState

PROPOSED, CHANGED, ACCEPTED, DECLINED = "propose_rule", "change_rule", "accept_rule", "decline_rule"
_HELD = (DeliveryState.SCHEDULED, DeliveryState.PUBLISHING)


@dataclass(frozen=True, kw_only=True)
class Made:
    """What became of a change: `waiting` for a second person, or in force, with so many deliveries held by it and so many that
    were leaving already."""

    number: int
    waiting: bool
    held: int = 0
    leaving: int = 0


def waiting() -> list[store.RuleChange]:
    return list(store.RuleChange.objects.filter(accepted=None).order_by("set_at", "id"))


def decided(most: int) -> list[store.RuleChange]:
    """The newest first."""
    return list(store.RuleChange.objects.exclude(accepted=None).order_by("-decided_at", "-id")[:most])


def make(ctx: Context, actor: Actor, change: RuleChange, why: str, version: int) -> Made:
    """In force at once, or on its way to a second person. `version` is that of the rules which the person looked at.

    Raises NotAllowed, ScheduleError, ConfigError, AlreadyDecided.
    """
    actor.require(Permission.PLAN)
    for fault in rule_faults.faults(ctx, change, why):
        raise ScheduleError(fault.summary, summary=fault.summary, next_step=fault.next_step, field=fault.field)
    with transaction.atomic():
        # As a blackout does: no turn after this transaction writes an intent that has not seen it (ADR 14).
        locks.shut_gate()
        _require_seen(version)
        found = rule_outlook.look(ctx, change)
        _replace_waiting(ctx, actor, change)
        row = store.RuleChange.objects.create(
            topic=change.topic,
            item=change.item,
            value=change.value,
            why=why.strip(),
            set_by=actor.person,
            set_at=ctx.clock.now(),
        )
        if found.widened:
            _tell(ctx, actor, PROPOSED, row)
            return Made(number=row.id, waiting=True)
        return _in_force(ctx, actor, row, found.forbidden, CHANGED)


def accept(ctx: Context, actor: Actor, number: int, version: int) -> Made:
    """The second of two. Raises NotAllowed for one's own, NotFound, ConfigError, AlreadyDecided."""
    actor.require(Permission.PLAN)
    with transaction.atomic():
        locks.shut_gate()
        row = _locked(number)
        if row.set_by == actor.person:
            raise NotAllowed(
                "proposed and accepted by the same person",
                summary="変えると申し出た本人は、認められません",
                next_step="ほかの広報担当に頼んでください",
            )
        _require_seen(version)
        found = rule_outlook.look(ctx, office_rules.as_change(row))
        return _in_force(ctx, actor, row, found.forbidden, ACCEPTED)


def decline(ctx: Context, actor: Actor, number: int) -> None:
    """By anybody who may accept, or by who proposed it. Raises NotFound."""
    actor.require(Permission.PLAN)
    with transaction.atomic():
        _decline(ctx, actor, _locked(number))


def waiting_one(number: int) -> store.RuleChange:
    """Raises NotFound for one that is decided."""
    return _one(number, store.RuleChange.objects.filter(accepted=None))


def _locked(number: int) -> store.RuleChange:
    """As `waiting_one`, held until the transaction ends."""
    return _one(number, store.RuleChange.objects.select_for_update().filter(accepted=None))


def _one(number: int, rows: QuerySet[store.RuleChange]) -> store.RuleChange:
    row = rows.filter(id=number).first()
    if row is None:
        raise NotFound(
            f"no rule change {number} waiting",
            summary="この申し出は、もう決まっています",
            next_step="「配信の時間の設定」を開き直して、いまの決まりを確かめてください",
        )
    return row


def _require_seen(version: int) -> None:
    if version != rule_outlook.version():
        raise AlreadyDecided(
            "the rules have changed since",
            summary="確かめている間に、ほかの人が決まりを変えました",
            next_step="何が変わるかを、もう一度確かめてください",
        )


def _replace_waiting(ctx: Context, actor: Actor, change: RuleChange) -> None:
    """Accepted later, it would undo unseen what is said of the same thing now."""
    for row in store.RuleChange.objects.filter(topic=change.topic, item=change.item, accepted=None):
        _decline(ctx, actor, row)


def _decline(ctx: Context, actor: Actor, row: store.RuleChange) -> None:
    _decide(ctx, actor, row, accepted=False)
    _tell(ctx, actor, DECLINED, row)


def _decide(ctx: Context, actor: Actor, row: store.RuleChange, *, accepted: bool) -> None:
    row.accepted, row.decided_by, row.decided_at = accepted, actor.person, ctx.clock.now()
    last = office_rules.rows().last()
    # What counts is the order behind the gate: with a machine's fast clock the older word would come after the newer one.
    if accepted and last is not None and last.decided_at is not None:
        row.decided_at = max(row.decided_at, last.decided_at + timedelta(microseconds=1))
    row.save(update_fields=["accepted", "decided_by", "decided_at"])


def _in_force(ctx: Context, actor: Actor, row: store.RuleChange, found: list[Forbidden], verb: str) -> Made:
    _decide(ctx, actor, row, accepted=True)
    held = _hold(ctx, found)
    leaving = Delivery.objects.filter(state=DeliveryState.PUBLISHING).exclude(intent_at=None).count()
    workers.wake()
    _tell(ctx, actor, verb, row)
    return Made(number=row.id, waiting=False, held=held, leaving=leaving if held else 0)


def _hold(ctx: Context, found: list[Forbidden]) -> int:
    """A post by hand stays on its page, which says so: no machine sends it."""
    held, ledger = 0, Ledger(ctx.clock.now())
    for one in found:
        if one.row.state in _HELD:
            gate.hold(ledger, one.row, gate.Barred(bar=Bar.QUIET, reason=one.why))
            held += 1
    ledger.close()
    return held


def _tell(ctx: Context, actor: Actor, verb: str, row: store.RuleChange) -> None:
    said = f"{rule_words.whole(ctx, office_rules.as_change(row))}（{row.why}）"
    audit.record(ctx.clock.now(), actor.person, verb, f"rule:{row.id}", detail=said)
