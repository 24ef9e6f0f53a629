"""X's own Python client judges the sandbox: it knows every field of the API, and none that we made up."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import xdk
from pydantic import BaseModel
from xdk.media.models import AppendUploadRequest, CreateMetadataRequest, InitializeUploadRequest, UploadRequest
from xdk.posts.models import CreateRequest

from bot.channels.x.sandbox import credentials as x_credentials
from bot.platform_kit.names import USERNAME
from tests.sandbox.drawn import drawn, sha256
from tests.sandbox_client import SandboxClient

POST_FIELDS = [
    "attachments",
    "author_id",
    "conversation_id",
    "created_at",
    "entities",
    "in_reply_to_user_id",
    "lang",
    "non_public_metrics",
    "public_metrics",
    "referenced_posts",
]
MEDIA_FIELDS = ["alt_text", "height", "media_key", "type", "width"]
# X renames its tweets to posts; an answer for which no fields were asked still has the older name.
OLDER_NAMES = {"edit_history_tweet_ids"}


def strangers(answer: Any, path: str = "") -> Iterator[str]:
    """Paths in an answer of which X's own models know nothing."""
    if isinstance(answer, BaseModel):
        yield from (f"{path}.{name}" for name in set(answer.model_extra or {}) - OLDER_NAMES)
        for name in type(answer).model_fields:
            yield from strangers(getattr(answer, name), f"{path}.{name}")
    elif isinstance(answer, list):
        for item in answer:
            yield from strangers(item, f"{path}[]")


def known(answer: Any) -> Any:
    """The answer, once nothing in it is strange."""
    assert list(strangers(answer)) == []
    return answer


def uploaded(x: xdk.Client, data: bytes, alt: str) -> str:
    body = UploadRequest(media=base64.b64encode(data).decode(), media_category="tweet_image")
    media = known(x.media.upload(body)).data.id
    known(x.media.create_metadata(CreateMetadataRequest.model_validate({"id": media, "metadata": {"alt_text": {"text": alt}}})))
    return str(media)


def posted(x: xdk.Client, text: str, **more: Any) -> str:
    return str(known(x.posts.create(CreateRequest.model_validate({"text": text, **more}))).data.id)


def refusal(caught: pytest.ExceptionInfo[requests.HTTPError]) -> requests.Response:
    assert caught.value.response is not None
    return caught.value.response


def test_a_post_is_made_and_read_back_as_x_tells_it(x: xdk.Client, sandbox: SandboxClient) -> None:
    identity = posted(x, "見本です。A & B https://example.jp/a")
    answer = known(x.posts.get_by_id(identity, post_fields=POST_FIELDS))
    assert answer.data.text.startswith("見本です。A &amp; B https://t.co/")
    assert answer.data.entities.urls[0].expanded_url == "https://example.jp/a"
    assert answer.data.author_id == x_credentials.USER
    assert [p["id"] for p in sandbox.posts("x")] == [identity]


def test_pictures_are_shown_in_order_with_their_alt_texts(x: xdk.Client, sandbox: SandboxClient) -> None:
    red, blue = drawn("red"), drawn("blue", (800, 600))
    media = [uploaded(x, red, "赤い四角"), uploaded(x, blue, "青い四角")]
    identity = posted(x, "画像の見本です。", media={"media_ids": media})
    expansions: dict[str, Any] = {"expansions": ["attachments.media_keys"], "media_fields": MEDIA_FIELDS}
    answer = known(x.posts.get_by_id(identity, post_fields=POST_FIELDS, **expansions))
    assert [(m.alt_text, m.width, m.height) for m in answer.includes.media] == [("赤い四角", 640, 640), ("青い四角", 800, 600)]
    assert answer.data.attachments.media_keys == [m.media_key for m in answer.includes.media]
    (post,) = sandbox.posts("x")
    assert [m["sha256"] for m in post["media"]] == [sha256(red), sha256(blue)]


def test_a_picture_may_be_sent_in_pieces(x: xdk.Client, sandbox: SandboxClient) -> None:
    data = drawn("green")
    order = {"media_type": "image/jpeg", "media_category": "tweet_image", "total_bytes": len(data)}
    media = known(x.media.initialize_upload(InitializeUploadRequest.model_validate(order))).data.id
    for number, piece in enumerate((data[:1000], data[1000:])):
        body = AppendUploadRequest(media=base64.b64encode(piece).decode(), segment_index=number)
        known(x.media.append_upload(media, body))
    known(x.media.finalize_upload(media))
    assert known(x.media.get_upload_status(media)).data.processing_info.state == "succeeded"
    posted(x, "分けて送った画像の見本です。", media={"media_ids": [media]})
    assert [m["sha256"] for m in sandbox.posts("x")[0]["media"]] == [sha256(data)]


def test_a_thread_hangs_together(x: xdk.Client, sandbox: SandboxClient) -> None:
    first = posted(x, "一つ目の見本です。")
    second = posted(x, "二つ目の見本です。", reply={"in_reply_to_tweet_id": first})
    third = posted(x, "三つ目の見本です。", reply={"in_reply_to_tweet_id": second})
    answer = known(x.posts.get_by_id(third, post_fields=POST_FIELDS))
    assert answer.data.conversation_id == first
    assert [(r.type, r.id) for r in answer.data.referenced_posts] == [("replied_to", second)]
    assert [p["in_reply_to"] for p in sandbox.posts("x")] == [None, first, second]


def test_own_posts_are_read_page_by_page_newest_first(x: xdk.Client) -> None:
    made = [posted(x, f"{number}番目の見本です。") for number in range(7)]
    pages = [known(page) for page in x.users.get_posts(x_credentials.USER, max_results=5, post_fields=POST_FIELDS)]
    assert [len(page.data) for page in pages] == [5, 2]
    assert [post.id for page in pages for post in page.data] == made[::-1]
    since = list(x.users.get_posts(x_credentials.USER, since_id=made[4]))
    assert [post.id for page in since for post in page.data] == made[:4:-1]


def test_the_account_knows_itself(x: xdk.Client) -> None:
    me = known(x.users.get_me()).data
    assert (me.id, me.username) == (x_credentials.USER, USERNAME)


def test_a_deleted_post_is_gone(x: xdk.Client, sandbox: SandboxClient) -> None:
    identity = posted(x, "消す見本です。")
    assert known(x.posts.delete(identity)).data.deleted is True
    answer = known(x.posts.get_by_ids([identity]))
    assert answer.data is None
    assert answer.errors[0].resource_id == identity
    assert [p["deleted"] for p in sandbox.posts("x")] == [True]


def test_the_same_words_are_refused_in_xs_own_words(x: xdk.Client) -> None:
    posted(x, "同じ言葉の見本です。")
    with pytest.raises(requests.HTTPError) as caught:
        posted(x, "同じ言葉の見本です。")
    assert refusal(caught).json() == {
        "detail": "You are not allowed to create a Tweet with duplicate content.",
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
    }


def test_a_token_that_is_not_ours_is_refused(sandbox: SandboxClient) -> None:
    with pytest.raises(requests.HTTPError) as caught:
        xdk.Client(base_url=sandbox.base_url, bearer_token="nobody's").posts.get_by_id("1800000000000000001")
    assert refusal(caught).status_code == 401


def test_a_token_of_the_app_alone_may_read_and_not_post(x: xdk.Client, sandbox: SandboxClient) -> None:
    identity = posted(x, "読むだけの見本です。")
    app = xdk.Client(base_url=sandbox.base_url, bearer_token=x_credentials.APP_BEARER)
    assert app.posts.get_by_id(identity).data is not None
    app.session.headers["Authorization"] = f"Bearer {x_credentials.APP_BEARER}"
    answer = app.session.post(f"{sandbox.base_url}/2/tweets", json={"text": "載らない見本です。"})
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("unsupported-authentication")


def test_a_property_that_x_does_not_know_is_refused(x: xdk.Client) -> None:
    with pytest.raises(requests.HTTPError) as caught:
        posted(x, "見本です。", idempotency_key="1")
    assert refusal(caught).status_code == 400
    assert refusal(caught).json()["type"].endswith("invalid-request")
