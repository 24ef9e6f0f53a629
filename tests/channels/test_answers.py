"""Only what has the platform's own form is its word; and nothing but a ChannelError leaves a channel."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channel_kit.base import Channel, Sent
from bot.errors import ChannelError, MediaRefused, OutcomeUnknown, RetryLater, Unavailable
from tests.channels.material import CASES, STATUSES, as_prepared, connect_to, example_of, in_every_form, outgoing, refusal
from tests.channels.scripted import Answer, ScriptedPlatform

NO_NUMBERS: list[Any] = [
    None,
    [],
    {},
    True,
    "",
    "0",
    "-7",
    0,
    -7,
    1.5,
    "7a",
    " 7",
    "７",
    "None",
    "1e3",
    "../7",
    "7_",
    "_7",
    "1" * 99,
]


def with_number(made: Any, odd: Any) -> Any:
    """The body of a success, with another number in it."""
    if isinstance(made, dict):
        return {k: odd if k in ("id", "pk") else with_number(v, odd) for k, v in made.items()}
    return made


@pytest.mark.parametrize("odd", NO_NUMBERS, ids=repr)
def test_what_is_no_number_is_no_success(
    case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform, odd: Any
) -> None:
    platform.answer = Answer(201, with_number(example_of(*case).made, odd))
    with pytest.raises(OutcomeUnknown):
        scripted.commit(as_prepared(*case), datetime.now(UTC))
    assert len(platform.asked) == 1


@pytest.mark.parametrize("status", STATUSES)
def test_a_number_within_a_refusal_is_no_success(
    case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform, status: int
) -> None:
    platform.answer = Answer(status, example_of(*case).made)
    with pytest.raises(ChannelError):
        scripted.commit(as_prepared(*case), datetime.now(UTC))
    assert len(platform.asked) == 1


@pytest.mark.parametrize("status", STATUSES)
def test_a_page_of_a_proxy_is_not_the_platforms_word(
    case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform, status: int
) -> None:
    platform.answer = Answer(status, "<h1>Blocked by the city</h1>")
    error = refusal(scripted, *case)
    assert type(error) is OutcomeUnknown
    assert error.summary.startswith("途中の機器（プロキシなど）が答えました")
    assert len(platform.asked) == 1
    with pytest.raises(Unavailable) as caught:
        scripted.prepare(outgoing())
    assert caught.value.summary.startswith("途中の機器（プロキシなど）が答えました")


@pytest.mark.parametrize("status", STATUSES)
def test_json_of_a_stranger_is_not_the_platforms_word_either(
    case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform, status: int
) -> None:
    platform.answer = Answer(status, {"reason": "blocked", "request": "1"})
    assert type(refusal(scripted, *case)) is OutcomeUnknown


def test_a_refusal_in_the_platforms_form_is_its_word(
    case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform
) -> None:
    platform.answer = Answer(400, in_every_form())
    assert not isinstance(refusal(scripted, *case), (OutcomeUnknown, RetryLater))


@pytest.mark.parametrize(
    ("step", "told"), [("/media/upload", "1枚目の画像（red.jpg）を"), ("/metadata", "1枚目の画像（red.jpg）の代替テキストを")]
)
def test_x_says_which_picture_it_refused_or_whose_alt_text(platform: ScriptedPlatform, step: str, told: str) -> None:
    platform.answer = Answer(200, {"data": {"id": "31"}})
    platform.answers = {step: Answer(400, in_every_form())}
    with pytest.raises(MediaRefused) as caught:
        connect_to(platform.base_url, "x").prepare(outgoing())
    assert told in caught.value.summary


def test_an_address_that_cannot_be_reached_is_named(platform: ScriptedPlatform) -> None:
    platform.answer = Answer(400, {"error": {"message": "x", "code": 9004, "error_subcode": 2207052}})
    with pytest.raises(Unavailable) as caught:
        connect_to(platform.base_url, "instagram").prepare(outgoing())
    assert "DXBOT_MEDIA_BASE_URL" in caught.value.summary


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "data",
                    "error",
                    "errors",
                    "code",
                    "error_subcode",
                    "message",
                    "media",
                    "pk",
                    "status",
                    "status_code",
                    "items",
                    "title",
                    "type",
                    "detail",
                    "text",
                    "created_at",
                    "attachments",
                    "paging",
                    "caption",
                    "taken_at",
                    "permalink",
                    "timestamp",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["Retry-After", "Date", "x-rate-limit-reset", "x-rate-limit-remaining", "X-Business-Use-Case-Usage", "Location"]
    ),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30)
    | st.integers().map(str)
    | st.integers().map(lambda n: json.dumps({"1": [{"estimated_time_to_regain_access": n}]})),
)
BODIES = VALUES | st.text(max_size=50) | VALUES.map(lambda v: {"data": v}) | VALUES.map(lambda v: {"items": [v]})
BODIES |= VALUES.map(lambda v: {"data": [v]}) | VALUES.map(lambda v: {"error": v}) | VALUES.map(lambda v: {"media": v})


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(filter(None, case)))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=st.integers(200, 599), body=BODIES, headers=HEADERS)
def test_nothing_but_a_channel_error_leaves_a_channel(
    case: tuple[str, str], platform: ScriptedPlatform, status: int, body: Any, headers: dict[str, str]
) -> None:
    """A sending, a look and a deletion: each ends in its result or in a ChannelError."""
    platform.answer = Answer(status, body, headers)
    channel, prepared = connect_to(platform.base_url, *case), as_prepared(*case)
    with suppress(ChannelError):
        channel.prepare(outgoing())
    with suppress(ChannelError):
        channel.commit(prepared, datetime.now(UTC))
    with suppress(ChannelError):
        channel.find(Sent(prepared=prepared, since=datetime.now(UTC)))
    with suppress(ChannelError):
        channel.delete("18")
