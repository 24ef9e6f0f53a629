"""Threads that take calls from one queue. concurrent.futures would give each call a future with a lock and a condition of its
own, which nobody here waits for, and which cost a sixth of the engine's speed (`make bench`)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue


class Crew:
    """At most `size` threads, each begun when it is first needed. A call must not raise."""

    def __init__(self, size: int, name: str) -> None:
        self._size, self._name = size, name
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    def submit(self, call: Callable[[], None], busy: int) -> None:
        """`busy` is how many calls are under way or waiting."""
        if len(self._threads) < min(self._size, busy + 1):
            thread = threading.Thread(target=self._work, name=f"{self._name}-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._calls.put(call)

    def close(self) -> None:
        """Finish what was given, then end."""
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()
