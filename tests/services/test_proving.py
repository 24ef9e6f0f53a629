"""Whose the keys are is asked before the first post of a day."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.channel_kit.base import Account
from bot.errors import ChannelClosed, ChannelError, Unavailable
from bot.registry import load
from bot.services.delivery import pause
from bot.services.delivery.proving import Proving
from bot.services.records.context import context
from bot.services.telling import notices
from bot.store.models import AuditEntry, Delivery, Lane
from bot.store.notices import Notice
from tests.office import TUESDAY, Office


class Witness:
    """A channel that says whose its keys are, and counts how often it was asked."""

    account = "x:1"

    def __init__(self) -> None:
        self.asked = 0
        self.told: Account | ChannelError = Account(identity="x:1")

    def probe(self) -> Account:
        self.asked += 1
        if isinstance(self.told, ChannelError):
            raise self.told
        return self.told


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
def proving() -> Proving:
    return Proving(ZoneInfo("Asia/Tokyo"))


def test_it_is_asked_once_a_day_on_the_offices_wall(proving: Proving, witness: Witness) -> None:
    for hours, asked in ((0, 1), (5, 1), (14.9, 1), (15.1, 2), (20, 2)):  # from nine in the morning
        proving.require(witness, TUESDAY + timedelta(hours=hours))  # type: ignore[arg-type]
        assert witness.asked == asked


def test_a_witness_that_cannot_be_heard_keeps_nobody_and_is_asked_again(proving: Proving, witness: Witness) -> None:
    witness.told = Unavailable("away")
    proving.require(witness, TUESDAY)  # type: ignore[arg-type]
    witness.told = Account(identity="x:2", name="@other")
    with pytest.raises(ChannelClosed) as caught:
        proving.require(witness, TUESDAY)  # type: ignore[arg-type]
    assert "x:2 @other のものです" in caught.value.summary


def test_keys_of_another_page_send_nothing_hold_the_lane_and_are_told(office: Office) -> None:
    office.env |= {
        "DXBOT_FACEBOOK_PAGE_ID": "999",
        "DXBOT_SMTP_SERVER": "mail.example.jp:587",
        "DXBOT_WEBHOOK_URL": "https://chat.example.jp/",
    }
    office.ctx = context(load(office.env), office.clock)
    office.approved(channels="facebook")
    office.publish_all()
    row = Delivery.objects.get()
    assert (row.state, row.bar, row.attempts) == ("held", "account", 0)
    assert "facebook:100000000000001" in row.problem
    assert office.sandbox.posts("facebook") == []
    (lane,) = pause.closed_lanes()
    assert "facebook:999" in lane.problem
    assert AuditEntry.objects.filter(verb="ChannelClosed").exists()
    while notices.take_in(office.ctx):
        pass
    assert Notice.objects.filter(kind="closed", channel="webhook").exists()
    assert Lane.objects.get().account == ""
