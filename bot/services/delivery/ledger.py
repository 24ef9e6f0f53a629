"""What one transaction has to tell: attempts and audit entries, written in one go at its end."""

from __future__ import annotations

from datetime import datetime

from bot.services.records import audit
from bot.store import queries
from bot.store.queries import Try


class Ledger:
    """Collect with `note` and `attempt`, then `close` inside the transaction of the changes."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._notes: list[audit.Note] = []
        self._tries: list[Try] = []

    def note(self, verb: str, delivery: int, *, digest: str = "", detail: str = "") -> None:
        target = f"delivery:{delivery}"
        self._notes.append(audit.Note(at=self.now, actor=audit.SYSTEM, verb=verb, target=target, digest=digest, detail=detail))

    def attempt(self, delivery: int, number: int, started_at: datetime | None, outcome: str, detail: str = "") -> None:
        """`started_at` is when the request was about to leave, None if it never was."""
        self._tries.append(
            Try(
                delivery=delivery,
                number=number,
                started_at=started_at or self.now,
                ended_at=self.now,
                outcome=outcome,
                detail=detail,
            )
        )

    def close(self) -> None:
        queries.add_tries(self._tries)
        audit.record_all(self._notes)
