"""tweepy, facebook-sdk and instagrapi as they come, without our own layers, and turned to the sandbox below them."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import instagrapi
import pytest
import requests
import tweepy
from requests.adapters import HTTPAdapter

from bot.channels.instagram.sandbox import credentials as private_credentials
from bot.channels.x.sandbox import credentials as x_credentials
from bot.meta_graph.sandbox import credentials as graph_credentials
from bot.platform_kit.names import USERNAME
from tests.sandbox.drawn import drawn
from tests.sandbox_client import SandboxClient

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its version pattern holds an escape that Python warns of at import
    import facebook


class Turned(HTTPAdapter):
    """Sends to the sandbox what a library addresses to a platform; the request was signed for the platform's host."""

    def __init__(self, real: str, base_url: str) -> None:
        super().__init__()
        self._real, self._base = real, base_url

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        request.url = str(request.url).replace(self._real, self._base, 1)
        return super().send(request, *args, **kwargs)


@pytest.fixture
def bird(sandbox: SandboxClient) -> Iterator[tweepy.Client]:
    keys = (x_credentials.CONSUMER_KEY, x_credentials.CONSUMER_SECRET, x_credentials.TOKEN, x_credentials.TOKEN_SECRET)
    client = tweepy.Client(None, *keys)
    client.session.mount("https://", Turned("https://api.twitter.com", sandbox.base_url))
    yield client
    client.session.close()


def test_tweepy_posts_reads_and_deletes(bird: tweepy.Client, sandbox: SandboxClient) -> None:
    first = bird.create_tweet(text="見本です。").data["id"]
    second = bird.create_tweet(text="続きの見本です。", in_reply_to_tweet_id=first).data["id"]
    sandbox.react(first, likes=3)
    fields = ["created_at", "public_metrics", "referenced_tweets", "conversation_id"]
    newest, oldest = bird.get_users_tweets(x_credentials.USER, tweet_fields=fields, user_auth=True).data
    assert (str(newest.id), str(newest.conversation_id), newest.referenced_tweets[0].id) == (second, first, int(first))
    assert (oldest.public_metrics["like_count"], oldest.created_at.tzinfo is not None) == (3, True)
    assert bird.get_me().data.username == USERNAME
    assert bird.delete_tweet(second).data["deleted"] is True


def test_tweepy_pages_through_the_timeline(bird: tweepy.Client) -> None:
    made = [int(bird.create_tweet(text=f"{number}番目の見本です。").data["id"]) for number in range(7)]
    pages = tweepy.Paginator(bird.get_users_tweets, x_credentials.USER, max_results=5, user_auth=True)
    assert [post.id for post in pages.flatten()] == made[::-1]


def test_tweepy_understands_the_refusals(bird: tweepy.Client, sandbox: SandboxClient) -> None:
    bird.create_tweet(text="見本です。")
    with pytest.raises(tweepy.Forbidden) as duplicate:
        bird.create_tweet(text="見本です。")
    assert "duplicate content" in str(duplicate.value)
    sandbox.fault("x", "429")
    with pytest.raises(tweepy.TooManyRequests) as busy:
        bird.create_tweet(text="別の見本です。")
    assert int(busy.value.response.headers["x-rate-limit-reset"]) > time.time()
    sandbox.choose(x_credit_usd=0)
    with pytest.raises(tweepy.HTTPException) as poor:
        bird.create_tweet(text="別の見本です。")
    assert poor.value.response.status_code == 402


def test_tweepy_with_a_wrong_key_is_not_let_in(bird: tweepy.Client, sandbox: SandboxClient) -> None:
    bird.access_token_secret = "wrong"
    with pytest.raises(tweepy.Unauthorized):
        bird.create_tweet(text="見本です。")
    assert sandbox.posts() == []


@pytest.fixture
def graph(sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(facebook, "FACEBOOK_GRAPH_URL", f"{sandbox.base_url}/")
    api = facebook.GraphAPI(graph_credentials.PAGE_TOKEN, session=requests.Session())
    api.version = "v26.0"
    yield api
    api.session.close()


def test_facebook_sdk_posts_reads_and_deletes(graph: Any, sandbox: SandboxClient) -> None:
    photo = graph.put_photo(
        drawn(), album_path=f"{graph_credentials.PAGE}/photos", published="false", alt_text_custom="赤い四角"
    )
    media = f'[{{"media_fbid": "{photo["id"]}"}}]'
    post = graph.put_object(graph_credentials.PAGE, "feed", message="見本です。", attached_media=media)["id"]
    for number in range(3):
        graph.put_object(graph_credentials.PAGE, "feed", message=f"{number}番目の見本です。")
    told = list(graph.get_all_connections(graph_credentials.PAGE, "published_posts", fields="message", limit=2))
    assert [p["message"] for p in told] == ["2番目の見本です。", "1番目の見本です。", "0番目の見本です。", "見本です。"]
    assert graph.delete_object(post) == {"success": True}
    with pytest.raises(facebook.GraphAPIError) as caught:
        graph.get_object(post)
    assert caught.value.code == 100
    assert [p["deleted"] for p in sandbox.posts("facebook")] == [True, False, False, False]


def test_facebook_sdk_looks_after_its_token(graph: Any) -> None:
    told = graph.debug_access_token(graph_credentials.PAGE_TOKEN, graph_credentials.APP, graph_credentials.APP_SECRET)
    assert told["data"]["is_valid"] is True
    graph.access_token = graph_credentials.USER_TOKEN
    longer = graph.extend_access_token(graph_credentials.APP, graph_credentials.APP_SECRET)
    assert (longer["access_token"], longer["expires_in"]) == (graph_credentials.USER_TOKEN, 5183944)


@pytest.fixture
def phone(sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[instagrapi.Client]:
    """instagrapi with a restored session. It sleeps between its steps; here it does not."""
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    client = instagrapi.Client(private_credentials.session(), private_transport="requests", request_timeout=0)
    client.private.mount("https://", Turned("https://i.instagram.com", sandbox.base_url))
    yield client
    for http in (client.private, client.public, client.graphql):
        http.close()


def picture(folder: Path, colour: str) -> Path:
    path = folder / f"{colour}.jpg"
    path.write_bytes(drawn(colour))
    return path


def test_instagrapi_uploads_reads_and_deletes(phone: instagrapi.Client, sandbox: SandboxClient, tmp_path: Path) -> None:
    alt = {"custom_accessibility_caption": "赤い四角"}
    media = phone.photo_upload(picture(tmp_path, "red"), "見本です。", extra_data=alt)
    (post,) = sandbox.posts("instagram")
    assert (media.pk, media.caption_text, post["media"][0]["alt"]) == (post["id"], "見本です。", "赤い四角")
    sandbox.react(post["id"], likes=31)
    assert phone.media_info_v1(media.pk).like_count == 31
    assert [m.pk for m in phone.user_medias_v1(int(private_credentials.USER), 5)] == [media.pk]
    assert phone.media_delete(media.id) is True
    assert phone.user_medias_v1(int(private_credentials.USER), 5) == []


def test_instagrapi_uploads_an_album(phone: instagrapi.Client, sandbox: SandboxClient, tmp_path: Path) -> None:
    media = phone.album_upload([picture(tmp_path, colour) for colour in ("red", "blue", "green")], "三枚の見本です。")
    assert (media.media_type, len(media.resources)) == (8, 3)
    assert len(sandbox.posts("instagram")[0]["media"]) == 3


def test_instagrapi_knows_the_account_and_pages_through_its_posts(
    phone: instagrapi.Client, sandbox: SandboxClient, tmp_path: Path
) -> None:
    assert phone.account_info().username == USERNAME
    for number in range(14):
        phone.photo_upload(picture(tmp_path, "red"), f"{number}番目の見本です。")
    assert len(phone.user_medias_v1(int(private_credentials.USER), 14)) == 14
