"""How long the pictures of one package or push may take together: each is bounded by itself, fifty of them are not (ADR 21).

Counted is the computing time of this thread, so that a busy machine refuses nobody.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from bot.errors import MediaError, Place
from bot.language import say


@dataclass
class _Left:
    allowed: float
    seconds: float
    next_step: str


_left: ContextVar[_Left | None] = ContextVar("left", default=None)


@contextmanager
def together(seconds: float, next_step: str) -> Iterator[None]:
    """What `counted` measures in here may take so many seconds in all; `next_step` is for whoever brought more."""
    before = _left.set(_Left(seconds, seconds, next_step))
    try:
        yield
    finally:
        _left.reset(before)


@contextmanager
def counted(place: Place) -> Iterator[None]:
    """One picture's work. It is not broken off; the next one raises MediaError."""
    left = _left.get()
    if left is None:
        yield
        return
    if left.seconds <= 0:
        raise MediaError(
            "the pictures take too long",
            summary=say("画像の処理に時間がかかりすぎます（合わせて {seconds:g} 秒まで）", seconds=left.allowed),
            next_step=left.next_step,
            place=place,
            rule="media.too-slow",
        )
    begun = time.thread_time()
    try:
        yield
    finally:
        left.seconds -= time.thread_time() - begun
