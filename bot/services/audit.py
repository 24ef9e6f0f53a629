"""The audit log: who did what to which object, each entry chained to the one before it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from django.db import connection

from bot.errors import WorkflowError
from bot.store.models import AuditEntry

SYSTEM = "(自動)"


class BrokenLog(WorkflowError):
    """The audit log is not what it was."""


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


def verify(expected: str = "") -> AuditEntry | None:
    """Walk the whole chain; its last entry. `expected` is a hash noted down earlier, on paper or in a notice: it shows what
    the chain alone cannot, that its end was cut off or that all of it was written anew.

    Raises BrokenLog, which names the first entry that does not fit.
    """
    last: AuditEntry | None = None
    seen = not expected
    for entry in AuditEntry.objects.order_by("id").iterator():
        if entry.previous_hash != (last.hash if last else "") or entry.hash != entry_hash(entry):
            raise BrokenLog(
                f"audit entry {entry.id} does not fit",
                summary=f"操作の記録の{entry.id}番か、その直前が書き換えられています",
                next_step="控えと比べ、経緯を調べてください",
            )
        seen = seen or entry.hash == expected
        last = entry
    if not seen:
        raise BrokenLog(
            "the expected hash is not in the log",
            summary="控えた照合番号が操作の記録にありません。記録の終わりが消されたか、全体が作り直されています",
            next_step="控えと比べ、経緯を調べてください",
        )
    return last


def latest(count: int, before: int | None = None) -> list[AuditEntry]:
    """Up to `count` entries, newest first, older than the entry `before`."""
    entries = AuditEntry.objects.order_by("-id")
    return list((entries if before is None else entries.filter(id__lt=before))[:count])
