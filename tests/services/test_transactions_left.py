"""A transaction whose end failed, as it does without memory: what comes after it is kept, or not done."""

from __future__ import annotations

import pytest
from django.core.signals import request_started
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from bot.store import session
from bot.store.models import Attempt
from tests.office import TUESDAY, Office

NOON = TUESDAY.replace(hour=12, minute=15)


def test_after_it_a_beat_works_and_what_it_writes_is_kept(office: Office) -> None:
    office.approved(channels="x")
    office.at(NOON)
    transaction.atomic().__enter__()
    office.runner().beat()
    assert not connections[DEFAULT_DB_ALIAS].in_atomic_block
    assert [row.state for row in office.deliveries()] == ["published"]
    connections.close_all()
    assert [row.state for row in office.deliveries()] == ["published"]


def test_within_it_nothing_leaves(office: Office) -> None:
    office.approved(channels="x")
    office.at(NOON)
    runner = office.runner()
    transaction.atomic().__enter__()
    try:
        with pytest.raises(RuntimeError, match="durable"):
            runner.engine.pump()
    finally:
        session.begin()
    assert office.sandbox.posts() == []
    assert not Attempt.objects.exists()


def test_no_request_of_the_web_begins_within_it(database: None) -> None:
    transaction.atomic().__enter__()
    request_started.send(sender=None)
    assert not connections[DEFAULT_DB_ALIAS].in_atomic_block
