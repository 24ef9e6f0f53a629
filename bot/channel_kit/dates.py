"""What the platforms' own clocks said: every answer carries a Date, by which this machine's clock is judged (ADR 23)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class SeenDate:
    """The last Date of a host: Unix seconds, without their fraction. `sent` and `received` are by `bot.clock.elapsed`: when the
    exchange began, and when the head of the answer was here. None: the answer had no Date that can be read."""

    date: float | None
    sent: float
    received: float


# One for each host that this process has talked to; threads that send put theirs in, each as one assignment.
_SAID: dict[str, SeenDate] = {}


def hear(url: str, headers: Mapping[str, str], sent: float, received: float) -> None:
    """An answer came from there. One that somebody kept on the way (RFC 9111 gives it an Age) says nothing of now."""
    if "Age" not in headers:
        _SAID[urlsplit(url).netloc] = SeenDate(date=_moment(headers.get("Date", "")), sent=sent, received=received)


def said(url: str) -> SeenDate | None:
    """Of the host of this address; None if it has not answered yet."""
    return _SAID.get(urlsplit(url).netloc)


def _moment(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None
