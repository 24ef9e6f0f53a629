"""A series is moved by a day while two publishers on one PostgreSQL take it up: who is first decides, nothing is between."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from bot.errors import AlreadyDecided
from bot.registry import load
from bot.services.delivery import together
from bot.services.delivery.engine import AHEAD
from bot.services.delivery.together import Shift
from bot.services.records.context import context
from bot.services.runner import Runner
from bot.store.models import Delivery, Submission
from tests.office import TOKYO, Office
from tests.postgres import somebody_waits
from tests.services.test_series import part

CHANNELS = ("facebook", "x")
# The statement of the move before which the time of the next part comes: before its locks, between them, after them, in the
# middle of its rows, and not before it is over.
MOMENTS = (0, 2, 3, 4, 5, 12, 30, 10_000)
FIRST = datetime(2026, 12, 2, 10, 0, tzinfo=TOKYO)
PATIENCE = 20


class Publisher:
    """One of several, with a state directory of its own; its beats follow one another."""

    def __init__(self, office: Office, number: int) -> None:
        env = office.env | {"DXBOT_VAR_DIR": f"{office.env['DXBOT_VAR_DIR']}-{number}"}
        self._runner = Runner(context(load(env), office.clock))
        self._runner.engine.owner = f"publisher-{number}"
        self.beats, self.error, self._over = 0, "", threading.Event()
        self._thread = threading.Thread(target=self._beat)
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join()
        self._runner.engine.close()

    def _beat(self) -> None:
        try:
            while not self._over.is_set():
                self._runner.beat()
                self.beats += 1
        except Exception as e:
            self.error = repr(e)
        finally:
            connection.close()


@contextmanager
def publishing(office: Office) -> Iterator[list[Publisher]]:
    both = [Publisher(office, number) for number in range(2)]
    try:
        yield both
    finally:
        for each in both:
            each.end()
    assert [each.error for each in both] == ["", ""]


def test_a_series_that_is_moved_while_two_publishers_take_it_up_keeps_its_order_and_nothing_leaves_at_the_old_time(
    office: Office,
) -> None:
    office.schedules()
    for number in range(1, len(MOMENTS) + 1):
        at = FIRST + timedelta(minutes=number)
        office.approve(part(office, number, f"publish: {at:%Y-%m-%d %H:%M}", channels=", ".join(CHANNELS)))
    moves = []
    with publishing(office) as both:
        for number, statement in enumerate(MOMENTS, 1):
            due = Delivery.objects.filter(submission__series_part=number)[0].due_at
            _ready(office, number, due)
            moves.append(_moved(office, number, due, statement))
            _turn(both)
            if moves[-1]:
                assert not _still_to_come(due) & _shown(office)
            _let_go(office, number)
    order = list(range(1, len(MOMENTS) + 1))
    assert {channel: _parts(office, channel) for channel in CHANNELS} == dict.fromkeys(CHANNELS, order)
    assert set(moves) == {True, False}
    assert all(row.published_at and row.published_at >= row.due_at for row in office.deliveries())


def _ready(office: Office, number: int, due: datetime) -> None:
    """The part is taken up on both channels and waits for its time, in whichever publisher."""
    office.at(due - AHEAD / 2)
    taken = Delivery.objects.filter(submission__series_part=number, state="publishing", intent_at=None)
    _until(lambda: taken.count() == len(CHANNELS))
    office.sandbox.set_clock(due.isoformat())


def _moved(office: Office, number: int, due: datetime, statement: int) -> bool:
    """All that has not begun is moved by a day, as the page shows it at this moment; meanwhile the next part's time comes."""
    count = iter(range(10_000))

    def comes_due(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if next(count) == statement:
            office.clock.advance_to(due)
            _until(lambda: _began(number) or somebody_waits())
        return execute(sql, params, many, context)

    heads = together.heads(Submission.objects.values_list("id", flat=True))
    shifts = {row.id: Shift(moment=row.due_at + timedelta(days=1), version=row.fence) for row in heads}
    try:
        with connection.execute_wrapper(comes_due):
            together.move(office.ctx, office.officer, shifts)
        return True
    except AlreadyDecided:  # a publisher was first: nothing is moved
        return False
    finally:
        office.clock.advance_to(due)


def _began(number: int) -> bool:
    return Delivery.objects.filter(submission__series_part=number).exclude(first_intent_at=None).exists()


def _turn(both: list[Publisher]) -> None:
    """Each has looked at the database since, and is done with what it found."""
    wanted = [each.beats + 2 for each in both]
    _until(lambda: all(each.beats >= beats or each.error for each, beats in zip(both, wanted, strict=True)))


def _let_go(office: Office, number: int) -> None:
    own = Delivery.objects.filter(submission__series_part=number)
    _until(lambda: not Delivery.objects.filter(state="publishing").exists())
    office.at(max(row.due_at for row in own))
    _until(lambda: own.filter(state="published").count() == len(CHANNELS))


def _still_to_come(now: datetime) -> set[tuple[str, int]]:
    return set(Delivery.objects.filter(due_at__gt=now).values_list("channel", "submission__series_part"))


def _shown(office: Office) -> set[tuple[str, int]]:
    return {(channel, number) for channel in CHANNELS for number in _parts(office, channel)}


def _parts(office: Office, channel: str) -> list[int]:
    """In the order in which the platform got them."""
    return [int(found[1]) for post in office.sandbox.posts(channel) if (found := re.search(r"第(\d+)回のお話", post["text"]))]


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.002)
