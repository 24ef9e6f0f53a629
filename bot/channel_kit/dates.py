"""What the platforms' own clocks said: every answer carries a Date, by which this machine's clock is judged (ADR 24)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

TOLERANCE = 5.0  # seconds by which a clock may be off
_DRIFT = 1e-4  # seconds a second by which this machine may count too fast or too slow
LONGEST = 4.0  # seconds; an answer that was longer on its way tells too little


@dataclass(frozen=True, kw_only=True)
class SeenDate:
    """The last Date of a host: Unix seconds, without their fraction. `sent` and `received` are by `bot.clock.elapsed`: when the
    exchange began, and when the head of the answer was here."""

    date: float
    sent: float
    received: float


@dataclass(frozen=True, kw_only=True)
class ClockReading:
    """What another clock said, with the doubt of how long its answer was on the way: true time in Unix seconds is `low` to
    `high` more than `Clock.elapsed`, which was `at` then. `same`: a clock of this very machine, whose yes proves nothing."""

    name: str
    low: float
    high: float
    at: float
    same: bool = False

    def ahead(self, wall: float, elapsed: float) -> float:
        """By how many seconds a clock that shows `wall` is ahead of this one, in all likelihood; negative for behind."""
        return wall - elapsed - (self.low + self.high) / 2

    def contradicts(self, wall: float, elapsed: float) -> bool:
        """Surely off by more than is tolerated, whatever the doubt."""
        doubt = (self.high - self.low) / 2 + (elapsed - self.at) * _DRIFT
        return abs(self.ahead(wall, elapsed)) > TOLERANCE + doubt


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


def reading(url: str) -> ClockReading | None:
    """What the host of this address said of the time; None if it has not answered yet."""
    heard = said(url)
    if heard is None:
        return None
    # A Date has whole seconds, and was made at some moment between the question and the answer.
    low, high = heard.date - heard.received, heard.date + 1 - heard.sent
    return ClockReading(name=urlsplit(url).netloc, low=low, high=high, at=heard.received)


def _moment(date: str) -> float | None:
    try:
        found = parsedate_to_datetime(date)
        return found.timestamp() if found.tzinfo else None
    except (ValueError, OverflowError):
        return None
