"""What must hold whatever comes: many at once, nonsense, a restart."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from bot.channels.instagram.sandbox import credentials as private_credentials
from bot.channels.x.sandbox import credentials as x_credentials
from bot.errors import ConfigError
from bot.meta_graph.sandbox import credentials as graph_credentials
from bot.sandbox import server
from tests.sandbox.conftest import PictureHost
from tests.sandbox.drawn import drawn
from tests.sandbox.drivers import TIMEOUT, FacebookPage, InstagramGraph, InstagramPrivate, X
from tests.sandbox_client import SandboxClient

AT_ONCE = 12


def at_once(act: Callable[[], requests.Response]) -> list[int]:
    """Statuses of the same request sent by many threads, sorted."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sorted(answer.status_code for answer in pool.map(lambda _: act(), range(AT_ONCE)))


def test_of_many_equal_posts_at_once_x_takes_one(sandbox: SandboxClient) -> None:
    assert at_once(X(sandbox.base_url, "").commit) == [201] + [403] * (AT_ONCE - 1)
    assert len(sandbox.posts("x")) == 1


def test_of_many_posts_with_the_same_photo_at_once_facebook_takes_one(sandbox: SandboxClient) -> None:
    page = FacebookPage(sandbox.base_url, "")
    order = {"message": "見本です。", "attached_media": json.dumps([{"media_fbid": page.upload().json()["id"]}])}
    address = f"{sandbox.base_url}{page.page}/feed"
    statuses = at_once(lambda: requests.post(address, headers=page.headers, data=order, timeout=TIMEOUT))
    assert statuses == [200] + [400] * (AT_ONCE - 1)
    assert len(sandbox.posts("facebook")) == 1


def test_a_container_is_published_once_by_many_at_once(sandbox: SandboxClient, pictures: PictureHost) -> None:
    instagram = InstagramGraph(sandbox.base_url, pictures.show(drawn()))
    instagram.ready()
    assert at_once(instagram.commit) == [200] + [400] * (AT_ONCE - 1)
    assert len(sandbox.posts("instagram")) == 1


def test_the_private_way_posts_as_often_as_it_is_told_which_is_the_worst_case(sandbox: SandboxClient) -> None:
    private = InstagramPrivate(sandbox.base_url, "")
    private.ready()
    assert at_once(private.commit) == [200] * AT_ONCE
    assert len({post["id"] for post in sandbox.posts("instagram")}) == AT_ONCE


def test_each_of_many_at_once_meets_the_trouble_that_was_ordered_once(sandbox: SandboxClient) -> None:
    sandbox.fault("facebook", "500_before", on="read", times=5)
    assert at_once(FacebookPage(sandbox.base_url, "").read) == [200] * (AT_ONCE - 5) + [500] * 5


X_PATHS = [
    ("POST", "/2/tweets"),
    ("POST", "/2/media/upload"),
    ("POST", "/2/media/upload/initialize"),
    ("POST", "/2/media/upload/1/append"),
    ("POST", "/2/media/upload/1/finalize"),
    ("POST", "/2/media/metadata"),
    ("GET", "/2/media/upload?media_id=%00"),
    ("GET", "/2/tweets?ids=" + "9" * 40),
    ("GET", "/2/tweets/%F0%9F%98%80"),
    ("GET", f"/2/users/{x_credentials.USER}/tweets?pagination_token=%FF&max_results=5"),
    ("GET", f"/2/users/{x_credentials.USER}/tweets?start_time=yesterday"),
    ("GET", f"/2/users/{x_credentials.USER}/tweets?since_id=" + "9" * 19),
    ("DELETE", "/2/tweets/" + "9" * 40),
]
PAGE_PATHS = [
    ("POST", f"/v26.0/{graph_credentials.PAGE}/feed"),
    ("POST", f"/v26.0/{graph_credentials.PAGE}/photos"),
    ("POST", f"/v26.0/{graph_credentials.PAGE}_1"),
    ("GET", f"/v26.0/{graph_credentials.PAGE}_abc/insights?metric=[1"),
    ("GET", f"/v26.0/{graph_credentials.PAGE}/published_posts?limit=-1"),
    ("GET", f"/v26.0/{graph_credentials.PAGE}/published_posts?after=%%%"),
    ("GET", f"/v26.0/{graph_credentials.PAGE}/published_posts?since=never"),
    ("GET", f"/v26.0/{graph_credentials.PAGE}?fields=" + "a{" * 50),
    ("GET", f"/v26.0/{graph_credentials.PAGE}?fields=id,,name"),
    ("DELETE", f"/v26.0/{graph_credentials.PAGE}_" + "9" * 40),
    ("GET", "/v26.0/debug_token"),
    ("GET", "/v99/me"),
]
INSTAGRAM_PATHS = [
    ("POST", f"/v26.0/{graph_credentials.INSTAGRAM_USER}/media"),
    ("POST", f"/v26.0/{graph_credentials.INSTAGRAM_USER}/media_publish"),
    ("GET", "/v26.0/%F0%9F%98%80?fields=status_code"),
    ("GET", "/v26.0/" + "9" * 40 + "/insights?metric=reach"),
    ("DELETE", "/v26.0/abc"),
]
PRIVATE_PATHS = [
    ("POST", "/rupload_igphoto/x"),
    ("POST", "/api/v1/media/configure/"),
    ("POST", "/api/v1/media/configure_sidecar/"),
    ("POST", "/api/v1/media/abc_1/delete/"),
    ("GET", f"/api/v1/feed/user/{private_credentials.USER}/?count=-5&max_id=x&min_timestamp=y"),
    ("GET", "/api/v1/media/" + "9" * 40 + "/info/"),
]
CASES = [
    (kind.headers, method, path)
    for kind, paths in (
        (X, X_PATHS),
        (FacebookPage, PAGE_PATHS),
        (InstagramGraph, INSTAGRAM_PATHS),
        (InstagramPrivate, PRIVATE_PATHS),
    )
    for method, path in paths
]
JSON, FORM = {"Content-Type": "application/json"}, {"Content-Type": "application/x-www-form-urlencoded"}
NONSENSE: list[tuple[dict[str, str], bytes]] = [
    ({}, b""),
    (JSON, b"{"),
    (JSON, b"[]"),
    (JSON, b"null"),
    (JSON, b'"text"'),
    (JSON, b'{"text": 1, "media": [], "id": {}, "metadata": 3, "reply": "x", "segment_index": "a"}'),
    (JSON, b'{"text": "x", "media": {"media_ids": ["1", "1"]}}'),
    (JSON, b'{"media": "%%%", "media_category": "tweet_image"}'),
    (JSON, b"\xff\xfe" + b"[" * 5000),
    (FORM, b"message=%FF%00&attached_media=%5B1%5D&published=perhaps&fields=%7B"),
    (FORM, b"attached_media={}&children=%5B%5B&media_type=CAROUSEL"),
    (FORM, b"attached_media=%5B%5B%5D%5D&attached_media%5B0%5D=null&message=x"),
    (FORM, b"image_url=http%3A%2F%2F%5B&caption=x"),
    (FORM, b"url=file%3A%2F%2F%2Fetc%2Fpasswd&image_url=file%3A%2F%2F%2Fetc%2Fpasswd&scheduled_publish_time=x"),
    (FORM, b"signed_body=SIGNATURE.%7B%22children_metadata%22%3A%5B1%2C2%5D%2C%22client_sidecar_id%22%3A1%7D"),
    (FORM, b"signed_body=SIGNATURE.%5B%5D"),
    ({"Content-Type": "multipart/form-data"}, b"no boundary"),
    (
        {"Content-Type": "multipart/form-data; boundary=x"},
        b'--x\r\nContent-Disposition: form-data; name="media"\r\n\r\n1\r\n--x--',
    ),
]


@pytest.mark.parametrize(("headers", "method", "path"), CASES)
def test_nonsense_is_refused_in_the_platforms_own_form(
    sandbox: SandboxClient, headers: dict[str, str], method: str, path: str
) -> None:
    for kind, body in NONSENSE if method == "POST" else NONSENSE[:1]:
        answer = requests.request(method, sandbox.base_url + path, headers=headers | kind, data=body, timeout=TIMEOUT)
        assert answer.status_code < 500, (kind, body)
        assert isinstance(answer.json(), dict), (kind, body)
    assert [post for post in sandbox.posts() if post["media"]] == []


@pytest.mark.parametrize("path", ["faults", "settings", "clock", "reactions"])
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"times": 0}', b'{"now": 5}', b'{"x_app": "none"}', b'{"channel": ["x"]}']
)
def test_a_wrong_order_to_the_sandbox_is_refused_with_a_reason(sandbox: SandboxClient, path: str, body: bytes) -> None:
    answer = requests.post(f"{sandbox.base_url}/_sandbox/{path}", data=body, headers=JSON, timeout=TIMEOUT)
    if path == "settings" and body in (b"", b"{", b"[]"):  # nothing was chosen, so nothing is wrong
        assert answer.ok
    else:
        assert answer.status_code == 400
        assert answer.json()["error"]


@pytest.fixture
def restarted(tmp_path: Path) -> Iterator[Callable[[], SandboxClient]]:
    """Start the sandbox of one folder, ending the one before."""
    running: list[server.Sandbox] = []

    def start() -> SandboxClient:
        for old in running:
            old.stop()
        running[:] = [server.create(tmp_path)]
        running[0].start()
        return SandboxClient(running[0].base_url)

    yield start
    for last in running:
        last.stop()


def test_a_sandbox_that_is_started_again_goes_on_where_it_was(restarted: Callable[[], SandboxClient]) -> None:
    first = restarted()
    X(first.base_url, "").commit()
    first.choose(x_metrics="retweet_count")
    before: list[dict[str, Any]] = first.posts()
    second = restarted()
    assert second.posts() == before
    assert X(second.base_url, "").commit().status_code == 403
    assert requests.get(f"{second.base_url}/_sandbox/settings", timeout=TIMEOUT).json()["x_metrics"] == "retweet_count"


def test_a_port_that_is_taken_is_told_in_a_sentence(tmp_path: Path, sandbox_server: server.Sandbox) -> None:
    port = int(sandbox_server.base_url.rpartition(":")[2])
    with pytest.raises(ConfigError) as caught:
        server.create(tmp_path, port)
    assert str(port) in caught.value.summary
