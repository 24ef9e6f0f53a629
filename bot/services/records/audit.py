"""The audit log: who did what to which object, each entry chained to the one before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction

from bot.errors import WorkflowError
from bot.language import say
from bot.services.records import happenings
from bot.services.records.context import Context
from bot.services.records.happenings import Happening
from bot.store import appended, locks
from bot.store.models import AuditEntry
from bot.text.control import visible
from bot.text.storable import storable

SYSTEM, NOBODY = "(自動)", "(不明)"
REFUSED, EXPORTED, IMPORTED = "refuse", "export", "import"
_LONGEST = 120  # characters of an object, as the table has it
_encode = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps would make an encoder for each entry


@dataclass(frozen=True, kw_only=True)
class Note:
    """An entry to be made."""

    at: datetime
    actor: str
    verb: str
    target: str
    digest: str = ""
    detail: str = ""


class BrokenLog(WorkflowError):
    """The audit log is not what it was."""


def record(at: datetime, actor: str, verb: str, target: str, *, digest: str = "", detail: str = "") -> None:
    """Append an entry. Call it inside the transaction of the change it tells of: both are kept, or neither."""
    record_all([Note(at=at, actor=actor, verb=verb, target=target, digest=digest, detail=detail)])


def note(ctx: Context, by: str, verb: str, target: str, detail: str = "") -> None:
    """An entry by itself, of what changes nothing else: a refusal, an export. `target` and `detail` may come from outside."""
    with transaction.atomic():
        record(ctx.clock.now(), by, verb, visible(target)[:_LONGEST], detail=visible(detail))


def record_once(ctx: Context, verb: str, target: str, detail: str = "") -> None:
    """Something that the system found, unless the log has it: notices are read off the log (ADR 7), so a second entry would be
    a second mail."""
    with transaction.atomic():
        if not AuditEntry.objects.filter(verb=verb, object=target).exists():
            record(ctx.clock.now(), SYSTEM, verb, target, detail=detail)


def record_all(notes: Sequence[Note]) -> None:
    """Append entries in their order. From here to the end of the transaction no one else can, so let it come last."""
    assert connection.in_atomic_block, "an audit entry belongs to a transaction"  # noqa: S101 a programming error
    if not notes:
        return
    # Taken last in a transaction: whoever holds it keeps every other writer of the log waiting (ADR 6).
    locks.audit()
    link, rows = appended.last_link(), list[tuple[datetime | str, ...]]()
    for note in notes:
        # Hashed is what the database gives back; a NUL would be cut off there, and the chain would seem broken (ADR 3).
        texts = (*map(storable, (note.actor, note.verb, note.target, note.digest, note.detail)), link)
        link = _hash(note.at, *texts)
        rows.append((note.at, *texts, link))
    appended.append_to_audit(rows)
    happenings.recorded([_happening(note) for note in notes])


def _happening(note: Note) -> Happening:
    code = happenings.code_of(note.verb, note.detail)
    return Happening(what=note.verb, target=note.target, by="" if note.actor == SYSTEM else note.actor, code=code)


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 over the entry's content and the hash before it."""
    return _hash(entry.at, entry.actor, entry.verb, entry.object, entry.digest, entry.detail, entry.previous_hash)


def _hash(at: datetime, *texts: str) -> str:
    return hashlib.sha256(_encode([at.astimezone(UTC).isoformat(), *texts]).encode()).hexdigest()


def verify(expected: str = "") -> AuditEntry | None:
    """Walk the whole chain; its last entry. `expected` is a hash noted down earlier, on paper or in a notice: it shows what
    the chain alone cannot, that its end was cut off or that all of it was written anew.

    Raises BrokenLog, which names the first entry that does not fit.
    """
    last: AuditEntry | None = None
    seen = not expected
    # One by one: the log of years does not fit into memory.
    for entry in AuditEntry.objects.order_by("id").iterator():
        if entry.previous_hash != (last.hash if last else "") or entry.hash != entry_hash(entry):
            raise BrokenLog(
                f"audit entry {entry.id} does not fit",
                summary=say("操作の記録の{id}番か、その直前が書き換えられています", id=entry.id),
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
