"""Who waits for whom, on PostgreSQL. SQLite has one writer at a time, begun as IMMEDIATE, and so needs none of these.

The order in one transaction is gate, lane, rows, audit log: whoever takes more than one takes them in this order, so that two
transactions never wait for each other.
"""

from __future__ import annotations

from zlib import crc32

from django.db import connection

# Numbers of ours among PostgreSQL's advisory locks, which live until the transaction ends.
_GATE, _LANE, _AUDIT = 0x64780001, 0x64780002, 0x6478626F74


def pass_gate() -> None:
    """Of a turn that writes intents: any number at once, none while somebody shuts the gate."""
    _run("SELECT pg_advisory_xact_lock_shared(%s)", _GATE)


def shut_gate() -> None:
    """Of a stop or a blackout: it is in force for every intent that is written after its transaction, and it counts the
    requests of every one before."""
    _run("SELECT pg_advisory_xact_lock(%s)", _GATE)


def lane(name: str) -> None:
    """Of one who looks for a free time on this lane and writes it down."""
    _run("SELECT pg_advisory_xact_lock(%s, %s)", _LANE, crc32(name.encode()) - 2**31)


def audit() -> None:
    """Of one who appends to the chained log. From here to the end of the transaction no one else can, so let it come last."""
    _run("SELECT pg_advisory_xact_lock(%s)", _AUDIT)


def _run(sql: str, *numbers: int) -> None:
    assert connection.in_atomic_block, "a lock belongs to a transaction"  # noqa: S101 a programming error
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql, numbers)
