"""Photos that lie hidden on the Page: those of a settled delivery that no post uses go, all others stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.sandbox.server import Sandbox
from bot.services.delivery import reconcile, scheduling, uploads
from bot.store.models import Delivery
from bot.store.uploads import HiddenUpload
from tests.office import PICTURE, TUESDAY, Office

NOON = TUESDAY.replace(hour=12, minute=15)
TWO = f"{PICTURE}, {{file: blue.png, alt: 青い四角の見本, people: none}}"
SETTLED = uploads.SETTLED_FOR + timedelta(hours=2)


class Page:
    """What lies on it, whether a post shows it or not."""

    def __init__(self, office: Office, server: Sandbox) -> None:
        self.office, self._state = office, server._state
        (self.delivery,) = office.approved(channels="facebook", images=TWO)
        self.runner = office.runner()

    def at(self, seconds: int) -> None:
        """A beat so long after its time."""
        self.office.at(NOON + timedelta(seconds=seconds))
        self.runner.beat()

    def photos(self) -> int:
        numbers = [n for row in self.tokens for n in row.removeprefix("begun@").rpartition(":")[2].split(",")]
        found = [self._state.get("photo", number) for number in numbers]
        return sum(1 for photo in found if photo and not photo.get("deleted"))

    def prepared(self) -> None:
        self.at(-50)
        self.tokens = list(HiddenUpload.objects.order_by("id").values_list("token", flat=True))
        assert self.photos() == 2

    def prune(self, after: timedelta = SETTLED) -> None:
        self.tokens = list(dict.fromkeys([*self.tokens, *HiddenUpload.objects.values_list("token", flat=True)]))
        self.office.at(Delivery.objects.get().last_at + after)
        self.office.runner().prune()


@pytest.fixture
def page(office: Office, sandbox_server: Sandbox) -> Page:
    made = Page(office, sandbox_server)
    made.prepared()
    return made


def test_those_of_a_cancelled_post_go_a_day_later(office: Office, page: Page) -> None:
    scheduling.cancel(office.ctx, office.officer, page.delivery.id)
    page.prune(timedelta(hours=1))
    assert page.photos() == 2
    page.prune()
    assert page.photos() == 0
    assert not HiddenUpload.objects.exists()


def test_those_that_the_post_shows_stay_and_those_made_before_go(office: Office, page: Page) -> None:
    scheduling.reschedule(office.ctx, office.officer, page.delivery.id, NOON + timedelta(hours=4))
    page.at(4 * 3600)
    assert office.states() == {"facebook": "published"}
    page.prune()
    assert len(page.tokens) == 2
    assert page.photos() == 2
    (post,) = office.sandbox.posts("facebook")
    assert len(post["media"]) == 2
    assert not HiddenUpload.objects.exists()


def test_those_of_a_post_that_nobody_knew_of_stay(office: Office, page: Page, heal: Callable[[], None]) -> None:
    office.sandbox.fault("facebook", "500_after")
    office.sandbox.fault("facebook", "403", on="read", times=20)
    for seconds in (0, 6, 40, 130, 700, 1900):
        page.at(seconds)
    (row,) = office.deliveries("undecided")
    page.prune()
    assert page.photos() == 2
    reconcile.decide_let_be(office.ctx, office.officer, row.id)  # wrongly
    heal()
    page.prune()
    assert page.photos() == 2


@pytest.mark.parametrize(("kind", "on"), [("403", "read"), ("500_before", "read"), ("html_502", "upload")])
def test_where_the_platform_does_not_say_they_stay_until_it_does(office: Office, page: Page, kind: str, on: str) -> None:
    scheduling.cancel(office.ctx, office.officer, page.delivery.id)
    office.sandbox.fault("facebook", kind, on=on)
    page.prune()
    assert page.photos() == 2
    assert HiddenUpload.objects.count() == 1
    page.prune(SETTLED + timedelta(days=1))
    assert page.photos() == 0


def test_those_of_another_account_stay(office: Office, page: Page) -> None:
    scheduling.cancel(office.ctx, office.officer, page.delivery.id)
    HiddenUpload.objects.update(made_by="facebook:999 bot.channels.facebook.page")
    page.prune()
    assert page.photos() == 2
    page.prune(uploads.ASKED_FOR + timedelta(days=1))
    assert not HiddenUpload.objects.exists()


def test_those_of_a_preparing_that_was_refused_half_way_are_known(
    office: Office, sandbox_server: Sandbox, heal: Callable[[], None]
) -> None:
    page = Page(office, sandbox_server)
    office.sandbox.fault("facebook", "slow", on="upload")  # the first goes well
    office.sandbox.fault("facebook", "429", on="upload", times=20)
    page.at(-50)
    (row,) = HiddenUpload.objects.all()
    assert row.token.startswith("begun@")
    scheduling.cancel(office.ctx, office.officer, page.delivery.id)
    page.tokens = [row.token]
    assert page.photos() == 1
    heal()
    page.prune()
    assert page.photos() == 0
