"""The reason for which a post stood still is there when its time has passed."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from bot.registry import load
from bot.services.records.context import context
from bot.store.models import Delivery
from tests.office import TUESDAY, Office

NOON = TUESDAY.replace(hour=12, minute=15)


@pytest.fixture
def nowhere() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    return f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("channel", "variable", "said"),
    [
        ("instagram", "DXBOT_MEDIA_BASE_URL", "1枚目の画像（red.png）を取りに来られなかった"),
        ("x", "DXBOT_X_BASE_URL", "配信先につながらない"),
    ],
)
def test_whose_address_could_not_be_reached(office: Office, nowhere: str, channel: str, variable: str, said: str) -> None:
    office.approved(channels=channel)
    office.env |= {variable: nowhere}
    office.ctx = context(load(office.env), office.clock)
    for minutes in (0, 1, 5, 20, 40, 61, 62):
        office.at(NOON + timedelta(minutes=minutes))
        office.runner().beat()
    row = Delivery.objects.get()
    assert row.state == "missed"
    assert said in row.problem
    assert "予定の時刻に出せなかった" in row.problem
    assert ("DXBOT_MEDIA_BASE_URL" in row.problem) is (channel == "instagram")
