"""How long a platform asks us to wait: any text in a header, a number of seconds out of it, or nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_MOST_DIGITS = 18


def positive(seconds: float) -> float | None:
    """None for what is no wait. How long one may be at most is the error's to say (RetryLater)."""
    return seconds if seconds > 0 else None


def whole(value: str) -> int | None:
    """A number of ASCII digits (`²` is one for str.isdigit), None for anything else. One of absurd length is cut."""
    return int(value[:_MOST_DIGITS]) if value.isascii() and value.isdigit() else None


def until(epoch: str) -> float | None:
    """Seconds until a Unix time; some proxies and gateways tell it in milliseconds."""
    moment = whole(epoch)
    if moment is None:
        return None
    return positive((moment / 1000 if moment >= 10**11 else moment) - time.time())


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait as `Retry-After` asks for them, in either of its forms (RFC 9110, 10.2.3)."""
    value = headers.get("Retry-After", "").strip()
    if (seconds := whole(value)) is not None:
        return positive(float(seconds))
    try:
        return positive(parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None  # parsedate_to_datetime stumbles over some texts in its own ways
