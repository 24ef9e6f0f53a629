"""What one item may spoil is its own: a batch in one savepoint, and each alone once the batch has failed; see ADR 16."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import InterfaceError, OperationalError, transaction

from bot.services.delivery.ledger import Ledger

log = logging.getLogger(__name__)
T = TypeVar("T")
AWAY = (OperationalError, InterfaceError)  # the database does not answer: no item's own fault


def each(
    ledger: Ledger,
    items: Sequence[T],
    work: Callable[[Sequence[T]], None],
    spoilt: Callable[[T], None] | None = None,
) -> None:
    """Do `work` for all items at once, in the caller's transaction. If that fails, for each of them in a savepoint of its own;
    what fails alone is rolled back, logged, and given to `spoilt`. What the ledger was told goes with it. Raises only where the
    database is away: then the whole transaction is begun again.

    At once first, for a savepoint of its own would cost each delivery of a turn two more statements.
    """
    if not items or _done(ledger, lambda: work(items), quiet=len(items) > 1):
        return
    if len(items) > 1:
        for item in items:
            each(ledger, [item], work, spoilt)
    elif spoilt is not None:
        _done(ledger, lambda: spoilt(items[0]))


def _done(ledger: Ledger, act: Callable[[], None], *, quiet: bool = False) -> bool:
    """In a savepoint; was it done?"""
    mark = ledger.mark()
    try:
        with transaction.atomic():
            act()
    except AWAY:
        raise
    except Exception:
        ledger.rewind(mark)
        if not quiet:
            log.exception("what could not be written was set apart")
        return False
    return True
