"""What the ways of telling people share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message as it goes out at `at`. `id` is the same at every try, so that a receiver can tell a second copy; `address` is
    empty for the webhook."""

    id: str
    address: str
    subject: str
    body: str
    at: datetime
