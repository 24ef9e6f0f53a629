"""What readings tell: texts as the platforms make them, and only what was asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from facebook_business.adobjects.page import Page
from facebook_business.exceptions import FacebookRequestError

from bot.channels.x.sandbox import credentials as x_credentials
from bot.meta_graph.sandbox import credentials as graph_credentials
from tests.sandbox.conftest import PictureHost
from tests.sandbox.drawn import drawn
from tests.sandbox.drivers import InstagramPrivate, X
from tests.sandbox_client import SandboxClient

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def driver(sandbox: SandboxClient) -> X:
    sandbox.set_clock(NOON.isoformat())
    return X(sandbox.base_url, "")


def x_post(sandbox: SandboxClient, text: str, **more: Any) -> str:
    body = {"text": text, **more}
    answer = requests.post(f"{sandbox.base_url}/2/tweets", headers=X.headers, json=body, timeout=5)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["data"]["id"])


def timeline(sandbox: SandboxClient, **query: str) -> list[str]:
    address = f"{sandbox.base_url}/2/users/{x_credentials.USER}/tweets"
    told = requests.get(address, headers=X.headers, params=query, timeout=5).json()
    return [post["id"] for post in told.get("data", [])]


def told(sandbox: SandboxClient, identity: str, fields: str = "entities") -> dict[str, Any]:
    address = f"{sandbox.base_url}/2/tweets/{identity}"
    answer = requests.get(address, headers=X.headers, params={"tweet.fields": fields}, timeout=5)
    data: dict[str, Any] = answer.json()["data"]
    return data


@pytest.mark.parametrize(
    ("typed", "expanded"),
    [
        ("見本 https://example.jp/a?b=c&d=e です", ["https://example.jp/a?b=c&d=e"]),
        ("A&B <C> https://example.jp/ と http://example.com/x", ["https://example.jp/", "http://example.com/x"]),
        ("😀👨‍👩‍👧 example.jp を見る", ["http://example.jp"]),
        ("リンクのない見本 #金沢市DX", []),
    ],
)
def test_x_hides_links_behind_its_own_and_tells_where_they_are(sandbox: SandboxClient, typed: str, expanded: list[str]) -> None:
    shown = told(sandbox, x_post(sandbox, typed))
    links = shown.get("entities", {}).get("urls", [])
    assert [link["expanded_url"] for link in links] == expanded
    for link in links:
        assert shown["text"][link["start"] : link["end"]] == link["url"]
        assert (link["url"].startswith("https://t.co/"), len(link["url"])) == (True, 23)
    bare = shown["text"]
    for link in links:
        bare = bare.replace(link["url"], "")
    assert not {"<", ">"} & set(bare)
    assert "&" not in bare.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")


def test_x_tells_tags_where_they_stand_in_the_told_text(sandbox: SandboxClient) -> None:
    shown = told(sandbox, x_post(sandbox, "A&B #金沢市DX と #書かない窓口"))
    tags = shown["entities"]["hashtags"]
    assert [tag["tag"] for tag in tags] == ["金沢市DX", "書かない窓口"]
    assert [shown["text"][tag["start"] : tag["end"]] for tag in tags] == ["#金沢市DX", "#書かない窓口"]


def test_x_adds_a_link_to_the_pictures_behind_the_text(sandbox: SandboxClient, driver: X) -> None:
    media = [driver.upload().json()["data"]["id"] for _ in range(2)]
    shown = told(sandbox, x_post(sandbox, "二枚の見本です。", media={"media_ids": media}))
    first, second = shown["entities"]["urls"]
    assert shown["text"] == f"二枚の見本です。 {first['url']}"
    assert first["url"] == second["url"]
    assert [first["media_key"], second["media_key"]] == [f"3_{m}" for m in media]


def test_x_tells_only_the_fields_that_were_asked_for(sandbox: SandboxClient) -> None:
    made = x_post(sandbox, "見本です。https://example.jp/")
    assert set(told(sandbox, made, "created_at")) == {"id", "text", "edit_history_tweet_ids", "created_at"}
    address = f"{sandbox.base_url}/2/tweets/{made}"
    for query in ({"tweet.fields": "hearts"}, {"hearts": "1"}):
        assert requests.get(address, headers=X.headers, params=query, timeout=5).status_code == 400


def test_xs_timeline_is_cut_by_time_and_by_number(sandbox: SandboxClient, driver: X) -> None:
    made = []
    for minute in range(4):
        sandbox.set_clock((NOON + timedelta(minutes=minute)).isoformat())
        made.append(x_post(sandbox, f"{minute}番目の見本です。"))
    at = [(NOON + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ") for minute in range(4)]
    assert timeline(sandbox, start_time=at[2]) == [made[3], made[2]]
    assert timeline(sandbox, end_time=at[1]) == [made[1], made[0]]
    assert timeline(sandbox, since_id=made[1]) == [made[3], made[2]]
    assert timeline(sandbox, until_id=made[1]) == [made[0]]
    assert timeline(sandbox, start_time=at[1], until_id=made[3]) == [made[2], made[1]]


def test_xs_timeline_leaves_out_replies_where_asked(sandbox: SandboxClient) -> None:
    first = x_post(sandbox, "見本です。")
    reply = x_post(sandbox, "続きの見本です。", reply={"in_reply_to_tweet_id": first})
    assert timeline(sandbox) == [reply, first]
    assert timeline(sandbox, exclude="replies") == [first]


@pytest.mark.parametrize(("size", "status"), [("4", 400), ("5", 200), ("100", 200), ("101", 400), ("x", 400)])
def test_xs_timeline_has_five_to_a_hundred_posts_a_page(sandbox: SandboxClient, size: str, status: int) -> None:
    address = f"{sandbox.base_url}/2/users/{x_credentials.USER}/tweets"
    assert requests.get(address, headers=X.headers, params={"max_results": size}, timeout=5).status_code == status


def test_the_pages_posts_are_cut_by_time(page: Page, sandbox: SandboxClient) -> None:
    made = []
    for minute in range(3):
        sandbox.set_clock((NOON + timedelta(minutes=minute)).isoformat())
        made.append(page.create_feed(params={"message": f"{minute}番目の見本です。"})["id"])
    address, unix = (graph_credentials.PAGE, "published_posts"), int(NOON.timestamp())

    def cut(**query: Any) -> list[str]:
        return [post["id"] for post in page.get_api().call("GET", address, query).json()["data"]]

    assert cut(since=unix + 60) == [made[2], made[1]]
    assert cut(until=unix + 60) == [made[1], made[0]]
    assert cut(since=(NOON + timedelta(minutes=2)).isoformat()) == [made[2]]


def test_the_pages_post_tells_its_photos_and_only_the_asked_fields(page: Page, pictures: PictureHost) -> None:
    photos = [page.create_photo(params={"url": pictures.show(drawn(c)), "published": False})["id"] for c in ("red", "blue")]
    media = [{"media_fbid": photo} for photo in photos]
    made = page.create_feed(params={"message": "見本です。", "attached_media": media})["id"]
    fields = "attachments{target,subattachments{target}}"
    shown = page.get_api().call("GET", (made,), {"fields": fields}).json()
    assert set(shown) == {"id", "attachments"}
    (album,) = shown["attachments"]["data"]
    assert [sub["target"]["id"] for sub in album["subattachments"]["data"]] == photos
    with pytest.raises(FacebookRequestError) as caught:
        page.get_api().call("GET", (made,), {"fields": "message,hearts"})
    assert caught.value.api_error_code() == 100


def test_the_same_words_on_the_page_are_refused_only_right_after_each_other(page: Page) -> None:
    for message in ("見本です。", "別の見本です。", "見本です。"):
        page.create_feed(params={"message": message})
    with pytest.raises(FacebookRequestError) as caught:
        page.create_feed(params={"message": "見本です。"})
    assert caught.value.api_error_code() == 506


@pytest.mark.parametrize(
    ("data", "fits"), [(drawn() + b"\0" * 3_990_000, True), (drawn() + b"\0" * 4_000_000, False), (b"GIF", False)]
)
def test_a_photo_of_the_page_is_a_picture_below_four_megabytes(
    page: Page, pictures: PictureHost, data: bytes, fits: bool
) -> None:
    order = {"url": pictures.show(data), "published": False}
    if fits:
        assert page.create_photo(params=order)["id"]
    else:
        with pytest.raises(FacebookRequestError) as caught:
            page.create_photo(params=order)
        assert caught.value.api_error_subcode() == 1366046


@pytest.mark.parametrize(
    ("told_headers", "data"),
    [
        ({"X-Entity-Length": "1"}, drawn()),
        ({"X-Entity-Name": "another"}, drawn()),
        ({"X-Instagram-Rupload-Params": "{}"}, drawn()),
        ({"X-Instagram-Rupload-Params": '{"upload_id": "32"}'}, drawn()),
        ({}, drawn(kind="PNG")),
    ],
)
def test_the_private_way_takes_jpegs_whose_headers_agree(
    sandbox: SandboxClient, told_headers: dict[str, str], data: bytes
) -> None:
    headers = {
        "X-Entity-Name": "31_0_1",
        "X-Entity-Length": str(len(data)),
        "X-Instagram-Rupload-Params": '{"upload_id": "31"}',
    }
    headers |= InstagramPrivate.headers | told_headers
    answer = requests.post(f"{sandbox.base_url}/rupload_igphoto/31_0_1", headers=headers, data=data, timeout=5)
    assert answer.status_code == 400


def test_the_private_way_wants_an_unknown_picture_again_within_a_success(sandbox: SandboxClient) -> None:
    answer = InstagramPrivate(sandbox.base_url, "").commit()
    assert (answer.status_code, answer.json()["message"]) == (200, "media_needs_reupload")
    assert sandbox.posts() == []
