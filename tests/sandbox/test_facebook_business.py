"""Meta's own Python client judges the sandbox: the Page, its photos and posts, and Instagram's publishing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from facebook_business.adobjects.igmedia import IGMedia
from facebook_business.adobjects.iguser import IGUser
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.adobjects.photo import Photo
from facebook_business.adobjects.shadowigmediabuilder import ShadowIGMediaBuilder
from facebook_business.adobjects.user import User
from facebook_business.exceptions import FacebookRequestError

from bot.meta_graph.sandbox import credentials as graph_credentials
from tests.sandbox.conftest import Meta, PictureHost
from tests.sandbox.drawn import drawn, sha256
from tests.sandbox_client import SandboxClient


def hidden(page: Page, url: str, alt: str) -> str:
    return str(page.create_photo(params={"url": url, "published": False, "alt_text_custom": alt})["id"])


def attached(photos: Iterable[str]) -> list[dict[str, str]]:
    return [{"media_fbid": photo} for photo in photos]


def container(instagram: IGUser, **params: Any) -> ShadowIGMediaBuilder:
    made = instagram.create_media(params=params)
    return ShadowIGMediaBuilder(made["id"], api=instagram.get_api())


def status(container: ShadowIGMediaBuilder) -> str:
    return str(container.api_get(fields=["status_code", "status"])["status_code"])


def finished(instagram: IGUser, **params: Any) -> str:
    made = container(instagram, **params)
    assert status(made) == "IN_PROGRESS"
    assert status(made) == "FINISHED"
    return str(made["id"])


def codes(caught: pytest.ExceptionInfo[FacebookRequestError]) -> tuple[int, int | None]:
    return caught.value.api_error_code(), caught.value.api_error_subcode()


def test_a_post_on_the_page_is_made_and_read_back(page: Page, sandbox: SandboxClient) -> None:
    made = page.create_feed(params={"message": "見本です。A & B <C>"})
    post = PagePost(made["id"], api=page.get_api()).api_get(fields=["message", "created_time", "permalink_url", "is_published"])
    assert (post["message"], post["is_published"]) == ("見本です。A & B <C>", True)
    assert post["permalink_url"].startswith(sandbox.base_url)
    assert made["id"] == f"{graph_credentials.PAGE}_{sandbox.posts('facebook')[0]['id']}"


def test_hidden_photos_become_one_post_with_their_alt_texts(page: Page, pictures: PictureHost, sandbox: SandboxClient) -> None:
    red, blue = drawn("red"), drawn("blue")
    photos = [hidden(page, pictures.show(red), "赤い四角"), hidden(page, pictures.show(blue), "青い四角")]
    assert sandbox.posts("facebook") == []
    made = page.create_feed(params={"message": "画像の見本です。", "attached_media": attached(photos)})
    (post,) = sandbox.posts("facebook")
    assert post["media"] == [
        {"alt": "赤い四角", "sha256": sha256(red)},
        {"alt": "青い四角", "sha256": sha256(blue)},
    ]
    photo = Photo(photos[0], api=page.get_api()).api_get(fields=["alt_text_custom", "page_story_id", "width", "height"])
    assert (photo["alt_text_custom"], photo["page_story_id"]) == ("赤い四角", made["id"])
    assert (photo["width"], photo["height"]) == (640, 640)


def test_a_photos_bytes_may_be_sent_as_a_file(page: Page, sandbox: SandboxClient, tmp_path: Path) -> None:
    data = drawn("green", kind="PNG")
    (tmp_path / "green.png").write_bytes(data)
    with (tmp_path / "green.png").open("rb") as file:
        params = {"caption": "一枚の見本です。", "alt_text_custom": "緑の四角"}
        made = page.get_api().call("POST", (graph_credentials.PAGE, "photos"), params, files={"source": file}).json()
    (post,) = sandbox.posts("facebook")
    assert made["post_id"] == f"{graph_credentials.PAGE}_{post['id']}"
    assert (post["text"], post["media"]) == ("一枚の見本です。", [{"alt": "緑の四角", "sha256": sha256(data)}])


def test_the_pages_posts_are_read_page_by_page_newest_first(page: Page) -> None:
    made = [page.create_feed(params={"message": f"{number}番目の見本です。"})["id"] for number in range(5)]
    posts = page.get_published_posts(fields=["message"], params={"limit": 2})
    assert [post["id"] for post in posts] == made[::-1]


def test_what_was_made_hidden_is_shown_later(page: Page, sandbox: SandboxClient) -> None:
    made = page.create_feed(params={"message": "あとで見せる見本です。", "published": False})
    assert sandbox.posts("facebook") == []
    assert list(page.get_published_posts()) == []
    PagePost(made["id"], api=page.get_api()).api_update(params={"is_published": True})
    assert [p["text"] for p in sandbox.posts("facebook")] == ["あとで見せる見本です。"]


def test_a_post_of_the_page_is_deleted(page: Page, sandbox: SandboxClient) -> None:
    made = page.create_feed(params={"message": "消す見本です。"})
    PagePost(made["id"], api=page.get_api()).api_delete()
    assert [p["deleted"] for p in sandbox.posts("facebook")] == [True]
    with pytest.raises(FacebookRequestError) as caught:
        PagePost(made["id"], api=page.get_api()).api_get()
    assert codes(caught) == (100, 33)


def test_photos_go_into_one_post_only(page: Page, pictures: PictureHost, sandbox: SandboxClient) -> None:
    media = attached([hidden(page, pictures.show(drawn()), "赤い四角")])
    page.create_feed(params={"message": "一度目の見本です。", "attached_media": media})
    with pytest.raises(FacebookRequestError) as caught:
        page.create_feed(params={"message": "二度目の見本です。", "attached_media": media})
    assert codes(caught) == (100, 1366051)
    assert len(sandbox.posts("facebook")) == 1


def test_the_same_words_may_not_follow_each_other(page: Page) -> None:
    page.create_feed(params={"message": "同じ言葉の見本です。"})
    with pytest.raises(FacebookRequestError) as caught:
        page.create_feed(params={"message": "同じ言葉の見本です。"})
    assert codes(caught) == (506, None)


def test_a_single_picture_goes_through_its_container(instagram: IGUser, pictures: PictureHost, sandbox: SandboxClient) -> None:
    red = drawn("red")
    made = finished(instagram, image_url=pictures.show(red), caption="見本です。 #金沢市DX", alt_text="赤い四角")
    published = instagram.create_media_publish(params={"creation_id": int(made)})
    media = IGMedia(published["id"], api=instagram.get_api())
    fields = ["caption", "alt_text", "permalink", "timestamp", "media_type", "shortcode"]
    shown = media.api_get(fields=fields)
    assert (shown["caption"], shown["alt_text"], shown["media_type"]) == ("見本です。 #金沢市DX", "赤い四角", "IMAGE")
    assert sandbox.posts("instagram")[0]["media"] == [{"alt": "赤い四角", "sha256": sha256(red)}]
    assert status(ShadowIGMediaBuilder(made, api=instagram.get_api())) == "PUBLISHED"


def test_a_carousel_keeps_order_and_alt_texts(instagram: IGUser, pictures: PictureHost, sandbox: SandboxClient) -> None:
    items = [
        finished(instagram, image_url=pictures.show(drawn(colour)), is_carousel_item=True, alt_text=f"{colour}の四角")
        for colour in ("red", "blue", "green")
    ]
    made = finished(instagram, media_type="CAROUSEL", children=items, caption="三枚の見本です。")
    instagram.create_media_publish(params={"creation_id": int(made)})
    (post,) = sandbox.posts("instagram")
    assert [m["alt"] for m in post["media"]] == ["redの四角", "blueの四角", "greenの四角"]
    (listed,) = instagram.get_media(fields=["caption", "media_type"])
    assert (listed["caption"], listed["media_type"]) == ("三枚の見本です。", "CAROUSEL_ALBUM")


def test_a_container_is_published_once_and_not_before_it_is_finished(
    instagram: IGUser, pictures: PictureHost, sandbox: SandboxClient
) -> None:
    made = container(instagram, image_url=pictures.show(drawn()), caption="見本です。")
    order = {"creation_id": int(made["id"])}
    with pytest.raises(FacebookRequestError) as caught:
        instagram.create_media_publish(params=order)
    assert codes(caught) == (9007, 2207027)
    assert [status(made), status(made)] == ["IN_PROGRESS", "FINISHED"]
    instagram.create_media_publish(params=order)
    with pytest.raises(FacebookRequestError) as caught:
        instagram.create_media_publish(params=order)
    assert codes(caught) == (9007, 2207027)
    assert len(sandbox.posts("instagram")) == 1


def test_the_publishing_limit_counts_what_was_published(instagram: IGUser, pictures: PictureHost) -> None:
    made = finished(instagram, image_url=pictures.show(drawn()), caption="見本です。")
    (before,) = instagram.get_content_publishing_limit(fields=["quota_usage", "config"])
    instagram.create_media_publish(params={"creation_id": int(made)})
    (after,) = instagram.get_content_publishing_limit(fields=["quota_usage"])
    assert (before["quota_usage"], after["quota_usage"]) == (0, 1)
    assert before["config"] == {"quota_total": 100, "quota_duration": 86400}


def test_a_picture_that_cannot_be_fetched_is_refused(instagram: IGUser, pictures: PictureHost) -> None:
    with pytest.raises(FacebookRequestError) as caught:
        container(instagram, image_url=pictures.show(b"") + "x", caption="見本です。")
    assert codes(caught) == (9004, 2207052)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (drawn(kind="PNG"), (36001, 2207005)),
        (drawn(size=(320, 800)), (36003, 2207009)),
        (drawn(size=(200, 200)), (36003, 2207009)),
        (drawn() + b"\0" * 8_388_609, (36000, 2207004)),
    ],
    ids=["not a JPEG", "too tall", "too narrow", "more than 8 MiB"],
)
def test_a_picture_that_instagram_does_not_take_is_refused(
    instagram: IGUser, pictures: PictureHost, data: bytes, expected: tuple[int, int]
) -> None:
    with pytest.raises(FacebookRequestError) as caught:
        container(instagram, image_url=pictures.show(data), caption="見本です。")
    assert codes(caught) == expected


def test_a_caption_that_is_too_long_is_refused(instagram: IGUser, pictures: PictureHost) -> None:
    with pytest.raises(FacebookRequestError) as caught:
        container(instagram, image_url=pictures.show(drawn()), caption="長" * 2201)
    assert codes(caught) == (36004, 2207010)


def test_the_users_token_tells_of_the_page_and_its_token(meta: Meta) -> None:
    user = User("me", api=meta(graph_credentials.USER_TOKEN))
    (account,) = user.get_accounts(fields=["id", "access_token", "name"])
    assert (account["id"], account["access_token"]) == (graph_credentials.PAGE, graph_credentials.PAGE_TOKEN)


def test_a_token_that_is_unknown_says_190(meta: Meta) -> None:
    with pytest.raises(FacebookRequestError) as caught:
        Page(graph_credentials.PAGE, api=meta("nobody's")).api_get(fields=["name"])
    assert caught.value.api_error_code() == 190
    assert caught.value.api_error_type() == "OAuthException"


def test_a_token_of_somebody_else_may_not_post(meta: Meta, sandbox: SandboxClient) -> None:
    with pytest.raises(FacebookRequestError) as caught:
        Page(graph_credentials.PAGE, api=meta(graph_credentials.INSTAGRAM_TOKEN)).create_feed(params={"message": "見本です。"})
    assert caught.value.api_error_code() == 200
    assert sandbox.posts() == []


def test_a_version_that_is_gone_says_2635(page: Page) -> None:
    with pytest.raises(FacebookRequestError) as caught:
        page.get_api().call("GET", (graph_credentials.PAGE,), api_version="v3.1")
    assert codes(caught)[0] == 2635


def test_an_answer_tells_how_much_of_the_allowance_is_used(page: Page, sandbox: SandboxClient) -> None:
    calm = page.get_api().call("GET", (graph_credentials.PAGE,)).headers()
    assert json.loads(calm["X-App-Usage"])["call_count"] < 100
    sandbox.fault("facebook", "429", on="read")
    with pytest.raises(FacebookRequestError) as caught:
        page.get_api().call("GET", (graph_credentials.PAGE,))
    assert caught.value.http_status() == 429
    assert caught.value.api_error_code() == 4
    assert caught.value.api_transient_error() is True
    (usage,) = json.loads(caught.value.http_headers()["X-Business-Use-Case-Usage"]).values()
    assert usage[0]["estimated_time_to_regain_access"] >= 1
