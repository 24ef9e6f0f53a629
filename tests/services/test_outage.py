"""The network goes away in the middle of many deliveries, and comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.channels.x import client as _x_client
from bot.meta_graph import client as _graph
from bot.registry import load
from bot.services.records.context import context
from bot.store.models import Delivery
from tests.office import TUESDAY, Office
from tests.relay import Mode, Relay

NOON = TUESDAY.replace(hour=12, minute=15)
POSTS = 100


@pytest.fixture
def relay(office: Office) -> Iterator[Relay]:
    """The office's way to X and Facebook leads over it."""
    wire = Relay(office.sandbox.base_url)
    office.env |= {"DXBOT_X_BASE_URL": wire.base_url, "DXBOT_GRAPH_BASE_URL": wire.base_url}
    office.ctx = context(load(office.env), office.clock)
    yield wire
    wire.close()


@pytest.mark.parametrize("mode", ["refuse", "hang", "reset"])
def test_after_a_minute_without_network_everything_goes_out_in_order_and_nothing_twice(
    office: Office, relay: Relay, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_x_client, "READ_TIMEOUT", 0.5)
    monkeypatch.setattr(_graph, "READ_TIMEOUT", 0.5)
    for number in range(POSTS):
        office.approved(f"p{number:03}", title=f"見本{number:03}", channels="x, facebook", extra="")
    Delivery.objects.update(due_at=NOON, run_at=NOON, last_at=NOON + timedelta(hours=1))
    office.sandbox.reset()
    runner = office.runner()
    relay.pull(mode, whole_for=400)
    office.at(NOON)
    runner.beat()
    assert 0 < Delivery.objects.filter(state="published").count() < 2 * POSTS
    for seconds in (6, 20, 36, 60):
        office.at(NOON + timedelta(seconds=seconds))
        runner.beat()
    relay.mend()
    for seconds in (80, 140, 260, 700, 950, 1010):  # the quota of a quarter of an hour may have been used up
        office.at(NOON + timedelta(seconds=seconds))
        runner.beat()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"published"}
    for channel in ("x", "facebook"):
        titles = [post["text"][:5] for post in office.sandbox.posts(channel)]
        assert titles == [f"見本{number:03}" for number in range(POSTS)]
