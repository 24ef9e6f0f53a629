"""What the platforms' own clocks said: every answer carries a Date, by which this machine's clock is judged (ADR 24)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

LONGEST = 4.0  # seconds; an answer that was longer on its way tells too little


@dataclass(frozen=True, kw_only=True)
class SeenDate:
    """The last Date of a host: Unix seconds, without their fraction. `sent` and `received` are by `bot.clock.elapsed`: when the
    exchange began, and when the head of the answer was here."""

    date: float
    sent: float
    received: float


# One for each host that this process has talked to; threads that send put theirs in, each as one assignment.
_SAID: dict[str, SeenDate] = {}


def hear(url: str, headers: Mapping[str, str], sent: float, received: float) -> None:
    """An answer came from there. One that somebody kept on the way (RFC 9111 gives it an Age) says nothing of now; what says
    nothing does not replace what an earlier one said."""
    date = _moment(headers.get("Date", ""))
    if date is not None and "Age" not in headers and received - sent <= LONGEST:
        _SAID[urlsplit(url).netloc] = SeenDate(date=date, sent=sent, received=received)


def said(url: str) -> SeenDate | None:
    """Of the host of this address; None if it has not answered yet."""
    return _SAID.get(urlsplit(url).netloc)


def _moment(date: str) -> float | None:
    try:
        found = parsedate_to_datetime(date)
        return found.timestamp() if found.tzinfo else None
    except (ValueError, OverflowError):
        return None
