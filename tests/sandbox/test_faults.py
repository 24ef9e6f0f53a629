"""Trouble on order, of every kind, wherever a request can meet it, on every channel and for both drivers of Instagram."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import requests

from bot import registry
from bot.sandbox import faults
from bot.sandbox.faults import KINDS, LATE, PLACES
from tests.sandbox.conftest import PictureHost
from tests.sandbox.drawn import drawn
from tests.sandbox.drivers import DRIVERS, Driver, FacebookPage, InstagramGraph, InstagramPrivate, X
from tests.sandbox_client import SandboxClient

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
IMPATIENT = 1.0  # long enough for the work that is done before the silence
# What a client meets: a status, or no whole answer.
REFUSED = {"429": {429}, "401": {401}, "403": {403}, "500_before": {500}, "500_after": {500}, "html_502": {502}}
BROKEN: dict[str, tuple[type[Exception], ...]] = {
    "refuse": (requests.ConnectionError,),
    "reset_after": (requests.ConnectionError,),
    "hang_after": (requests.ReadTimeout,),
    "truncated_after": (requests.exceptions.ChunkedEncodingError,),
}
NOTHING_DONE = ("refuse", "429", "401", "403", "500_before", "html_502")


@pytest.fixture(params=DRIVERS, ids=lambda driver: driver.__name__)
def driver(request: pytest.FixtureRequest, sandbox: SandboxClient, pictures: PictureHost) -> Driver:
    made: Driver = request.param(sandbox.base_url, pictures.show(drawn()))
    return made


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "_SLOW_SECONDS", 0.2)


def meet(driver: Driver, place: str, kind: str) -> requests.Response | None:
    """Send into ordered trouble; None where no whole answer came. Raises what does not belong to the trouble."""
    act = getattr(driver, place)
    if kind in BROKEN:
        with pytest.raises(BROKEN[kind]):
            act(IMPATIENT if kind == "hang_after" else 5.0)
        return None
    answer: requests.Response = act()
    assert answer.status_code in REFUSED.get(kind, {200, 201})
    return answer


def uploads(driver: Driver) -> int:
    """How many uploads there have been, as a further one tells: numbers are given in order."""
    if isinstance(driver, InstagramPrivate):  # there the client numbers its uploads, and one is known or not
        return int("pk" in driver.commit().json()["media"])
    answer = driver.upload().json()
    return int(answer.get("id") or answer["data"]["id"]) - 1_800_000_000_000_000_001


@pytest.mark.parametrize("kind", KINDS)
def test_a_commit_meets_the_trouble_and_the_post_is_there_or_not_as_it_says(
    driver: Driver, sandbox: SandboxClient, kind: str
) -> None:
    driver.ready()
    sandbox.fault(driver.channel, kind)
    meet(driver, "commit", kind)
    assert len(sandbox.posts(driver.channel)) == (kind not in NOTHING_DONE)


@pytest.mark.parametrize("kind", KINDS)
def test_an_upload_meets_the_trouble_and_is_kept_or_not_as_it_says(driver: Driver, sandbox: SandboxClient, kind: str) -> None:
    sandbox.fault(driver.channel, kind, on="upload")
    meet(driver, "upload", kind)
    assert uploads(driver) == (kind not in NOTHING_DONE)


@pytest.mark.parametrize("kind", KINDS)
def test_a_reading_meets_the_trouble_and_changes_nothing(driver: Driver, sandbox: SandboxClient, kind: str) -> None:
    driver.ready()
    driver.commit()
    sandbox.fault(driver.channel, kind, on="read")
    meet(driver, "read", kind)
    assert driver.listed(driver.read()) == 1
    assert len(sandbox.posts(driver.channel)) == 1


@pytest.mark.parametrize("place", PLACES)
def test_trouble_comes_as_often_as_ordered_and_only_where_it_was_ordered(
    driver: Driver, sandbox: SandboxClient, place: str
) -> None:
    driver.ready()
    sandbox.fault(driver.channel, "500_before", on=place, times=2)
    for other in {"commit", "upload", "read"} - {place}:
        assert getattr(driver, other)().ok
    statuses = [getattr(driver, place)().status_code for _ in range(3)]
    assert statuses[:2] == [500, 500]
    assert statuses[2] < 500


def test_trouble_of_one_channel_is_not_met_on_another(driver: Driver, sandbox: SandboxClient) -> None:
    driver.ready()
    for channel in set(registry.platforms()) - {driver.channel}:
        sandbox.fault(channel, "500_before")
    assert driver.commit().ok


def test_a_post_made_late_is_with_citizens_at_once_and_in_readings_after_a_while(
    driver: Driver, sandbox: SandboxClient
) -> None:
    sandbox.set_clock(NOON.isoformat())
    driver.ready()
    sandbox.fault(driver.channel, "late_visibility")
    assert driver.commit().ok
    assert len(sandbox.posts(driver.channel)) == 1
    assert driver.listed(driver.read()) == 0
    sandbox.set_clock((NOON + LATE - timedelta(seconds=1)).isoformat())
    assert driver.listed(driver.read()) == 0
    sandbox.set_clock((NOON + LATE).isoformat())
    assert driver.listed(driver.read()) == 1


def test_a_late_reading_shows_the_world_as_it_was(driver: Driver, sandbox: SandboxClient) -> None:
    sandbox.set_clock(NOON.isoformat())
    driver.ready()
    driver.commit()
    sandbox.fault(driver.channel, "late_visibility", on="read")
    assert driver.listed(driver.read()) == 0
    assert driver.listed(driver.read()) == 1


def test_what_hangs_does_not_hold_up_others(driver: Driver, sandbox: SandboxClient) -> None:
    driver.ready()
    sandbox.fault(driver.channel, "hang_after", on="read")
    with pytest.raises(requests.ReadTimeout):
        driver.read(IMPATIENT)
    assert driver.commit().ok


WORDS: dict[type[Driver], dict[str, object]] = {
    X: {"429": "Too Many Requests", "401": "Unauthorized", "403": "Forbidden", "500_before": "Internal Server Error"},
    FacebookPage: {"429": (4, None), "401": (190, 463), "403": (200, None), "500_before": (2, None)},
    InstagramGraph: {"429": (4, None), "401": (190, 463), "403": (200, None), "500_before": (2, None)},
    InstagramPrivate: {
        "429": "Too many requests",
        "401": "Please log in again",
        "403": "login_required",
        "500_before": "Oops, an error occurred.",
    },
}


@pytest.mark.parametrize("kind", ["429", "401", "403", "500_before"])
@pytest.mark.parametrize("place", PLACES)
def test_a_refusal_is_worded_as_the_platform_words_it(driver: Driver, sandbox: SandboxClient, place: str, kind: str) -> None:
    sandbox.fault(driver.channel, kind, on=place)
    told = getattr(driver, place)().json()
    error = told.get("error", {})
    said = told.get("title") or told.get("message") or (error.get("code"), error.get("error_subcode"))
    assert said == WORDS[type(driver)][kind]
