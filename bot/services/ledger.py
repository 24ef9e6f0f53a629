"""What one transaction has to tell: attempts and audit entries, written in one go at its end."""

from __future__ import annotations

from datetime import datetime

from bot.services import audit
from bot.store.models import Attempt, Delivery


class Ledger:
    """Collect with `note` and `attempt`, then `close` inside the transaction of the changes."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._notes: list[audit.Note] = []
        self._attempts: list[Attempt] = []

    def note(self, verb: str, delivery: Delivery, *, digest: str = "", detail: str = "") -> None:
        note = audit.Note(
            at=self.now, actor=audit.SYSTEM, verb=verb, target=f"delivery:{delivery.id}", digest=digest, detail=detail
        )
        self._notes.append(note)

    def attempt(self, delivery: Delivery, result: str, detail: str = "") -> None:
        """`delivery` as it was when the attempt was under way."""
        self._attempts.append(
            Attempt(
                delivery=delivery,
                number=delivery.attempts,
                started_at=delivery.intent_at or self.now,
                ended_at=self.now,
                outcome=result,
                detail=detail,
            )
        )

    def close(self) -> None:
        Attempt.objects.bulk_create(self._attempts)
        audit.record_all(self._notes)
