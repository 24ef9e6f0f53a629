"""The audit log: who did what to which object, each entry chained to the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from bot.store import queries
from bot.store.models import AuditEntry

SYSTEM = "(自動)"
_LOCK = 0x6478626F74  # the number of the lock under which PostgreSQL's writers queue up


@dataclass(frozen=True, kw_only=True)
class Note:
    """An entry to be made."""

    at: datetime
    actor: str
    verb: str
    target: str
    digest: str = ""
    detail: str = ""


def record(at: datetime, actor: str, verb: str, target: str, *, digest: str = "", detail: str = "") -> None:
    """Append an entry. Call it inside the transaction of the change it tells of: both are kept, or neither."""
    record_all([Note(at=at, actor=actor, verb=verb, target=target, digest=digest, detail=detail)])


def record_all(notes: Sequence[Note]) -> None:
    """Append entries in their order. From here to the end of the transaction no one else can, so let it come last."""
    assert connection.in_atomic_block, "an audit entry belongs to a transaction"  # noqa: S101 a programming error
    if not notes:
        return
    if connection.vendor == "postgresql":  # on SQLite, writers queue up anyway
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    link, rows = queries.last_link(), []
    for note in notes:
        fields = (note.at, note.actor, note.verb, note.target, note.digest, note.detail, link)
        link = _hash(*fields)
        rows.append((*fields, link))
    queries.append_to_audit(rows)


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 over the entry's content and the hash before it."""
    return _hash(entry.at, entry.actor, entry.verb, entry.object, entry.digest, entry.detail, entry.previous_hash)


def _hash(at: datetime, *texts: str) -> str:
    return hashlib.sha256(json.dumps([at.isoformat(), *texts], ensure_ascii=False).encode()).hexdigest()


def first_broken() -> AuditEntry | None:
    """The first entry that was changed, or before which one is missing; None if the log is whole."""
    previous = ""
    for entry in AuditEntry.objects.order_by("id").iterator():
        if entry.previous_hash != previous or entry.hash != entry_hash(entry):
            return entry
        previous = entry.hash
    return None
