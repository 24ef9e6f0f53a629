"""What a process says to the service manager that started it: one datagram to the socket that NOTIFY_SOCKET names, as
sd_notify(3) describes. Without that variable nobody listens, and nothing is said."""

from __future__ import annotations

import logging
import os
import socket

READY, STOPPING, ALIVE = "READY=1", "STOPPING=1", "WATCHDOG=1"
log = logging.getLogger(__name__)


def tell(state: str) -> None:
    """Never waits, never fails: whoever watches over us must not be what stops us."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
            to.setblocking(False)
            to.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)
    except OSError as e:
        log.warning("the service manager does not listen: %s", type(e).__name__)


def patience() -> float | None:
    """Seconds within which ALIVE must be said again, half of what the manager allows; None where it does not ask."""
    asked, pid = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    return int(asked) / 2_000_000 if asked.isdecimal() and pid in ("", str(os.getpid())) else None
