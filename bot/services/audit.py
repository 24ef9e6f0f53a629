"""The audit log: who did what to which object, each entry chained to the one before it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from django.db import connection

from bot.store.models import AuditEntry

SYSTEM = "(自動)"


def record(at: datetime, actor: str, verb: str, target: str, *, digest: str = "", detail: str = "") -> None:
    """Append an entry. Call it inside the transaction of the change it tells of: both are kept, or neither."""
    assert connection.in_atomic_block, "an audit entry belongs to a transaction"  # noqa: S101 a programming error
    # The lock makes writers queue up; SQLite ignores it, as its write transactions are one at a time anyway.
    previous = AuditEntry.objects.select_for_update().order_by("-id").first()
    entry = AuditEntry(
        at=at,
        actor=actor,
        verb=verb,
        object=target,
        digest=digest,
        detail=detail,
        previous_hash=previous.hash if previous else "",
    )
    entry.hash = entry_hash(entry)
    entry.save(force_insert=True)


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
