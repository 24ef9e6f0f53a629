"""Instagram's containers: their states, the day's allowance, and what a picture and a caption must be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from facebook_business.adobjects.iguser import IGUser
from facebook_business.exceptions import FacebookRequestError

from bot.channels.instagram.sandbox import publishing as graph_instagram
from tests.sandbox.conftest import PictureHost
from tests.sandbox.drawn import drawn
from tests.sandbox_client import SandboxClient

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon(sandbox: SandboxClient) -> None:
    sandbox.set_clock(NOON.isoformat())


def create(instagram: IGUser, url: str, **more: Any) -> str:
    return str(instagram.create_media(params={"image_url": url, "caption": "見本です。", **more})["id"])


def status(instagram: IGUser, container: str) -> tuple[str, str]:
    told = instagram.get_api().call("GET", (container,), {"fields": "status_code,status"}).json()
    return told["status_code"], told["status"]


def finished(instagram: IGUser, url: str, **more: Any) -> str:
    made = create(instagram, url, **more)
    assert [status(instagram, made)[0], status(instagram, made)[0]] == ["IN_PROGRESS", "FINISHED"]
    return made


def publish(instagram: IGUser, container: str) -> str:
    return str(instagram.create_media_publish(params={"creation_id": int(container)})["id"])


def refused(instagram: IGUser, container: str) -> tuple[int, int | None]:
    with pytest.raises(FacebookRequestError) as caught:
        publish(instagram, container)
    return caught.value.api_error_code(), caught.value.api_error_subcode()


def test_a_container_that_is_a_day_old_has_expired(instagram: IGUser, pictures: PictureHost, sandbox: SandboxClient) -> None:
    made = finished(instagram, pictures.show(drawn()))
    sandbox.set_clock((NOON + timedelta(hours=23, minutes=59)).isoformat())
    assert status(instagram, made)[0] == "FINISHED"
    sandbox.set_clock((NOON + timedelta(hours=24)).isoformat())
    assert status(instagram, made)[0] == "EXPIRED"
    assert refused(instagram, made) == (-2, 2207020)
    assert sandbox.posts("instagram") == []


def test_a_container_that_was_published_stays_so(instagram: IGUser, pictures: PictureHost, sandbox: SandboxClient) -> None:
    made = finished(instagram, pictures.show(drawn()))
    publish(instagram, made)
    sandbox.set_clock((NOON + timedelta(hours=25)).isoformat())
    assert status(instagram, made)[0] == "PUBLISHED"


def test_a_picture_that_breaks_off_ends_in_an_error_that_tells_its_subcode(
    instagram: IGUser, pictures: PictureHost, sandbox: SandboxClient
) -> None:
    whole = drawn("red", (800, 800))
    made = create(instagram, pictures.show(whole[: len(whole) // 2]))
    assert status(instagram, made)[0] == "IN_PROGRESS"
    code, words = status(instagram, made)
    assert (code, "2207005" in words) == ("ERROR", True)
    assert refused(instagram, made) == (9007, 2207027)
    assert sandbox.posts("instagram") == []


def test_a_container_that_does_not_exist_cannot_be_published(instagram: IGUser) -> None:
    assert refused(instagram, "1800000000000009999") == (24, 2207006)


def test_an_item_of_a_carousel_is_not_a_post(instagram: IGUser, pictures: PictureHost) -> None:
    item = finished(instagram, pictures.show(drawn()), is_carousel_item=True)
    assert refused(instagram, item) == (9007, 2207027)


@pytest.mark.parametrize("count", [1, 11])
def test_a_carousel_has_two_to_ten_items(instagram: IGUser, pictures: PictureHost, count: int) -> None:
    items = [finished(instagram, pictures.show(drawn()), is_carousel_item=True) for _ in range(count)]
    with pytest.raises(FacebookRequestError) as caught:
        instagram.create_media(params={"media_type": "CAROUSEL", "children": items})
    assert caught.value.api_error_subcode() == 2207028


def test_a_carousel_waits_for_its_items(instagram: IGUser, pictures: PictureHost) -> None:
    items = [finished(instagram, pictures.show(drawn()), is_carousel_item=True)]
    items.append(create(instagram, pictures.show(drawn()), is_carousel_item=True))
    with pytest.raises(FacebookRequestError) as caught:
        instagram.create_media(params={"media_type": "CAROUSEL", "children": items})
    assert (caught.value.api_error_code(), caught.value.api_error_subcode()) == (9007, 2207027)


def test_the_days_posts_are_used_up_and_come_back(
    instagram: IGUser, pictures: PictureHost, sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_instagram, "MOST_POSTS_A_DAY", 1)
    publish(instagram, finished(instagram, pictures.show(drawn())))
    sandbox.set_clock((NOON + timedelta(hours=12)).isoformat())
    second = finished(instagram, pictures.show(drawn()))
    assert refused(instagram, second) == (9, 2207042)
    sandbox.set_clock((NOON + timedelta(hours=24)).isoformat())
    assert publish(instagram, second)


def test_the_days_containers_are_used_up(instagram: IGUser, pictures: PictureHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_instagram, "MOST_CONTAINERS_A_DAY", 2)
    for _ in range(2):
        create(instagram, pictures.show(drawn()))
    with pytest.raises(FacebookRequestError) as caught:
        create(instagram, pictures.show(drawn()))
    assert (caught.value.api_error_code(), caught.value.api_error_subcode()) == (9, 2207042)


@pytest.mark.parametrize(
    ("caption", "fits"),
    [
        ("長" * 2200, True),
        ("長" * 2201, False),
        ("😀" * 1100, True),
        ("😀" * 1101, False),
        (" ".join(["#金沢市DX"] * 5), True),
        (" ".join(["#金沢市DX"] * 6), False),
        (" ".join(["@kanazawa"] * 20), True),
        (" ".join(["@kanazawa"] * 21), False),
    ],
)
def test_a_caption_is_measured(instagram: IGUser, pictures: PictureHost, caption: str, fits: bool) -> None:
    order = {"image_url": pictures.show(drawn()), "caption": caption}
    if fits:
        assert instagram.create_media(params=order)["id"]
    else:
        with pytest.raises(FacebookRequestError):
            instagram.create_media(params=order)


@pytest.mark.parametrize(("size", "fits"), [((800, 1000), True), ((800, 1001), True), ((800, 1020), False), ((955, 500), True)])
def test_a_picture_may_be_from_four_to_five_up_to_191_to_100(
    instagram: IGUser, pictures: PictureHost, size: tuple[int, int], fits: bool
) -> None:
    url = pictures.show(drawn(size=size))
    if fits:
        assert create(instagram, url)
    else:
        with pytest.raises(FacebookRequestError) as caught:
            create(instagram, url)
        assert caught.value.api_error_code() == 36003


def test_an_address_that_is_not_plain_ascii_is_not_fetched(instagram: IGUser, pictures: PictureHost) -> None:
    with pytest.raises(FacebookRequestError) as caught:
        create(instagram, pictures.show(drawn()) + "?名=赤")
    assert caught.value.api_error_code() == 9004
