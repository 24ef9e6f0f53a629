"""Read at the start of every Python process that has another date. libfaketime takes its offset off the absolute monotonic time
with which time.sleep asks to be woken, also where it leaves monotonic clocks alone; select is given a duration."""

import select
import time


def _sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


time.sleep = _sleep
