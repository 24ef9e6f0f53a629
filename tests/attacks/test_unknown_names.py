"""A name, a number or an address from outside that is none of ours; and rows of a channel that an upgrade took away."""

from __future__ import annotations

import pytest

from bot.errors import NotAllowed, NotFound
from bot.services.delivery import pause, reconcile
from bot.services.records.context import gone
from bot.store.models import Lane, Pause
from bot.values import reading
from bot.workflow.actors import Actor, Role
from tests.office import Office
from tests.people.test_roles import doubtful

OFFICER = Actor(person="kouhou", role=Role.OFFICER)


def test_a_stop_of_a_misspelt_channel_is_refused_with_the_name_that_was_meant(office: Office) -> None:
    for act in (
        lambda: pause.pause(office.ctx, OFFICER, "地震", "instagran"),
        lambda: pause.resume(office.ctx, OFFICER, "instagran"),
    ):
        with pytest.raises(NotFound) as refused:
            act()
        assert "instagram" in refused.value.next_step
    assert not Pause.objects.exists()


def test_a_stop_of_a_channel_that_is_gone_can_be_ended(office: Office) -> None:
    Pause.objects.create(channel="mixi", reason="終了", set_by="koho", set_at=office.ctx.clock.now())
    Lane.objects.create(name="mixi", closed_at=office.ctx.clock.now(), problem="終了")
    assert office.ctx.spec("mixi").label == gone("mixi").label
    assert pause.resume(office.ctx, OFFICER, "mixi") == 2


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "https://example.jp/1",
        "https://www.facebook.com.example.jp/1",
        "https://www.facebook.com@example.jp/1",
        "http://www.facebook.com/1",
        "https://www.facebook.com/1\u202e",
        "https://www.facebook.com\\@example.jp/",
    ],
)
def test_published_means_on_the_channels_own_pages(office: Office, address: str) -> None:
    delivery = doubtful(office)
    with pytest.raises(NotAllowed):
        reconcile.decide_published(office.ctx, OFFICER, delivery.id, address)
    delivery.refresh_from_db()
    assert delivery.url == ""


@pytest.mark.parametrize("text", ["9" * 5_000, "-1", "²", "٣", "", "1e3", "0x1"])
def test_no_number_of_a_row(text: str) -> None:
    assert reading.ordinal(text) is None
