"""The audit log: who did what to which object, each entry chained to the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

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
    link = AuditEntry.objects.order_by("-id").values_list("hash", flat=True).first() or ""
    entries = []
    for note in notes:
        entry = AuditEntry(
            at=note.at,
            actor=note.actor,
            verb=note.verb,
            object=note.target,
            digest=note.digest,
            detail=note.detail,
            previous_hash=link,
        )
        link = entry.hash = entry_hash(entry)
        entries.append(entry)
    AuditEntry.objects.bulk_create(entries)


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 over the entry's content and the hash before it."""
    fields = [
        entry.at.isoformat(),
        entry.actor,
        entry.verb,
        entry.object,
        entry.digest,
        entry.detail,
        entry.previous_hash,
    ]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()


def first_broken() -> AuditEntry | None:
    """The first entry that was changed, or before which one is missing; None if the log is whole."""
    previous = ""
    for entry in AuditEntry.objects.order_by("id").iterator():
        if entry.previous_hash != previous or entry.hash != entry_hash(entry):
            return entry
        previous = entry.hash
    return None
