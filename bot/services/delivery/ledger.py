"""What one transaction has to tell: attempts and audit entries, written in one go at its end."""

from __future__ import annotations

from datetime import datetime

from bot.services.records import audit
from bot.store import appended
from bot.store.appended import Try

_OUTCOME, _DETAIL = 40, 200  # characters, as the table has them


class Ledger:
    """Collect with `note` and `attempt`, then `close` inside the transaction of the changes."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._notes: list[audit.Note] = []
        self._tries: list[Try] = []

    def note(self, verb: str, delivery: int, *, digest: str = "", detail: str = "") -> None:
        self.tell(verb, f"delivery:{delivery}", detail, digest=digest)

    def tell(self, verb: str, target: str, detail: str, *, digest: str = "") -> None:
        self._notes.append(audit.Note(at=self.now, actor=audit.SYSTEM, verb=verb, target=target, digest=digest, detail=detail))

    def attempt(self, delivery: int, number: int, started_at: datetime | None, outcome: str, detail: str = "") -> None:
        """`started_at` is when the request was about to leave, None if it never was."""
        self._tries.append(
            Try(
                delivery=delivery,
                number=number,
                started_at=started_at or self.now,
                ended_at=self.now,
                outcome=outcome[:_OUTCOME],
                detail=detail[:_DETAIL],  # a platform's code may be anything; it must not cost the others their record
            )
        )

    def mark(self) -> tuple[int, int]:
        """For `rewind`."""
        return len(self._notes), len(self._tries)

    def rewind(self, mark: tuple[int, int]) -> None:
        """Forget what was told since, as a savepoint that was rolled back forgets what was done."""
        notes, tries = mark
        del self._notes[notes:], self._tries[tries:]

    def close(self) -> None:
        appended.add_tries(self._tries)
        audit.record_all(self._notes)
