"""This thread's connection at the beginning of a turn of work."""

from __future__ import annotations

import logging
from contextlib import suppress

from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections

log = logging.getLogger(__name__)


def begin() -> None:
    """A connection that is up, and in no transaction."""
    left = connections[DEFAULT_DB_ALIAS]
    if left.in_atomic_block:
        # Its end failed itself (no memory): all that is written from here on would be within it, and never be kept (ADR 3).
        log.error("a transaction had no end: its connection is given up")
        del connections[DEFAULT_DB_ALIAS]
        if left.connection is not None:
            with suppress(Exception):
                left.connection.close()
    close_old_connections()
