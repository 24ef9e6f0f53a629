"""The pages on which people see what was posted."""

from __future__ import annotations

import re

import pytest
import requests

from bot import registry
from tests.sandbox.conftest import PictureHost
from tests.sandbox.drawn import drawn
from tests.sandbox.drivers import DRIVERS, Driver, FacebookPage, X
from tests.sandbox_client import SandboxClient

HEADERS = X.headers


def get(sandbox: SandboxClient, path: str) -> requests.Response:
    return requests.get(sandbox.base_url + path, timeout=5)


def x_post(sandbox: SandboxClient, text: str, **more: object) -> str:
    answer = requests.post(f"{sandbox.base_url}/2/tweets", headers=HEADERS, json={"text": text, **more}, timeout=5)
    return str(answer.json()["data"]["id"])


def x_media(sandbox: SandboxClient, alt: str) -> str:
    media = str(X(sandbox.base_url, "").upload().json()["data"]["id"])
    body = {"id": media, "metadata": {"alt_text": {"text": alt}}}
    requests.post(f"{sandbox.base_url}/2/media/metadata", headers=HEADERS, json=body, timeout=5)
    return media


@pytest.mark.parametrize("kind", DRIVERS)
def test_a_post_stands_on_the_page_of_all_of_its_channel_and_of_its_own(
    kind: type[Driver], sandbox: SandboxClient, pictures: PictureHost
) -> None:
    driver = kind(sandbox.base_url, pictures.show(drawn()))
    driver.ready()
    driver.commit()
    everywhere = get(sandbox, "/").text
    (own,) = set(re.findall(rf'href="(/{driver.channel}/[\w-]+)"', everywhere))
    for path in ("/", f"/{driver.channel}", own):
        assert get(sandbox, path).text.count('<p class="text">見本です。</p>') == 1
    for other in set(registry.platforms()) - {driver.channel}:
        assert "見本です。" not in get(sandbox, f"/{other}").text


def test_a_thread_stands_together_in_its_order_with_younger_posts_around_it(sandbox: SandboxClient) -> None:
    first = x_post(sandbox, "続き物の一")
    x_post(sandbox, "別の話")
    second = x_post(sandbox, "続き物の二", reply={"in_reply_to_tweet_id": first})
    page = get(sandbox, "/x").text
    conversations = page.split('<div class="conversation')[1:]
    assert [re.findall(r'<p class="text">(.+?)</p>', c) for c in conversations] == [["続き物の一", "続き物の二"], ["別の話"]]
    assert conversations[0].startswith(" thread")
    one = get(sandbox, f"/x/{second}").text
    assert "続き物の一" in one
    assert "別の話" not in one


def test_an_alt_text_can_be_read_and_a_missing_one_is_told(sandbox: SandboxClient) -> None:
    x_post(sandbox, "二枚の見本です。", media={"media_ids": [x_media(sandbox, "赤い<四角>"), x_media(sandbox, "")]})
    page = get(sandbox, "/x").text
    assert "</span>赤い&lt;四角&gt;" in page
    assert page.count('<span class="lacking">画像の説明がありません</span>') == 1
    assert page.count("<image ") == 2
    source = re.findall(r'<image href="([^"]+)"', page)[0]
    picture = get(sandbox, source)
    assert (picture.content, picture.headers["Content-Type"]) == (drawn(), "image/jpeg")


def test_what_was_deleted_says_so(sandbox: SandboxClient) -> None:
    made = x_post(sandbox, "消した見本です。")
    requests.delete(f"{sandbox.base_url}/2/tweets/{made}", headers=HEADERS, timeout=5)
    page = get(sandbox, "/x").text
    assert "この投稿は削除されました" in page
    assert "<span>0件</span>" in page


def test_texts_are_shown_as_texts_and_addresses_as_links(sandbox: SandboxClient) -> None:
    x_post(sandbox, "<b>太字</b> https://example.jp/a?b=1&c=2。")
    page = get(sandbox, "/x").text
    assert "&lt;b&gt;太字&lt;/b&gt;" in page
    assert '<a href="https://example.jp/a?b=1&amp;c=2" rel="noreferrer">' in page


def test_the_page_of_facebook_shows_the_link_of_a_post(sandbox: SandboxClient) -> None:
    driver = FacebookPage(sandbox.base_url, "")
    order = {"message": "見本です。", "link": "https://example.jp/page"}
    requests.post(f"{sandbox.base_url}{driver.page}/feed", headers=driver.headers, data=order, timeout=5)
    assert '<a href="https://example.jp/page" rel="noreferrer">' in get(sandbox, "/facebook").text


def test_answers_of_citizens_are_shown_in_the_channels_words_once_there_are_any(sandbox: SandboxClient) -> None:
    made = x_post(sandbox, "見本です。")
    assert 'class="answers"' not in get(sandbox, "/x").text
    sandbox.react(made, views=12345, reposts=7)
    shown = re.findall(r"<li>(.+?)</li>", get(sandbox, "/x").text)
    assert shown == ["リポスト <b>7</b>", "表示 <b>12,345</b>"]


@pytest.mark.parametrize("path", ["/x/1", "/x/abc", "/facebook/100000000000001_1", "/instagram/AAAA", "/p/!/"])
def test_a_post_that_is_not_there_is_told_in_a_sentence(sandbox: SandboxClient, path: str) -> None:
    answer = get(sandbox, path)
    assert answer.status_code == 404
    assert "この投稿は見つかりません" in answer.text


def test_a_page_loads_nothing_from_elsewhere_and_runs_no_script(sandbox: SandboxClient) -> None:
    x_post(sandbox, "見本です。")
    answer = get(sandbox, "/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy + answer.text
    assert not re.findall(r'(?:src|href)="(?!/)', answer.text)


def test_a_page_of_another_site_does_not_get_in(sandbox: SandboxClient) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        answer = requests.get(f"{sandbox.base_url}/_sandbox/posts", headers=headers, timeout=5)
        assert answer.status_code == 403
