"""What time alone brings about: workers that died, times that were missed, stops over what has come to be planned."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction

from bot.services.delivery import gate, outcome, pause, savepoints
from bot.services.delivery.ledger import Ledger
from bot.services.records.context import Context
from bot.store import queries
from bot.store.models import Delivery

MISSED_AT_ONCE = 500


def tidy(ctx: Context) -> int:
    """How many dead workers' deliveries were there?"""
    pause.hold_while_paused()
    now = ctx.clock.now()
    lost = queries.lost(now)
    _write(Ledger(now), lost, outcome.reap)
    while late := queries.too_late(now, MISSED_AT_ONCE):
        _write(Ledger(now), late, gate.miss)
        if len(late) < MISSED_AT_ONCE:
            break  # what cannot be written would be found again and again
    return len(lost)


def _write(ledger: Ledger, ids: Sequence[int], step: Callable[[Ledger, Delivery], None]) -> None:
    def work(rows: Sequence[Delivery]) -> None:
        for row in rows:
            step(ledger, row)

    if ids:
        with transaction.atomic():
            savepoints.each(ledger, list(Delivery.objects.filter(id__in=ids)), work)
            ledger.close()
