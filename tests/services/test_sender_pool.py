"""The threads that send: no call waits behind slow ones, and no answer is lost or given twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest

from bot.services.delivery.sender_pool import FEW, Desk, SenderPool

PATIENCE = 30.0  # seconds until what hangs is a failure


@pytest.fixture
def desk() -> Desk[int]:
    return Desk()


@pytest.fixture
def pool(desk: Desk[int]) -> Iterator[SenderPool[int]]:
    made: SenderPool[int] = SenderPool(FEW * 4, "test", desk)
    yield made
    made.close(PATIENCE)


def gathered(desk: Desk[int]) -> list[int]:
    found: list[int] = []
    while desk.busy:
        found += desk.gather(PATIENCE)
    return found


def test_each_call_is_made_once_and_its_answer_given_back_once(pool: SenderPool[int], desk: Desk[int]) -> None:
    for batch in range(20):
        expected = range(batch * 500, batch * 500 + 500)
        for number in expected:
            pool.submit(partial(int, number))
        assert sorted(gathered(desk)) == list(expected)
    assert desk.gather(0) == []


def test_slow_calls_get_a_thread_each(pool: SenderPool[int], desk: Desk[int]) -> None:
    """All must be under way at once, or nobody comes through."""
    together = threading.Barrier(FEW * 4)

    def slow(number: int) -> int:
        try:
            together.wait(PATIENCE)
        except threading.BrokenBarrierError:
            return -1
        return number

    for number in range(FEW * 4):
        pool.submit(partial(slow, number))
    assert sorted(gathered(desk)) == list(range(FEW * 4))


def test_what_is_back_is_given_without_waiting_for_what_hangs(pool: SenderPool[int], desk: Desk[int]) -> None:
    released = threading.Event()

    def hanging() -> int:
        return int(released.wait(PATIENCE)) - 1

    for _ in range(FEW * 2):
        pool.submit(hanging)
    pool.submit(partial(int, 7))
    assert desk.gather(PATIENCE) == [7]
    assert desk.busy == FEW * 2
    released.set()
    assert gathered(desk) == [0] * FEW * 2


def test_closing_ends_the_threads_after_what_was_given() -> None:
    pool: SenderPool[int] = SenderPool(FEW, "ended", Desk())
    made: list[int] = []
    for number in range(50):
        pool.submit(partial(lambda n: made.append(n) or n, number))
    pool.close(PATIENCE)
    assert sorted(made) == list(range(50))
    assert [t.name for t in threading.enumerate() if t.name.startswith("ended")] == []
