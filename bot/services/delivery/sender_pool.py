"""Threads that take calls from a queue, and give back in batches what these return. Pools share a desk, where answers come in.

All threads of a process share one interpreter, so every waking of one is paid by the others. Hence whoever waits for answers is
woken for the first and for the last of a batch, not for each; and there are few threads until calls turn out to be slow.
Old and new side by side, that was a sixth of the engine's processor time. concurrent.futures would give each call a lock and a
condition of its own, which nobody here waits for; that cost a sixth of its speed.
"""

from __future__ import annotations

import logging
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
log = logging.getLogger(__name__)


class Desk(Generic[T]):
    """Where the answers of sender pools come in. `busy` is the number of calls whose answers have not been given back. To be
    asked from one thread; a pool's threads put answers down."""

    def __init__(self) -> None:
        self._answers: deque[T | None] = deque()
        self._enough = threading.Event()
        self._wanted = 1
        self.busy = 0

    def gather(self, patience: float) -> list[T]:
        """What has come back: one answer, and with it those that come right after; none if none comes within `patience`
        seconds. A call that broke has none: what it was about is left to its lease."""
        self._wait_for(1, patience)
        seen = 0
        while seen < len(self._answers) < self.busy:
            seen = len(self._answers)
            self._wait_for(self.busy, GATHER)
        found = [self._answers.popleft() for _ in range(len(self._answers))]
        self.busy -= len(found)
        return [answer for answer in found if answer is not None]

    def put(self, answer: T | None) -> None:
        self._answers.append(answer)
        if len(self._answers) >= self._wanted:
            self._enough.set()

    def _wait_for(self, count: int, seconds: float) -> None:
        """Until so many answers are there. Both sides write before they look at what the other wrote, so none is missed."""
        self._enough.clear()
        self._wanted = count
        if len(self._answers) < count:
            self._enough.wait(seconds)


class SenderPool(Generic[T]):
    """At most `size` threads, each begun when it is first needed. A call should not raise, and then gives no answer. To be used
    from one thread."""

    def __init__(self, size: int, name: str, desk: Desk[T]) -> None:
        self._size, self._name, self._desk = size, name, desk
        self._calls: SimpleQueue[Callable[[], T] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._growing, self._waiting = threading.Lock(), threading.Event()
        self._given, self._closed = 0, False
        self._foreman = threading.Thread(target=self._look_after, name=f"{name}-foreman", daemon=True)
        self._foreman.start()

    def submit(self, call: Callable[[], T]) -> None:
        self._desk.busy += 1
        self._given += 1
        self._calls.put(call)
        if len(self._threads) < FEW:
            self._grow(1)
        elif not self._waiting.is_set():
            self._waiting.set()

    def close(self, patience: float) -> None:
        """Finish what was given, then end. A call that hangs for more than `patience` seconds is left behind: its thread ends
        with the process."""
        self._closed = True
        self._waiting.set()
        for _ in self._threads:
            self._calls.put(None)
        end = time.monotonic() + patience
        for thread in (self._foreman, *self._threads):
            thread.join(max(0.0, end - time.monotonic()))

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            self._desk.put(_answer(call))

    def _look_after(self) -> None:
        """The foreman's work: no call waits behind slow ones."""
        while not self._closed:
            self._waiting.wait()
            self._waiting.clear()
            while self._calls.qsize() and len(self._threads) < self._size and not self._closed:
                taken = self._given - self._calls.qsize()
                time.sleep(SOON)
                if self._given - self._calls.qsize() - taken < FEW:
                    self._grow(self._calls.qsize())

    def _grow(self, count: int) -> None:
        with self._growing:
            for _ in range(min(count, self._size - len(self._threads))):
                thread = threading.Thread(target=self._work, name=f"{self._name}-{len(self._threads)}", daemon=True)
                try:
                    thread.start()
                except (RuntimeError, MemoryError) as e:  # no memory for one more: those that there are do the work, later
                    log.warning("a sending thread was not begun", exc_info=e)
                    return
                self._threads.append(thread)


def _answer(call: Callable[[], T]) -> T | None:
    """The thread outlives whatever a call meets, or the next ones would wait for nobody."""
    try:
        return call()
    except BaseException as e:
        log.error("a call broke", exc_info=e)
        return None
