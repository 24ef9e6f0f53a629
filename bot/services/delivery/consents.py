"""What the office enters of a picture holds what is planned with it at once, so that it can be mended in good time; whatever
comes later meets the gate (ADR 43)."""

from __future__ import annotations

from bot.content.picture_limits import reached
from bot.services.delivery import gate
from bot.services.delivery.ledger import Ledger
from bot.services.records import pictures
from bot.services.records.context import Context
from bot.services.records.transition import NOT_BEGUN
from bot.store.models import Delivery
from bot.store.pictures import PictureRecord
from bot.workflow.kinds import Bar, held_by
from bot.workflow.states import DeliveryState


def hold_planned(ctx: Context, record: PictureRecord) -> int:
    """Inside the transaction of the change, behind `locks.shut_gate`; the number held."""
    now, limits = ctx.clock.now(), pictures.limits_of(ctx, record)
    rows = Delivery.objects.filter(NOT_BEGUN, part=0, submission__shows__picture=record, kind__in=held_by(Bar.CONSENT))
    held, ledger = 0, Ledger(now)
    for row in rows.filter(state__in=[DeliveryState.SCHEDULED, DeliveryState.PUBLISHING]).order_by("due_at", "id"):
        if limit := reached(limits, max(row.due_at, now)):
            reason = pictures.objection(ctx, row.submission_id, max(row.due_at, now)) or limit.said
            gate.hold(ledger, row, gate.Barred(bar=Bar.CONSENT, reason=reason))
            held += 1
    ledger.close()
    return held
