"""What time alone brings about: workers that died, times that were missed, stops over what has come to be planned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from bot.services.delivery import gate, lookback, outcome, pause, savepoints, waits
from bot.services.delivery.ledger import Ledger
from bot.services.records.context import Context
from bot.store import queries
from bot.store.models import Delivery

MISSED_AT_ONCE = 500


def tidy(ctx: Context) -> int:
    """How many dead workers' deliveries were there?"""
    pause.hold_while_paused()
    now = ctx.clock.now()
    lookback.ask(now)
    lost = queries.lost(now)
    _write(Ledger(now), lost, outcome.reap)
    _tell_of_waits(ctx, now)
    while late := queries.too_late(now, MISSED_AT_ONCE):
        _write(Ledger(now), late, gate.miss)
        if len(late) < MISSED_AT_ONCE:
            break  # what cannot be written would be found again and again
    return len(lost)


def _tell_of_waits(ctx: Context, now: datetime) -> None:
    with transaction.atomic():
        ledger = Ledger(now)
        waits.tell_of_new(ctx, ledger)
        ledger.close()


def _write(ledger: Ledger, ids: Sequence[int], step: Callable[[Ledger, Delivery], None]) -> None:
    def work(rows: Sequence[Delivery]) -> None:
        for row in rows:
            step(ledger, row)

    if ids:
        with transaction.atomic():
            savepoints.each(ledger, list(Delivery.objects.filter(id__in=ids)), work)
            ledger.close()
