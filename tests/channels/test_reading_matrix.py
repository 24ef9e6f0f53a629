"""Reading back, whatever the platform answers: an odd neighbour is passed over, and nothing is found or proved absent that is
not there to be seen."""

from __future__ import annotations

import dataclasses
import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from bot.channel_kit.base import Absent, CannotTell, Channel, Found, NotSeen, Outgoing, Receipt, Sent
from bot.errors import ChannelError, Unavailable
from tests.channels.material import CASES, RED, STATUSES, as_prepared, connect_to, in_every_form
from tests.channels.raw import raw_server
from tests.channels.scripted import Answer, ScriptedPlatform

NOON = datetime(2026, 12, 1, 3, 15, tzinfo=UTC)
TEXT = "読み返しの見本です。"
LISTS = {"x": "/users/", "facebook": "/published_posts", "graph": "/media?", "private": "/feed/user/"}


# Each channel's rows are its own, so a new one is not tried here; the contract tries it.
KNOWN = [case for case in CASES if (case[1] or case[0]) in LISTS]


@pytest.fixture(params=KNOWN, ids=lambda case: "-".join(filter(None, case)))
def case(request: pytest.FixtureRequest) -> tuple[str, str]:
    chosen: tuple[str, str] = request.param
    return chosen


def kind_of(case: tuple[str, str]) -> str:
    return case[1] or case[0]


def row(kind: str, text: str = TEXT, number: int = 77, made: datetime = NOON) -> dict[str, Any]:
    """A post of one picture in the list of each platform."""
    told = made.strftime("%Y-%m-%dT%H:%M:%S+0000")
    photo = {"data": [{"type": "photo", "target": {"id": "31"}}]}
    rows: dict[str, dict[str, Any]] = {
        "x": {"id": str(number), "text": text, "created_at": told, "attachments": {"media_keys": ["3_1"]}},
        "facebook": {"id": f"1_{number}", "message": text, "created_time": told, "attachments": photo},
        "graph": {"id": str(number), "caption": text, "timestamp": told, "media_type": "IMAGE"},
        "private": {"pk": number, "code": "C", "caption": {"text": text}, "taken_at": int(made.timestamp())},
    }
    return rows[kind]


ODD: dict[str, list[Any]] = {
    "x": [
        row("x", "別") | {"attachments": None},
        row("x", "別") | {"entities": {"urls": [{"url": "https://t.co/a"}]}},
        row("x", "別") | {"entities": None, "referenced_tweets": None},
        {"id": "5"},
        row("x") | {"id": None},
        row("x") | {"created_at": 1},
        row("x") | {"text": None},
    ],
    "facebook": [
        {"id": "1_5", "created_time": "2026-12-01T03:15:00+0000"},
        row("facebook", "別") | {"attachments": None},
        row("facebook", "別") | {"attachments": {"data": [{"target": None}, {"subattachments": None}]}},
        row("facebook", "別") | {"permalink_url": 7, "attachments": {"data": []}},
        row("facebook") | {"id": True},
        row("facebook") | {"created_time": "soon"},
    ],
    "graph": [
        {"id": "5", "timestamp": "2026-12-01T03:15:00+0000"},
        row("graph", "別") | {"caption": None, "permalink": []},
        row("graph") | {"id": ""},
        row("graph") | {"timestamp": None},
    ],
    "private": [
        row("private", "別") | {"caption": None},
        row("private", "別") | {"carousel_media": None},
        row("private") | {"pk": None},
        row("private") | {"taken_at": "noon"},
        row("private") | {"code": "../x"},
    ],
}
STRANGE: list[Any] = [None, 7, "x", [], True, {}]


def page(kind: str, rows: list[Any], following: str = "") -> dict[str, Any]:
    if kind == "private":
        more = {"more_available": True, "next_max_id": following} if following else {}
        return {"status": "ok", "items": rows, **more}
    if kind == "x":
        return {"data": rows, "meta": {"result_count": len(rows)} | ({"next_token": following} if following else {})}
    cursors = {"paging": {"cursors": {"after": following}, "next": "https://elsewhere/"}} if following else {}
    return {"data": rows, **cursors}


def sent(case: tuple[str, str]) -> Sent:
    out = Outgoing(key="1-0", text=TEXT, media=(RED,))
    prepared = dataclasses.replace(as_prepared(*case, sent=out))
    if kind_of(case) == "facebook":
        prepared = dataclasses.replace(prepared, token="31")
    return Sent(prepared=prepared, since=NOON)


def look(case: tuple[str, str], channel: Channel, platform: ScriptedPlatform, body: Any, **more: Any) -> Found:
    container = Answer(200, {"id": "17", "status_code": "IN_PROGRESS"})
    platform.answers = {LISTS[kind_of(case)]: Answer(200, body, **more), "/v26.0/17?": container}
    return channel.find(sent(case))


def test_the_post_is_found_between_odd_neighbours(case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform) -> None:
    kind = kind_of(case)
    found = look(case, scripted, platform, page(kind, [*STRANGE, *ODD[kind], row(kind)]))
    assert isinstance(found, Receipt)
    assert found.remote_id.endswith("77")
    assert found.url.startswith("http")


def test_odd_neighbours_alone_prove_nothing(case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform) -> None:
    kind = kind_of(case)
    for odd in STRANGE:
        assert isinstance(look(case, scripted, platform, page(kind, [odd])), CannotTell)
    for odd in ODD[kind]:
        assert not isinstance(look(case, scripted, platform, page(kind, [odd])), Receipt | Absent)


def test_a_list_that_was_read_whole_without_the_post_says_so(
    case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform
) -> None:
    kind = kind_of(case)
    assert isinstance(look(case, scripted, platform, page(kind, [row(kind, "別の文", 5) | _another_photo(kind)])), NotSeen)
    assert isinstance(look(case, scripted, platform, page(kind, [])), NotSeen)


def _another_photo(kind: str) -> dict[str, Any]:
    return {"attachments": {"data": [{"target": {"id": "99"}}]}} if kind == "facebook" else {}


def test_two_that_look_alike_are_left_to_a_person(case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform) -> None:
    kind = kind_of(case)
    assert isinstance(look(case, scripted, platform, page(kind, [row(kind), row(kind, number=78)])), CannotTell)


def test_further_pages_are_read_up_to_a_bound(case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform) -> None:
    kind = kind_of(case)
    others = [row(kind, "別の文", 5) | _another_photo(kind)]
    behind = {"x": "pagination_token=C", "private": "max_id=C"}.get(kind, "after=C")
    platform.answers = {behind: Answer(200, page(kind, [row(kind)])), LISTS[kind]: Answer(200, page(kind, others, "C"))}
    assert isinstance(scripted.find(sent(case)), Receipt)
    assert len(platform.asked) == 2
    platform.asked.clear()
    # A list without an end.
    assert isinstance(look(case, scripted, platform, page(kind, others, "C")), CannotTell)
    assert len(platform.asked) == 5


def test_a_page_of_what_is_older_is_the_last(case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform) -> None:
    if case[0] == "x":
        return  # its first page begins with the number of the time in question
    kind = kind_of(case)
    old = [row(kind, TEXT, 5, NOON - timedelta(minutes=5)) | _another_photo(kind)]
    assert isinstance(look(case, scripted, platform, page(kind, old, "C")), NotSeen)
    assert sum(LISTS[kind] in path for _, path in platform.asked) == 1


ANSWERS: dict[str, Answer] = {
    "empty": Answer(200, ""),
    "no content": Answer(204, ""),
    "a page": Answer(200, "<h1>Hello</h1>"),
    "a list": Answer(200, []),
    "null": Answer(200, None, {"Content-Type": "application/json"}),
    "a text": Answer(200, "x", {"Content-Type": "application/json"}),
    "a stranger's object": Answer(200, {"reason": "blocked"}),
    "an error within a success": Answer(200, {"errors": [{"title": "x"}], "error": {"code": 2, "message": "x"}}),
    "a list of another name": Answer(200, {"posts": []}),
    "a list that is none": Answer(200, {"data": {"id": "1"}, "items": {}, "status": "ok"}),
    "a redirect": Answer(302, "", {"Location": "/elsewhere"}),
    "broken gzip": Answer(200, "not gzip", {"Content-Encoding": "gzip", "Content-Type": "application/json"}),
    "half a body": Answer(200, {"data": [], "items": [], "status": "ok"}, cut=5),
    "half a chunked body": Answer(200, {"data": [], "items": [], "status": "ok"}, chunked=True),
    "closed without a word": Answer(cut=0),
    "silence": Answer(hang=True),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
@pytest.mark.usefixtures("impatient")
def test_an_answer_that_is_no_list_says_nothing_of_the_post(
    case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform, answer: Answer
) -> None:
    """One request, and an error: neither found, nor not seen, nor proved absent."""
    platform.answer = answer
    with pytest.raises(ChannelError):
        scripted.find(sent(case))
    assert len(platform.asked) == 1


@pytest.mark.parametrize("body", ["<h1>x</h1>", in_every_form(2)], ids=["page", "JSON"])
@pytest.mark.usefixtures("impatient")
def test_no_status_of_a_fault_says_anything_of_the_post(
    case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform, body: object
) -> None:
    for number, status in enumerate(STATUSES, 1):
        platform.answer = Answer(status, body)
        with pytest.raises(ChannelError):
            scripted.find(sent(case))
        assert len(platform.asked) == number, status


def test_an_answer_of_a_gigabyte_is_not_read(case: tuple[str, str]) -> None:
    """A little gzip that unpacks to far more than is read."""
    packed = gzip.compress(b'{"data":[' + b" " * 30_000_000)
    with raw_server() as server:

        def talk(peer: Any) -> None:
            server.read_request(peer)
            head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
            peer.sendall(f"{head}Content-Length: {len(packed)}\r\n\r\n".encode() + packed)

        server.talk = talk
        with pytest.raises(Unavailable):
            connect_to(server.base_url, *case).find(sent(case))


@pytest.mark.parametrize(
    ("status", "after", "absent"),
    [
        ("FINISHED", 1, False),
        ("FINISHED", 3, True),
        ("ERROR", 3, False),
        ("ERROR", 6, True),
        ("EXPIRED", 3, False),
        ("EXPIRED", 6, True),
        ("GONE", 3, False),
        ("GONE", 6, True),
        ("IN_PROGRESS", 60, False),
        ("PUBLISHED", 60, False),
        ("ANOTHER_WORD", 60, False),
    ],
)
def test_absence_on_instagram_needs_the_state_the_list_and_time(
    platform: ScriptedPlatform, status: str, after: int, absent: bool
) -> None:
    """Minutes after the newest request, by the platform's clock; the delivery's first was an hour ago."""
    case = ("instagram", "graph")
    told = {"Date": format_datetime(NOON + timedelta(minutes=after), usegmt=True)}
    container = Answer(200, {"id": "17", "status_code": status}, told)
    if status == "GONE":
        container = Answer(400, {"error": {"code": 100, "error_subcode": 33, "message": "x"}}, told)
    in_doubt = dataclasses.replace(sent(case), since=NOON - timedelta(hours=1), latest=NOON)
    channel = connect_to(platform.base_url, *case)

    def found(rows: list[Any]) -> Found:
        platform.answers = {"/media?": Answer(200, page("graph", rows), told), "/v26.0/17?": container}
        return channel.find(in_doubt)

    assert isinstance(found([]), Absent) is absent
    # Whatever the container says: what the list shows is there, and a list that cannot be read whole proves nothing.
    assert isinstance(found([row("graph")]), Receipt)
    assert not isinstance(found([7]), Absent)


@pytest.mark.parametrize(("code", "subcode"), [(100, 33), (24, 2207006)])
def test_a_container_that_is_gone_is_replaced(platform: ScriptedPlatform, code: int, subcode: int) -> None:
    gone = {"error": {"code": code, "error_subcode": subcode, "message": "x"}}
    platform.answers = {
        "/v26.0/16?": Answer(400, gone),
        "/v26.0/17?": Answer(200, {"id": "17", "status_code": "FINISHED"}),
    }
    platform.answer = Answer(200, {"id": "17"})
    out = Outgoing(key="1-0", text=TEXT, media=(RED,), earlier="16")
    assert connect_to(platform.base_url, "instagram").prepare(out).token == "17"


def test_a_container_whose_state_cannot_be_read_is_not_replaced(platform: ScriptedPlatform) -> None:
    platform.answers = {"/v26.0/16?": Answer(500, {"error": {"code": 2, "message": "x"}})}
    platform.answer = Answer(200, {"id": "17"})
    with pytest.raises(Unavailable):
        connect_to(platform.base_url, "instagram").prepare(Outgoing(key="1-0", text=TEXT, media=(RED,), earlier="16"))
    assert platform.posts() == []
