"""How many requests a post takes: each may cost money, count towards a limit, and go wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox import server
from tests.office import PICTURE, TUESDAY, Office

NOON = TUESDAY.replace(hour=12, minute=15)
THREE = ", ".join([PICTURE, "{file: blue.png, alt: 青い四角の見本}", "{file: blue.png, alt: 二つ目の青い四角の見本}"])
_NUMBERS = re.compile(r"\d{9,}")


class Counting:
    """The sandbox, and what it was asked for: method and path, without numbers. `refuse_at`: before the n-th request of a kind,
    something is done."""

    def __init__(self, app: Any) -> None:
        self._app, self.asked = app, Counter[str]()
        self.refuse_at: tuple[str, int, Callable[[], object]] | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        path = environ["PATH_INFO"]
        if not path.startswith("/_sandbox"):
            asked = f"{environ['REQUEST_METHOD']} {_NUMBERS.sub('N', path)}"
            self.asked[asked] += 1
            if self.refuse_at and self.refuse_at[:2] == (asked, self.asked[asked]):
                self.refuse_at[2]()
        return self._app(environ, start_response)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)


@pytest.fixture
def counting(sandbox_server: server.Sandbox) -> Iterator[Counting]:
    plain = sandbox_server._server.app
    sandbox_server._server.app = made = Counting(plain)
    yield made
    sandbox_server._server.app = plain


# Whose the keys are is asked once a day by each publisher, before its first post.
ASK_X = {"GET /2/users/me": 1}
ASK_FACEBOOK = {"GET /v26.0/me": 1, "GET /v26.0/debug_token": 1}
ASK_INSTAGRAM = 3
X_POST, X_UPLOAD, X_ALT = "POST /2/tweets", "POST /2/media/upload", "POST /2/media/metadata"


@pytest.mark.parametrize(
    ("images", "asked"),
    [
        ("", {X_POST: 1}),
        (PICTURE, {X_POST: 1, X_UPLOAD: 1, X_ALT: 1}),
        (THREE, {X_POST: 1, X_UPLOAD: 3, X_ALT: 3}),
    ],
)
def test_a_post_on_x_is_one_request_and_two_for_each_picture(
    office: Office, counting: Counting, images: str, asked: dict[str, int]
) -> None:
    office.approved(channels="x, newsletter", images=images)
    office.publish_all()
    assert dict(counting.asked) == asked | ASK_X


@pytest.mark.parametrize(("images", "pictures"), [("", 0), (PICTURE, 1), (THREE, 3)])
def test_a_post_on_facebook_is_two_requests_and_one_for_each_picture(
    office: Office, counting: Counting, images: str, pictures: int
) -> None:
    office.approved(channels="facebook, newsletter", images=images)
    office.publish_all()
    photos = {"POST /v26.0/N/photos": pictures} if pictures else {}
    assert dict(counting.asked) == {"POST /v26.0/N/feed": 1, "GET /v26.0/N_N": 1} | photos | ASK_FACEBOOK


@pytest.mark.parametrize(("images", "most"), [(PICTURE, 6), (THREE, 6 + 2 * 3)])
def test_a_post_on_instagram_is_six_requests_at_most_and_two_for_each_picture_of_an_album(
    office: Office, counting: Counting, images: str, most: int
) -> None:
    office.approved(channels="instagram", images=images)
    office.publish_all()
    assert office.states() == {"instagram": "published"}
    assert counting.asked["POST /v26.0/N/media_publish"] == 1
    assert counting.asked.total() <= most + ASK_INSTAGRAM


COMMITS = {"x": X_POST, "facebook": "POST /v26.0/N/feed", "instagram": "POST /v26.0/N/media_publish"}


@pytest.mark.parametrize("channel", COMMITS)
def test_a_limit_at_the_commit_costs_one_more_request_and_no_upload(office: Office, counting: Counting, channel: str) -> None:
    office.approved("one", title="一つ目（見本）", channels=channel, images=THREE)
    office.publish_all()
    once = Counter(counting.asked)
    counting.asked.clear()
    office.approved("two", title="二つ目（見本）", channels=channel, images=THREE, body="別のことを書きます（見本）。\n")
    office.sandbox.fault(channel, "429")
    office.publish_all()
    assert set(office.states().values()) == {"published"}
    assert counting.asked - once == Counter({COMMITS[channel]: 1})


@pytest.mark.parametrize("channel", ["x", "facebook"])
def test_a_key_that_may_write_and_not_read_makes_its_posts(office: Office, channel: str) -> None:
    office.approved(channels=channel)
    office.sandbox.fault(channel, "403", on="read", times=99)
    office.publish_all()
    assert office.states() == {channel: "published"}


@pytest.mark.parametrize("channel", ["x", "facebook"])
def test_where_nothing_may_be_read_a_doubt_stays_one_and_says_why(office: Office, channel: str) -> None:
    office.approved(channels=channel)
    office.sandbox.fault(channel, "500_after")
    office.sandbox.fault(channel, "403", on="read", times=99)
    office.publish_all()
    runner = office.runner()
    for seconds in (6, 40, 130, 700, 1900):
        office.at(NOON + timedelta(seconds=seconds))
        runner.beat()
    (delivery,) = office.deliveries()
    assert delivery.state == "undecided"
    assert "配信先を読み返せませんでした" in delivery.problem
    assert len(office.sandbox.posts(channel)) == 1


UPLOADS = {"x": X_UPLOAD, "facebook": "POST /v26.0/N/photos", "instagram": "POST /v26.0/N/media"}


@pytest.mark.parametrize("kind", ["429", "500_before"])
@pytest.mark.parametrize("channel", UPLOADS)
def test_an_upload_that_is_refused_does_not_double_those_before_it(
    office: Office, counting: Counting, channel: str, kind: str
) -> None:
    office.approved(channels=channel, images=THREE)
    counting.refuse_at = (UPLOADS[channel], 3, lambda: office.sandbox.fault(channel, kind, on="upload"))
    office.publish_all()
    assert office.states() == {channel: "published"}
    (post,) = office.sandbox.posts(channel)
    assert len(post["media"]) == 3
    album = 1 if channel == "instagram" else 0
    assert counting.asked[UPLOADS[channel]] == 3 + 1 + album
