"""How often a post was seen and answered, read by the platforms' own clients under the names that hold and the former ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import xdk
from facebook_business.adobjects.igmedia import IGMedia
from facebook_business.adobjects.iguser import IGUser
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.exceptions import FacebookRequestError
from pydantic import ValidationError
from xdk.posts.models import CreateRequest

from bot.channels.x.sandbox import credentials as x_credentials
from tests.sandbox.conftest import PictureHost
from tests.sandbox.drawn import drawn
from tests.sandbox.drivers import InstagramPrivate
from tests.sandbox_client import SandboxClient

COUNTS = {"views": 1200, "reach": 900, "likes": 31, "replies": 4, "reposts": 7, "quotes": 2, "saves": 5, "clicks": 66}
NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
METRICS = ["public_metrics", "non_public_metrics"]


def answered_post(x: xdk.Client, sandbox: SandboxClient) -> str:
    made = str(x.posts.create(CreateRequest.model_validate({"text": "見本です。"})).data.id)
    sandbox.react(made, **COUNTS)
    return made


def test_x_tells_public_and_own_counts_of_a_post(x: xdk.Client, sandbox: SandboxClient) -> None:
    made = answered_post(x, sandbox)
    (post,) = x.posts.get_by_ids([made], post_fields=METRICS).data
    public = post.public_metrics
    assert (public.impression_count, public.like_count, public.reply_count) == (1200, 31, 4)
    assert (public.repost_count, public.quote_count, public.bookmark_count) == (7, 2, 5)
    assert (post.non_public_metrics["impression_count"], post.non_public_metrics["url_link_clicks"]) == (1200, 66)


def test_xs_former_name_of_reposts_is_told_if_chosen_and_its_newer_client_misses_the_newer_name(
    x: xdk.Client, sandbox: SandboxClient
) -> None:
    made = answered_post(x, sandbox)
    sandbox.choose(x_metrics="retweet_count")
    with pytest.raises(ValidationError, match="repost_count"):
        x.posts.get_by_id(made, post_fields=METRICS)
    told = requests.get(
        f"{sandbox.base_url}/2/tweets/{made}",
        params={"tweet.fields": "public_metrics"},
        headers={"Authorization": f"Bearer {x_credentials.APP_BEARER}"},
        timeout=5,
    ).json()["data"]["public_metrics"]
    assert told["retweet_count"] == 7
    assert "repost_count" not in told


def test_xs_own_counts_are_closed_to_an_app_without_its_user(x: xdk.Client, sandbox: SandboxClient) -> None:
    made = answered_post(x, sandbox)
    app = xdk.Client(base_url=sandbox.base_url, bearer_token=x_credentials.APP_BEARER)
    answer = app.posts.get_by_ids([made], post_fields=METRICS)
    assert answer.data[0].public_metrics.impression_count == 1200
    assert answer.data[0].non_public_metrics is None
    assert (answer.errors[0].title, answer.errors[0].resource_id) == ("Field Authorization Error", made)


@pytest.mark.parametrize(("days", "told"), [(30, True), (31, False)])
def test_xs_own_counts_are_told_for_thirty_days(x: xdk.Client, sandbox: SandboxClient, days: int, told: bool) -> None:
    sandbox.set_clock(NOON.isoformat())
    made = answered_post(x, sandbox)
    sandbox.set_clock((NOON + timedelta(days=days)).isoformat())
    answer = x.posts.get_by_id(made, post_fields=METRICS)
    assert (answer.data.non_public_metrics is not None) is told
    assert (answer.errors is None) is told
    assert answer.data.public_metrics.like_count == 31


def values(found: Any) -> dict[str, Any]:
    return {result["name"]: result["values"][0]["value"] for result in found}


@pytest.fixture
def page_post(page: Page, sandbox: SandboxClient) -> PagePost:
    made = page.create_feed(params={"message": "見本です。"})["id"]
    sandbox.react(made.rpartition("_")[2], **COUNTS)
    return PagePost(made, api=page.get_api())


@pytest.fixture
def media(instagram: IGUser, pictures: PictureHost, sandbox: SandboxClient) -> IGMedia:
    made = instagram.create_media(params={"image_url": pictures.show(drawn()), "caption": "見本です。"})["id"]
    for _ in ("IN_PROGRESS", "FINISHED"):
        instagram.get_api().call("GET", (made,), {"fields": "status_code"})
    published = instagram.create_media_publish(params={"creation_id": int(made)})["id"]
    sandbox.react(published, **COUNTS)
    return IGMedia(published, api=instagram.get_api())


NAMES = {
    "views": ["post_media_view", "post_total_media_view_unique"],
    "impressions": ["post_impressions", "post_impressions_unique"],
}


def page_insights(post: PagePost, metric: list[str]) -> Any:
    """By the client's plain call: its own method warns of every list of names, for its table expects objects there."""
    return post.get_api().call("GET", (post["id"], "insights"), {"metric": metric}).json()["data"]


@pytest.mark.parametrize(("holds", "former"), [("views", "impressions"), ("impressions", "views")])
def test_the_pages_insights_know_one_set_of_names(page_post: PagePost, sandbox: SandboxClient, holds: str, former: str) -> None:
    sandbox.choose(meta_metrics=holds)
    metric = [*NAMES[holds], "post_clicks", "post_reactions_like_total"]
    assert list(values(page_insights(page_post, metric)).values()) == [1200, 900, 66, 31]
    with pytest.raises(FacebookRequestError) as caught:  # one wrong name, and nothing of the others comes
        page_insights(page_post, ["post_clicks", NAMES[former][0]])
    assert caught.value.api_error_code() == 100


@pytest.mark.parametrize(("holds", "former"), [("views", "impressions"), ("impressions", "views")])
def test_instagrams_insights_know_one_set_of_names(media: IGMedia, sandbox: SandboxClient, holds: str, former: str) -> None:
    sandbox.choose(meta_metrics=holds)
    metric = [holds, "reach", "likes", "comments", "shares", "saved", "total_interactions"]
    assert list(values(media.get_insights(params={"metric": metric})).values()) == [1200, 900, 31, 4, 7, 5, 49]
    with pytest.raises(FacebookRequestError) as caught:
        media.get_insights(params={"metric": ["reach", former]})
    assert caught.value.api_error_code() == 100


def test_insights_without_a_metric_are_refused(page_post: PagePost) -> None:
    with pytest.raises(FacebookRequestError) as caught:
        page_post.get_insights()
    assert (caught.value.api_error_code(), caught.value.api_error_subcode()) == (3001, 1504028)


def test_the_pages_post_itself_counts_reactions_comments_and_shares(page_post: PagePost) -> None:
    fields = "reactions.summary(true).limit(0),comments.summary(true).limit(0),shares"
    told = page_post.get_api().call("GET", (page_post["id"],), {"fields": fields}).json()
    assert told["reactions"]["summary"]["total_count"] == 31
    assert told["comments"]["summary"]["total_count"] == 4
    assert told["shares"] == {"count": 7}
    bare = page_post.get_api().call("GET", (page_post["id"],), {"fields": "reactions.limit(0),comments"}).json()
    assert "summary" not in bare["reactions"]
    assert "summary" not in bare["comments"]


def test_instagrams_post_itself_counts_likes_and_comments(media: IGMedia, sandbox: SandboxClient) -> None:
    shown = media.api_get(fields=["like_count", "comments_count"])
    assert (shown["like_count"], shown["comments_count"]) == (31, 4)
    (item,) = InstagramPrivate(sandbox.base_url, "").read().json()["items"]
    assert (item["like_count"], item["comment_count"]) == (31, 4)


def test_reactions_to_a_post_that_does_not_exist_or_of_a_kind_that_does_not_are_refused(
    sandbox: SandboxClient, x: xdk.Client
) -> None:
    made = answered_post(x, sandbox)
    for order in ({"id": "1", "likes": 1}, {"id": made, "hearts": 1}, {"id": made, "likes": -1}):
        answer = requests.post(f"{sandbox.base_url}/_sandbox/reactions", json=order, timeout=5)
        assert answer.status_code == 400
