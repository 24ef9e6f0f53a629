"""One commit is one request: whatever the platform answers, it is asked once."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.channel_kit.base import Channel, Sent
from bot.errors import ChannelError, OutcomeUnknown, RateLimited, Rejected, Unavailable
from tests.channels.material import as_prepared, example_of, in_every_form, outgoing
from tests.channels.scripted import Answer, ScriptedPlatform

HALF = 10  # bytes, less than the shortest success has
IN_DOUBT = {
    "server error": Answer(500, {"error": {"code": 2, "message": "retry"}, "message": "x"}),
    "server error with a refusal's code": Answer(503, {"error": {"code": 190, "message": "x"}, "message": "login_required"}),
    "gateway page": Answer(502, "<h1>Bad Gateway</h1>"),
    "request time-out": Answer(408, {"message": "x"}),
    **{f"redirect {status}": Answer(status, "", {"Location": "/elsewhere"}) for status in (301, 302, 303, 307, 308)},
    "unknown status": Answer(418, {"message": "x"}),
    "closed without a word": Answer(cut=0),
    "half a body": Answer(201, "made", cut=HALF),
    "half a chunked body": Answer(201, "made", chunked=True),
    "success without content": Answer(204, ""),
    "success without an id": Answer(200, {"data": None, "media": None, "status": "ok"}),
    "errors within a success": Answer(200, {"errors": [{"title": "Not Found Error"}], "status": "ok"}),
    "a success of another kind": Answer(200, {"success": True, "status": "ok"}),
    "empty": Answer(200, ""),
    "a list": Answer(200, []),
    **{f"{said} as JSON": Answer(200, said, {"Content-Type": "application/json"}) for said in ("null", "true", "18", '"18"')},
    "not JSON": Answer(200, "ok"),
    "silence": Answer(hang=True),
}


@pytest.mark.parametrize("answer", IN_DOUBT.values(), ids=IN_DOUBT.keys())
@pytest.mark.usefixtures("impatient")
def test_an_unclear_answer_is_unknown_and_the_request_is_not_repeated(
    case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform, answer: Answer
) -> None:
    platform.answer = dataclasses.replace(answer, body=example_of(*case).made) if answer.body == "made" else answer
    with pytest.raises(OutcomeUnknown):
        scripted.commit(as_prepared(*case), datetime.now(UTC))
    assert len(platform.asked) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429])
def test_a_refusal_is_not_repeated_either(
    case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform, status: int
) -> None:
    platform.answer = Answer(status, in_every_form())
    with pytest.raises(ChannelError):
        scripted.commit(as_prepared(*case), datetime.now(UTC))
    assert len(platform.asked) == 1


def test_a_success_whose_address_cannot_be_read_is_still_a_success(
    case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform
) -> None:
    platform.reading = Answer(500, {"error": {"code": 2}})
    platform.answer = Answer(201, example_of(*case).made)
    receipt = scripted.commit(as_prepared(*case), datetime.now(UTC))
    assert receipt.remote_id
    assert receipt.url.startswith("http")
    assert len(platform.posts()) == 1


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("120", 120, 120),
        ("864000", 86_400, 86_400),  # no window is longer than a day
        ("Wed, 01 Jan 2098 00:00:00 GMT", 86_400, 86_400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400, 86_400),
        ("99999999999999", 86_400, 86_400),
        ("9" * 400, 86_400, 86_400),
        *[(odd, None, None) for odd in ("0", "-5", "²", "soon", "", "1e9", "Wed, 01 Jan 2020 00:00:00 GMT", "Mon, 00 000 0")],
    ],
)
def test_a_busy_platform_says_when_to_come_back_or_does_not(
    case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform, asked: str, least: float | None, most: float | None
) -> None:
    platform.answer = Answer(429, in_every_form(4), {"Retry-After": asked})
    with pytest.raises(RateLimited) as caught:
        scripted.commit(as_prepared(*case), datetime.now(UTC))
    wait = caught.value.retry_after
    if least is None or most is None:
        assert wait is None
    else:
        assert wait is not None
        assert least <= wait <= most


def test_a_busy_platform_may_name_a_moment(case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    platform.answer = Answer(429, in_every_form(4), {"Retry-After": moment})
    with pytest.raises(RateLimited) as caught:
        scripted.commit(as_prepared(*case), datetime.now(UTC))
    assert caught.value.retry_after == pytest.approx(600, abs=20)


def test_no_connection_is_used_twice_for_it_may_have_gone_stale(
    case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform
) -> None:
    example = example_of(*case)
    platform.answers = {part: Answer(200, body) for part, body in example.readings.items()}
    platform.answer = Answer(201, example.made)
    prepared = as_prepared(*case)
    scripted.find(Sent(prepared=prepared, since=datetime.now(UTC)))
    scripted.commit(prepared, datetime.now(UTC))
    assert len(platform.connections) == len(platform.asked) >= 2


def test_an_earlier_answer_says_nothing_about_a_later_request(
    case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform
) -> None:
    platform.answer = Answer(400, in_every_form())
    with pytest.raises(Rejected):
        scripted.commit(as_prepared(*case), datetime.now(UTC))
    platform.answer = Answer(cut=0)
    with pytest.raises(Unavailable):
        scripted.prepare(outgoing())
    with pytest.raises(OutcomeUnknown):
        scripted.commit(as_prepared(*case), datetime.now(UTC))
