"""What each platform's refusals mean, told by a server in the platform's own words; and that its words stay there."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channel_kit.base import Channel
from bot.channels.instagram import containers as _containers
from bot.errors import (
    AccountSuspended,
    AuthExpired,
    ChannelClosed,
    ChannelError,
    Duplicate,
    MediaRefused,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
    Rejected,
    TooLong,
    Unavailable,
)
from tests.channels.material import SENDING, WORDS, as_prepared, connect_to, in_every_form, outgoing, refusal
from tests.channels.scripted import Answer, ScriptedPlatform


def graph_error(code: int, subcode: int = 0, status: int = 400, headers: Mapping[str, str] = {}) -> Answer:
    error: dict[str, Any] = {"message": WORDS, "type": "OAuthException", "code": code, "fbtrace_id": "A"}
    if subcode:
        error["error_subcode"] = subcode
    return Answer(status, {"error": error}, headers)


def problem(status: int, detail: str = WORDS, kind: str = "about:blank") -> Answer:
    return Answer(status, {"title": "T", "detail": detail, "type": kind, "status": status})


GRAPH_CODES = [
    *[(190, sub, AuthExpired) for sub in (0, 458, 459, 460, 463, 464, 467, 490)],
    *[(code, 0, AuthExpired) for code in (102, 10, 3, 200, 250, 299)],
    *[(code, 0, RateLimited) for code in (4, 17, 32, 613, *range(80001, 80015))],
    (200, 1404078, AccountSuspended),
    (368, 0, AccountSuspended),
    (368, 1390008, AccountSuspended),
    (368, 1346003, Rejected),
    (368, 1404102, Rejected),
    (368, 1404112, Rejected),
    (100, 0, Rejected),
    (100, 1366046, MediaRefused),
    (1366046, 0, MediaRefused),
    *[(100, sub, Rejected) for sub in (1346003, 1349125, 1404102, 1404112, 1609008, 2061006)],
    (1349125, 0, Rejected),
    (2061006, 0, Rejected),
    (1609008, 0, Rejected),
    (2635, 0, ChannelClosed),
    (-2, 2207003, Unavailable),
    (-2, 2207020, Unavailable),
    (4, 2207051, AccountSuspended),
    (9, 2207042, RateLimited),
    (24, 2207006, Unavailable),
    (25, 2207050, AccountSuspended),
    (100, 2207028, MediaRefused),
    (9004, 2207052, Unavailable),
    (36000, 2207004, MediaRefused),
    (36001, 2207005, MediaRefused),
    (36003, 2207009, MediaRefused),
    (36004, 2207010, TooLong),
    # The same without a subcode, or with one that is in no table: the code decides.
    *[(code, 0, MediaRefused) for code in (36000, 36001, 36003)],
    (36004, 0, TooLong),
    (9004, 0, Unavailable),
    (190, 4242, AuthExpired),
    (100, 4242, Rejected),
    (368, 4242, AccountSuspended),
    (10, 2069032, AuthExpired),
    # A subcode that says it all decides whatever the code.
    *[(424242, sub, Rejected) for sub in (1346003, 1349125, 1404102, 1404112, 1609008, 2061006)],
    *[(424242, sub, MediaRefused) for sub in (2207004, 2207005, 2207009)],
    (424242, 2207010, TooLong),
    (424242, 2207052, Unavailable),
    # In doubt: an earlier request may have won, or "temporary".
    *[(code, 0, OutcomeUnknown) for code in (1, 2, -1, 9, 24, -2)],
    (100, 1366051, OutcomeUnknown),
    (-1, 2207001, OutcomeUnknown),
    (-1, 2207032, OutcomeUnknown),
    (24, 2207008, OutcomeUnknown),
    (9007, 2207027, OutcomeUnknown),
    *[(100, sub, OutcomeUnknown) for sub in (2207001, 2207008, 2207027, 2207032)],
    # In no table.
    (424242, 0, OutcomeUnknown),
    (424242, 4242, OutcomeUnknown),
    *[(code, 0, OutcomeUnknown) for code in (0, 5, 99, 101, 199, 300, 367, 369, 505, 507, 2634, 2636, 80000, 80015, 36002)],
]


@pytest.mark.parametrize(("code", "subcode", "kind"), GRAPH_CODES)
@pytest.mark.parametrize("key", ["facebook", "instagram"])
def test_a_graph_code_decides(platform: ScriptedPlatform, key: str, code: int, subcode: int, kind: type[ChannelError]) -> None:
    platform.answer = graph_error(code, subcode)
    assert type(refusal(connect_to(platform.base_url, key), key)) is kind


def test_a_container_that_is_gone_when_it_is_to_be_published_is_not_the_texts_fault(platform: ScriptedPlatform) -> None:
    platform.answer = graph_error(100, 33)
    assert type(refusal(connect_to(platform.base_url, "instagram"), "instagram")) is Unavailable
    assert type(refusal(connect_to(platform.base_url, "facebook"), "facebook")) is Rejected


@pytest.mark.parametrize("code", [2, 190, 100, 4])
def test_a_graph_error_inside_a_success_is_read_like_any_other(platform: ScriptedPlatform, code: int) -> None:
    expected = {2: OutcomeUnknown, 190: AuthExpired, 100: Rejected, 4: RateLimited}
    platform.answer = graph_error(code, status=200)
    assert type(refusal(connect_to(platform.base_url, "facebook"), "facebook")) is expected[code]


@pytest.mark.parametrize(("code", "subcode"), [(190, 463), (100, 33), (368, 0), (506, 0), (4, 0), (36001, 2207005)])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_no_code_makes_a_servers_failure_certain(platform: ScriptedPlatform, code: int, subcode: int, status: int) -> None:
    platform.answer = graph_error(code, subcode, status)
    assert type(refusal(connect_to(platform.base_url, "facebook"), "facebook")) is OutcomeUnknown


def test_a_status_of_429_is_a_limit_whatever_its_code(platform: ScriptedPlatform) -> None:
    platform.answer = graph_error(424242, status=429)
    assert type(refusal(connect_to(platform.base_url, "facebook"), "facebook")) is RateLimited


def test_a_graph_error_without_a_code_is_unknown(platform: ScriptedPlatform) -> None:
    platform.answer = Answer(400, {"error": {"message": WORDS}})
    assert type(refusal(connect_to(platform.base_url, "facebook"), "facebook")) is OutcomeUnknown


@pytest.mark.parametrize("key", ["facebook", "instagram"])
def test_an_answer_of_graph_of_which_nobody_says_what_it_is_is_unknown(platform: ScriptedPlatform, key: str) -> None:
    platform.answer = Answer(200, {"id": "18"}, {"Content-Type": ""})
    assert type(refusal(connect_to(platform.base_url, key), key)) is OutcomeUnknown


def test_graph_tells_in_minutes_how_long_a_block_lasts(platform: ScriptedPlatform) -> None:
    usage = '{"100000000000001": [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 12}]}'
    platform.answer = graph_error(80001, headers={"X-Business-Use-Case-Usage": usage})
    error = refusal(connect_to(platform.base_url, "facebook"), "facebook")
    assert isinstance(error, RateLimited)
    assert error.retry_after == 720


@pytest.mark.parametrize(("minutes", "wait"), [("1e9", 86400), ("Infinity", None), ("-12", None), ('"soon"', None)])
def test_a_block_of_graph_beyond_reason_lasts_a_day_and_one_that_cannot_be_read_is_not_told(
    platform: ScriptedPlatform, minutes: str, wait: int | None
) -> None:
    usage = f'{{"100000000000001": [{{"estimated_time_to_regain_access": {minutes}}}]}}'
    platform.answer = graph_error(80001, headers={"X-Business-Use-Case-Usage": usage})
    error = refusal(connect_to(platform.base_url, "facebook"), "facebook")
    assert isinstance(error, RateLimited)
    assert error.retry_after == wait


X_ANSWERS = [
    (problem(400), Rejected),
    (problem(400, "Your Tweet text is too long."), TooLong),
    (problem(401), AuthExpired),
    (problem(402, "Your enrolled account does not have any credits to fulfill this request."), OutOfCredit),
    (problem(403), Rejected),
    (problem(403, "Your account is suspended and is not permitted to access this feature."), AccountSuspended),
    (problem(403, "To protect our users, this account is temporarily locked."), AccountSuspended),
    (problem(403, "You have been blocked from the author."), Rejected),
    (problem(403, kind="https://api.twitter.com/2/problems/unsupported-authentication"), AuthExpired),
    (problem(403, "Unsupported Authentication"), AuthExpired),
    (problem(403, kind="https://api.twitter.com/2/problems/client-forbidden"), AuthExpired),
    (problem(403, "Your client app is not configured with the appropriate oauth1 app permissions."), AuthExpired),
    (problem(429, kind="https://api.twitter.com/2/problems/usage-capped"), OutOfCredit),
    (problem(403, "Reply to this conversation is not allowed because you have not been mentioned."), Rejected),
    (problem(404), Rejected),
    (problem(413), Rejected),
    (problem(422), Rejected),
    (problem(429), RateLimited),
    (Answer(429, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}), RateLimited),
    (Answer(403, {"errors": [{"code": 186, "message": "Tweet is too long."}]}), TooLong),
    (Answer(403, {"errors": [{"code": 187, "message": "Status is a duplicate."}]}), OutcomeUnknown),  # cannot be looked up
    (Answer(403, {"title": "T", "type": None, "detail": "duplicate content"}), OutcomeUnknown),
    (Answer(403, [WORDS]), OutcomeUnknown),
    (Answer(403, {"errors": [WORDS]}), OutcomeUnknown),
    (Answer(403, {"message": "Forbidden"}), OutcomeUnknown),
    (problem(500, "duplicate content"), OutcomeUnknown),
    (problem(503), OutcomeUnknown),
    *[(problem(status), OutcomeUnknown) for status in (405, 406, 408, 409, 410, 418, 451, 502, 504, 529)],
]


@pytest.mark.parametrize(("answer", "kind"), X_ANSWERS)
def test_an_answer_of_x_decides(platform: ScriptedPlatform, answer: Answer, kind: type[ChannelError]) -> None:
    platform.answer = answer
    assert type(refusal(connect_to(platform.base_url, "x"), "x")) is kind


def test_the_words_of_the_post_itself_quoted_back_by_x_do_not_decide(platform: ScriptedPlatform) -> None:
    quoted = {"parameters": {"text": ["The account was suspended: duplicate content, too long"]}, "message": "invalid"}
    platform.answer = Answer(400, {"errors": [quoted], "title": "Invalid Request", "detail": "invalid", "type": "about:blank"})
    assert type(refusal(connect_to(platform.base_url, "x"), "x")) is Rejected


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": "+600"}, 10),
        ({"x-rate-limit-remaining": "7", "x-rate-limit-reset": "+600"}, None),
        (
            {
                "x-rate-limit-remaining": "7",
                "x-rate-limit-reset": "+600",
                "x-user-limit-24hour-remaining": "0",
                "x-user-limit-24hour-reset": "+7200",
            },
            120,
        ),
        ({"x-rate-limit-reset": "+600"}, 10),
        # A week, milliseconds, the year 9999; this in seconds is read as milliseconds of 1978.
        *[({"x-rate-limit-reset": far}, 24 * 60) for far in ("+600000", "4000000000000", "253402300799000", "9" * 400)],
        *[({"x-rate-limit-reset": odd}, None) for odd in ("0", "-5", "²", "253402300799")],
        ({}, None),
    ],
)
def test_x_tells_when_the_window_that_is_used_up_opens_again(
    platform: ScriptedPlatform, headers: dict[str, str], minutes: int | None
) -> None:
    now = int(time.time())
    told = {name: str(now + int(value)) if value.startswith("+") else value for name, value in headers.items()}
    platform.answer = Answer(429, problem(429).body, told)
    error = refusal(connect_to(platform.base_url, "x"), "x")
    assert isinstance(error, RateLimited)
    assert error.retry_after == (None if minutes is None else pytest.approx(minutes * 60, abs=20))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("Error: Media upload has failed with error code 2207003", Unavailable),
        ("2207052", Unavailable),
        ("2207009", MediaRefused),
        ("2207099", MediaRefused),
        ("", MediaRefused),
    ],
)
def test_a_container_that_went_wrong_tells_whether_the_picture_or_the_way_to_it_is_to_blame(
    platform: ScriptedPlatform, status: str, kind: type[ChannelError]
) -> None:
    platform.answers = {"/v26.0/17?": Answer(200, {"id": "17", "status_code": "ERROR", "status": status})}
    platform.answer = Answer(200, {"id": "17"})
    with pytest.raises(ChannelError) as caught:
        connect_to(platform.base_url, "instagram").prepare(outgoing())
    assert type(caught.value) is kind


def test_a_container_that_does_not_get_ready_is_left_for_later(
    platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_containers, "READY_WITHIN_SECONDS", 0.0)
    platform.answers = {"/v26.0/17?": Answer(200, {"id": "17", "status_code": "IN_PROGRESS"})}
    platform.answer = Answer(200, {"id": "17"})
    with pytest.raises(Unavailable):
        connect_to(platform.base_url, "instagram").prepare(outgoing())


def test_a_container_that_graph_denies_though_it_was_made_is_left_for_later(platform: ScriptedPlatform) -> None:
    platform.answers = {"/v26.0/17?": graph_error(100, 33)}
    platform.answer = Answer(200, {"id": "17"})
    with pytest.raises(Unavailable):
        connect_to(platform.base_url, "instagram").prepare(outgoing())


def test_x_refusing_a_picture_is_about_the_picture(platform: ScriptedPlatform) -> None:
    platform.answer = problem(400)
    with pytest.raises(MediaRefused):
        connect_to(platform.base_url, "x").prepare(outgoing())


@pytest.mark.parametrize(
    "answer", [Answer(500, WORDS), Answer(418, {"error": {"code": 424242}}), Answer(cut=0), Answer(204, "")]
)
def test_before_the_commit_nothing_is_in_doubt_as_nothing_can_be_seen(
    scripted: Channel, platform: ScriptedPlatform, answer: Answer
) -> None:
    platform.answer = answer
    with pytest.raises(Unavailable):
        scripted.prepare(outgoing())


@pytest.mark.parametrize("key", SENDING)
def test_an_upload_that_answers_without_an_id_is_made_again_later(platform: ScriptedPlatform, key: str) -> None:
    platform.answer = Answer(200, {})
    with pytest.raises(Unavailable):
        connect_to(platform.base_url, key).prepare(outgoing())


@pytest.mark.parametrize("status", [400, 401, 403, 418, 429, 500])
def test_the_platforms_words_end_in_the_channel(
    scripted: Channel, platform: ScriptedPlatform, case: tuple[str, str], status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    platform.answer = Answer(status, in_every_form(words=WORDS))
    error = refusal(scripted, *case)
    assert WORDS not in f"{error!r} {error} {error.message} {error.code} {error.summary} {error.next_step} {caplog.text}"
    assert error.__cause__ is None
    assert error.__context__ is None


def test_a_duplicate_that_is_our_own_post_is_a_success(platform: ScriptedPlatform) -> None:
    """A proxy on the way sent the request twice: the first made the post, the second's refusal is what we see."""
    prepared = as_prepared("x")
    made = {
        "id": "1800000000000000077",
        "text": prepared.outgoing.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
        "created_at": "2026-12-01T03:15:00.000Z",
        "attachments": {"media_keys": ["3_1", "3_2"]},
    }
    platform.answers = {"/users/": Answer(200, {"data": [made]})}
    platform.answer = problem(403, "You are not allowed to create a Tweet with duplicate content.")
    receipt = connect_to(platform.base_url, "x").commit(prepared, datetime.now(UTC))
    assert receipt.remote_id == "1800000000000000077"
    assert len(platform.posts()) == 1


@pytest.mark.parametrize(
    "body",
    [
        problem(403, "You are not allowed to create a Tweet with duplicate content.").body,
        {"title": "Forbidden", "type": None, "detail": "You are not allowed to create a Tweet with duplicate content."},
        {"errors": [{"code": 187, "message": "Status is a duplicate."}]},
    ],
)
def test_a_duplicate_of_another_post_is_refused(platform: ScriptedPlatform, body: dict[str, Any]) -> None:
    platform.answers = {"/users/": Answer(200, {"meta": {"result_count": 0}})}
    platform.answer = Answer(403, body)
    assert type(refusal(connect_to(platform.base_url, "x"), "x")) is Duplicate


def test_a_duplicate_that_cannot_be_looked_up_is_unknown(platform: ScriptedPlatform) -> None:
    platform.answers = {"/published_posts": Answer(500, {"error": {"code": 2}})}
    platform.answer = graph_error(506)
    assert type(refusal(connect_to(platform.base_url, "facebook"), "facebook")) is OutcomeUnknown


def test_a_duplicate_message_on_the_page_is_refused(platform: ScriptedPlatform) -> None:
    platform.answers = {"/published_posts": Answer(200, {"data": []})}
    platform.answer = graph_error(506)
    assert type(refusal(connect_to(platform.base_url, "facebook"), "facebook")) is Duplicate
