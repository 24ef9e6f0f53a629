"""Several at once, as processes on one database are."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connections


def together(count: int, work: Callable[[], object]) -> None:
    """Each on a thread of its own; they begin at one moment, and all have ended when this returns."""
    barrier = threading.Barrier(count)

    def one() -> None:
        barrier.wait()
        work()
        connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
