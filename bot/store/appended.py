"""What is only ever appended: the attempts at a delivery, the entries of the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from bot.store.sql import batch, rows, run

_TRY = """
INSERT INTO store_attempt (delivery_id, number, started_at, ended_at, outcome, detail)
SELECT v_id, v_number, v_started, v_ended, v_outcome, v_detail FROM ({rows}) AS ready ORDER BY n
"""
# By number, as entries become visible in that order (ADR 7).
_LINK = "SELECT hash FROM store_auditentry ORDER BY id DESC LIMIT 1"
_LAST = "SELECT id, hash FROM store_auditentry ORDER BY id DESC LIMIT 1"
_LINK_OF = "SELECT hash FROM store_auditentry WHERE id = %s"
_AUDIT = """
INSERT INTO store_auditentry (at, actor, verb, object, digest, detail, previous_hash, hash)
SELECT v_at, v_actor, v_verb, v_object, v_digest, v_detail, v_previous, v_hash FROM ({rows}) AS ready ORDER BY n
"""

_TRIES = (
    *(("v_id", "bigint"), ("v_number", "int"), ("v_started", "timestamptz"), ("v_ended", "timestamptz")),
    *(("v_outcome", "text"), ("v_detail", "text")),
)
_ENTRIES = (
    ("v_at", "timestamptz"),
    *((name, "text") for name in ("v_actor", "v_verb", "v_object", "v_digest", "v_detail", "v_previous", "v_hash")),
)


class Try(NamedTuple):
    """A row of the attempts' record."""

    delivery: int
    number: int
    started_at: datetime
    ended_at: datetime
    outcome: str
    detail: str


def add_tries(tries: Sequence[Try]) -> None:
    """Append to the attempts' record."""
    if tries:
        with connection.cursor() as cursor:
            cursor.execute(_TRY.format(rows=rows(_TRIES)), [batch(tries)])


def last_link() -> str:
    """The hash of the newest audit entry, "" before the first."""
    return next((row[0] for row in run(_LINK, ())), "")


def last_entry() -> tuple[int, str]:
    """Number and hash of the newest audit entry; 0 and "" before the first."""
    return next(((int(row[0]), str(row[1])) for row in run(_LAST, ())), (0, ""))


def link_of(entry: int) -> str | None:
    """The hash of this audit entry; None where there is none."""
    return next((str(row[0]) for row in run(_LINK_OF, [entry])), None)


def append_to_audit(entries: Sequence[tuple[datetime | str, ...]]) -> None:
    """Columns as in the table: time, actor, verb, object, digest, detail, hash before, hash."""
    with connection.cursor() as cursor:
        cursor.execute(_AUDIT.format(rows=rows(_ENTRIES)), [batch(entries)])
