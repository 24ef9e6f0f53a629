"""What X counts and refuses: windows of requests, money, the same words twice, replies, pictures that grew old."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests

from bot.channels.x.sandbox import api as x
from bot.channels.x.sandbox import credentials as x_credentials
from tests.sandbox.drawn import drawn
from tests.sandbox_client import SandboxClient

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
Send = Callable[..., requests.Response]


@pytest.fixture
def send(sandbox: SandboxClient) -> Send:
    """A request of the account's user; the clock stands at noon."""
    sandbox.set_clock(NOON.isoformat())
    headers = {"Authorization": f"Bearer {x_credentials.USER_BEARER}"}

    def request(method: str, path: str, **more: Any) -> requests.Response:
        return requests.request(method, sandbox.base_url + path, headers=headers, timeout=5, **more)

    return request


def post(send: Send, text: str, **more: Any) -> requests.Response:
    return send("POST", "/2/tweets", json={"text": text, **more})


def upload(send: Send) -> str:
    files = {"media": ("red.jpg", drawn(), "image/jpeg")}
    answer = send("POST", "/2/media/upload", files=files, data={"media_category": "tweet_image"})
    return str(answer.json()["data"]["id"])


def remaining(answer: requests.Response, window: str = "x-rate-limit") -> int:
    return int(answer.headers[f"{window}-remaining"])


def test_every_answer_counts_the_window_down(send: Send) -> None:
    first, second = post(send, "一つ目の見本です。"), post(send, "二つ目の見本です。")
    assert (first.headers["x-rate-limit-limit"], remaining(first), remaining(second)) == ("100", 99, 98)
    for window in ("x-app-limit-24hour", "x-user-limit-24hour"):
        assert (first.headers[f"{window}-limit"], remaining(first, window)) == ("10000", 9999)
    assert "x-app-limit-24hour-limit" not in send("GET", "/2/users/me").headers


def test_a_used_up_window_refuses_until_it_opens_again(send: Send, sandbox: SandboxClient) -> None:
    for _ in range(75):
        assert send("GET", "/2/users/me").ok
    refused = send("GET", "/2/users/me")
    assert (refused.status_code, remaining(refused)) == (429, 0)
    assert refused.json()["title"] == "Too Many Requests"
    assert 0 < int(refused.headers["x-rate-limit-reset"]) - time.time() <= 900
    sandbox.set_clock((NOON + timedelta(minutes=14, seconds=59)).isoformat())
    later = send("GET", "/2/users/me")
    assert later.status_code == 429
    assert int(later.headers["x-rate-limit-reset"]) - time.time() <= 1
    sandbox.set_clock((NOON + timedelta(minutes=15)).isoformat())
    opened = send("GET", "/2/users/me")
    assert (opened.status_code, remaining(opened)) == (200, 74)


def test_the_hundred_and_first_post_in_a_quarter_of_an_hour_is_refused_and_not_made(send: Send, sandbox: SandboxClient) -> None:
    assert all(post(send, f"{number}番目の見本です。").ok for number in range(100))
    assert post(send, "多すぎる見本です。").status_code == 429
    assert len(sandbox.posts("x")) == 100


def test_the_days_posts_are_used_up_and_the_headers_tell_when_they_come_back(
    send: Send, sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(x, "_POSTS_A_DAY", 1)
    post(send, "一つ目の見本です。")
    sandbox.set_clock((NOON + timedelta(hours=23)).isoformat())
    refused = post(send, "二つ目の見本です。")
    assert (refused.status_code, remaining(refused, "x-user-limit-24hour"), remaining(refused)) == (429, 0, 99)
    assert 3590 < int(refused.headers["x-user-limit-24hour-reset"]) - time.time() <= 3600
    sandbox.set_clock((NOON + timedelta(hours=24)).isoformat())
    assert post(send, "二つ目の見本です。").status_code == 201


def test_windows_of_different_requests_are_counted_apart(send: Send) -> None:
    send("GET", "/2/users/me")
    assert remaining(post(send, "見本です。")) == 99
    assert remaining(send("GET", f"/2/users/{x_credentials.USER}/tweets")) == 899


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("見本です。", "0.015"),
        ("見本です。https://example.jp/", "0.200"),
        ("見本です。 example.jp を見てください。", "0.200"),
        ("見本です。#金沢市DX @kanazawa", "0.015"),
    ],
)
def test_a_post_costs_more_with_a_link(send: Send, sandbox: SandboxClient, text: str, price: str) -> None:
    assert post(send, text).status_code == 201
    assert sandbox.spent() == Decimal(price)


def test_a_post_that_is_refused_costs_nothing(send: Send, sandbox: SandboxClient) -> None:
    post(send, "見本です。")
    assert post(send, "見本です。").status_code == 403
    assert post(send, "長" * 141).status_code == 403
    sandbox.fault("x", "500_before")
    post(send, "載らない見本です。")
    assert sandbox.spent() == Decimal("0.015")


def test_a_reading_is_paid_once_for_every_post_and_day(send: Send, sandbox: SandboxClient) -> None:
    for number in range(3):
        post(send, f"{number}番目の見本です。")
    posts = f"/2/users/{x_credentials.USER}/tweets"
    before = sandbox.spent()
    for _ in range(2):
        assert send("GET", posts).json()["meta"]["result_count"] == 3
    assert sandbox.spent() - before == Decimal("0.003")
    sandbox.set_clock((NOON + timedelta(days=1)).isoformat())
    send("GET", posts)
    assert sandbox.spent() - before == Decimal("0.006")


def test_alt_texts_and_deleting_cost_too(send: Send, sandbox: SandboxClient) -> None:
    media, made = upload(send), post(send, "見本です。").json()["data"]["id"]
    before = sandbox.spent()
    send("POST", "/2/media/metadata", json={"id": media, "metadata": {"alt_text": {"text": "赤い四角"}}})
    send("DELETE", f"/2/tweets/{made}")
    assert sandbox.spent() - before == Decimal("0.005") + Decimal("0.010")


def test_an_account_without_credit_is_told_so_and_posts_nothing(send: Send, sandbox: SandboxClient) -> None:
    sandbox.choose(x_credit_usd=0.02)
    assert post(send, "払える見本です。").status_code == 201
    refused = post(send, "払えない見本です。")
    assert refused.status_code == 402
    assert refused.json()["detail"] == "Your enrolled account does not have any credits to fulfill this request."
    assert len(sandbox.posts("x")) == 1


def test_the_same_words_are_refused_for_a_day_even_with_another_picture(send: Send, sandbox: SandboxClient) -> None:
    post(send, "見本です。")
    again = post(send, "見本です。", media={"media_ids": [upload(send)]})
    assert (again.status_code, again.json()["detail"]) == (403, DUPLICATE)
    sandbox.set_clock((NOON + timedelta(hours=24)).isoformat())
    assert post(send, "見本です。").status_code == 201


def test_words_that_were_deleted_may_be_said_again(send: Send) -> None:
    send("DELETE", f"/2/tweets/{post(send, '見本です。').json()['data']['id']}")
    assert post(send, "見本です。").status_code == 201


def test_an_app_of_the_self_serve_kind_may_not_reply(send: Send, sandbox: SandboxClient) -> None:
    first = post(send, "見本です。").json()["data"]["id"]
    sandbox.choose(x_app="self_serve")
    refused = post(send, "続きの見本です。", reply={"in_reply_to_tweet_id": first})
    assert refused.status_code == 403
    assert refused.json()["detail"].startswith("Reply to this conversation is not allowed")
    assert len(sandbox.posts("x")) == 1


def test_a_reply_to_a_post_that_is_gone_is_refused(send: Send) -> None:
    first = post(send, "見本です。").json()["data"]["id"]
    send("DELETE", f"/2/tweets/{first}")
    assert post(send, "続きの見本です。", reply={"in_reply_to_tweet_id": first}).status_code == 403


def test_a_picture_may_be_posted_once_and_within_a_day(send: Send, sandbox: SandboxClient) -> None:
    used, old = upload(send), upload(send)
    assert post(send, "一度目の見本です。", media={"media_ids": [used]}).status_code == 201
    assert post(send, "二度目の見本です。", media={"media_ids": [used]}).status_code == 400
    sandbox.set_clock((NOON + timedelta(hours=24)).isoformat())
    assert post(send, "古い画像の見本です。", media={"media_ids": [old]}).status_code == 400
    assert len(sandbox.posts("x")) == 1


@pytest.mark.parametrize("count", [5, 0])
def test_a_post_shows_one_to_four_pictures(send: Send, count: int) -> None:
    assert post(send, "見本です。", media={"media_ids": [upload(send) for _ in range(count)]}).status_code == 400


@pytest.mark.parametrize(("characters", "status"), [(1000, 200), (1001, 400)])
def test_an_alt_text_has_at_most_a_thousand_characters(send: Send, characters: int, status: int) -> None:
    metadata = {"alt_text": {"text": "説" * characters}}
    assert send("POST", "/2/media/metadata", json={"id": upload(send), "metadata": metadata}).status_code == status


@pytest.mark.parametrize(("text", "status"), [("あ" * 140, 201), ("あ" * 141, 403), ("a" * 280, 201), ("a" * 281, 403)])
def test_a_text_is_weighed_as_x_weighs_it(send: Send, text: str, status: int) -> None:
    assert post(send, text).status_code == status
