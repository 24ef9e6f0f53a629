"""Threads that take calls from one queue, and give back in batches what these return.

All threads of a process share one interpreter, so every waking of one is paid by the others. Hence whoever waits for answers is
woken for the first and for the last of a batch, not for each; and there are few threads until calls turn out to be slow.
Old and new side by side, that was a sixth of the engine's processor time. concurrent.futures would give each call a lock and a
condition of its own, which nobody here waits for; that cost a sixth of its speed.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

FEW = 8  # threads that are enough while calls come back within milliseconds
SOON = 0.02  # seconds in which each of the few should have taken a call; else all that wait get a thread of their own
GATHER = 0.005  # seconds between two answers that belong to one batch
T = TypeVar("T")


class SenderPool(Generic[T]):
    """At most `size` threads, each begun when it is first needed. A call must not raise. `busy` is the number of calls whose
    answers have not been given back. To be used from one thread."""

    def __init__(self, size: int, name: str) -> None:
        self._size, self._name = size, name
        self._calls: SimpleQueue[Callable[[], T] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._growing, self._waiting, self._enough = threading.Lock(), threading.Event(), threading.Event()
        self._answers: deque[T] = deque()
        self._wanted, self._given, self._closed = 1, 0, False
        self.busy = 0
        self._foreman = threading.Thread(target=self._look_after, name=f"{name}-foreman", daemon=True)
        self._foreman.start()

    def submit(self, call: Callable[[], T]) -> None:
        self.busy += 1
        self._given += 1
        self._calls.put(call)
        if len(self._threads) < FEW:
            self._grow(1)
        elif not self._waiting.is_set():
            self._waiting.set()

    def gather(self, patience: float) -> list[T]:
        """What has come back: one answer, and with it those that come right after; none if none comes within `patience`
        seconds."""
        self._wait_for(1, patience)
        seen = 0
        while seen < len(self._answers) < self.busy:
            seen = len(self._answers)
            self._wait_for(self.busy, GATHER)
        found = [self._answers.popleft() for _ in range(len(self._answers))]
        self.busy -= len(found)
        return found

    def close(self) -> None:
        """Finish what was given, then end."""
        self._closed = True
        self._waiting.set()
        self._foreman.join()
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads:
            thread.join()

    def _wait_for(self, count: int, seconds: float) -> None:
        """Until so many answers are there. Both sides write before they look at what the other wrote, so none is missed."""
        self._enough.clear()
        self._wanted = count
        if len(self._answers) < count:
            self._enough.wait(seconds)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            self._answers.append(call())
            if len(self._answers) >= self._wanted:
                self._enough.set()

    def _look_after(self) -> None:
        """The foreman's work: no call waits behind slow ones."""
        while not self._closed:
            self._waiting.wait()
            self._waiting.clear()
            while self._calls.qsize() and len(self._threads) < self._size:
                taken = self._given - self._calls.qsize()
                time.sleep(SOON)
                if self._given - self._calls.qsize() - taken < FEW:
                    self._grow(self._calls.qsize())

    def _grow(self, count: int) -> None:
        with self._growing:
            for _ in range(min(count, self._size - len(self._threads))):
                thread = threading.Thread(target=self._work, name=f"{self._name}-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                thread.start()
