"""How many requests a post takes: each may cost money, count towards a limit, and go wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bot.registry import load
from bot.sandbox import server
from tests.office import PICTURE, TUESDAY, Office
from tests.wrapped import Wrapper, wrapped

NOON = TUESDAY.replace(hour=12, minute=15)
THREE = ", ".join(
    [
        PICTURE,
        "{file: blue.png, alt: 青い四角の見本, people: none}",
        "{file: blue.png, alt: 二つ目の青い四角の見本, people: none}",
    ]
)
_NUMBERS = re.compile(r"\d{9,}")


class Counting(Wrapper):
    """The sandbox, and what it was asked for: method and path, without numbers. `refuse_at`: before the n-th request of a kind,
    something is done."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.asked = Counter[str]()
        self.refuse_at: tuple[str, int, Callable[[], object]] | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        path = environ["PATH_INFO"]
        if not path.startswith("/_sandbox"):
            asked = f"{environ['REQUEST_METHOD']} {_NUMBERS.sub('N', path)}"
            self.asked[asked] += 1
            if self.refuse_at and self.refuse_at[:2] == (asked, self.asked[asked]):
                self.refuse_at[2]()
        return self._app(environ, start_response)


@pytest.fixture
def counting(sandbox_server: server.Sandbox) -> Iterator[Counting]:
    with wrapped(sandbox_server, Counting) as made:
        yield made


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
PHOTO = "POST /rupload_igphoto/N_0_N"  # of Instagram's app
WHOSE = "GET /api/v1/accounts/current_user/"  # asked once a day, before the first post


@pytest.fixture(params=["x", "facebook", "instagram", "private"])
def channel(request: pytest.FixtureRequest, office: Office) -> str:
    """`private` is Instagram by its other driver."""
    if request.param != "private":
        return str(request.param)
    office.ctx = replace(office.ctx, config=load(office.env | {"DXBOT_INSTAGRAM_DRIVER": "private"}))
    return "instagram"


@pytest.fixture
def once(office: Office, counting: Counting, channel: str) -> Counter[str]:
    """What a post of three pictures takes when all goes well."""
    office.approved("one", title="一つ目（見本）", channels=channel, images=THREE)
    office.publish_all()
    asked = Counter(counting.asked)
    counting.asked.clear()
    return asked


def _place(asked: str) -> str:
    """What the sandbox calls this step."""
    commits = ("/tweets", "/feed", "/media_publish", "/configure_sidecar/")
    return "read" if asked.startswith("GET") else "commit" if asked.endswith(commits) else "upload"


@pytest.mark.parametrize("kind", ["429", "500_before"])
def test_no_refusal_of_any_step_doubles_another(
    office: Office, counting: Counting, channel: str, once: Counter[str], kind: str
) -> None:
    """Each request of a post in turn, and each time that it is made: the one that was refused is repeated, and no other."""
    day = 1
    for asked, times in sorted(once.items()):
        for number in range(1, times + 1):
            if (_place(asked), kind) == ("commit", "500_before"):
                continue  # nobody knows what that made: it is no refusal
            day += 1
            office.at(TUESDAY + timedelta(days=day))
            counting.asked.clear()
            counting.refuse_at = (asked, number, partial(office.sandbox.fault, channel, kind, _place(asked)))
            name = f"p{day}"
            office.approved(name, title=f"{day}番目（見本）", channels=channel, images=THREE, body=f"{day}番目です（見本）。\n")
            office.publish_all()
            assert set(office.states().values()) == {"published"}, (asked, number)
            assert len(office.sandbox.posts(channel)) == day
            more = counting.asked - once
            # A status that was read before may be read again: that makes nothing, and uses nothing up.
            made = {request: count for request, count in more.items() if not request.startswith("GET")}
            assert made in ({}, {asked: 1}), (asked, number)
            assert more.total() - sum(made.values()) <= once.total(), (asked, number)


@pytest.mark.parametrize("channel", ["private"], indirect=True)
def test_the_other_driver_uploads_each_picture_once(once: Counter[str]) -> None:
    assert dict(once) == {WHOSE: 1, PHOTO: 3, "POST /api/v1/media/configure_sidecar/": 1}
