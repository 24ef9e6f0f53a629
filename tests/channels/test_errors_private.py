"""What Instagram's private endpoints say when they refuse, and what it means."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import (
    AccountSuspended,
    AuthExpired,
    ChannelError,
    MediaRefused,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)
from tests.channels.material import WORDS, connect_to, outgoing, refusal
from tests.channels.scripted import Answer, ScriptedPlatform


def private_answer(status: int, **body: Any) -> Answer:
    return Answer(status, {"status": "fail", **body})


PRIVATE_ANSWERS = [
    (private_answer(400, message="challenge_required", challenge={"url": "https://i.instagram.com/challenge/1"}), AuthExpired),
    (
        private_answer(400, message="challenge_required", challenge={"url": "https://i.instagram.com/suspended/"}),
        AccountSuspended,
    ),
    (private_answer(400, message="feedback_required", feedback_message=WORDS), AccountSuspended),
    (private_answer(400, message=WORDS, error_type="sentry_block"), AccountSuspended),
    (private_answer(400, message=WORDS, error_type="rate_limit_error"), RateLimited),
    (private_answer(400, message=WORDS, error_type="two_factor_required"), AuthExpired),
    (private_answer(400, message=WORDS, error_type="needs_upgrade"), AuthExpired),
    (private_answer(400, message=WORDS, error_type="bad_password"), AuthExpired),
    (private_answer(400, message=WORDS, two_factor_info={"two_factor_identifier": "1"}), AuthExpired),
    (private_answer(400, message="The username you entered doesn't appear to belong to an account."), AuthExpired),
    (private_answer(400, message="checkpoint_required", checkpoint_url="https://i.instagram.com/1"), AuthExpired),
    (private_answer(400, message="consent_required"), AuthExpired),
    (private_answer(400, message="inactive user"), AccountSuspended),
    (private_answer(200, message="feedback_required"), AccountSuspended),
    (Answer(404, "Not Found"), OutcomeUnknown),  # said to be a challenge in disguise, but anybody says so
    (
        Answer(
            200,
            {
                "error_title": "bad image input extra:{}",
                "media": {"device_timestamp": "1588184737203", "upload_id": "31"},
                "message": "media_needs_reupload",
                "status": "ok",
            },
        ),
        Unavailable,
    ),
    (private_answer(400, message="Please wait a few minutes before you try again."), AccountSuspended),
    (private_answer(400, message=WORDS), Rejected),
    (private_answer(400), Rejected),
    (private_answer(401, message=WORDS), AuthExpired),
    (private_answer(403, message="login_required"), AuthExpired),
    (private_answer(400, message="login_required"), AuthExpired),
    (private_answer(403, message=WORDS), AuthExpired),
    (private_answer(404, message=WORDS), Rejected),
    (private_answer(429, message=WORDS), RateLimited),
    (private_answer(408, message=WORDS), OutcomeUnknown),
    (private_answer(500, message=WORDS), OutcomeUnknown),
    (private_answer(503, message="Please wait a few minutes before you try again."), OutcomeUnknown),
    (private_answer(409, message=WORDS), OutcomeUnknown),
    (private_answer(200, message=WORDS), OutcomeUnknown),
]


@pytest.mark.parametrize(("answer", "kind"), PRIVATE_ANSWERS)
def test_an_answer_of_the_private_api_decides(platform: ScriptedPlatform, answer: Answer, kind: type[ChannelError]) -> None:
    platform.answer = answer
    assert type(refusal(connect_to(platform.base_url, "instagram", "private"), "instagram", "private")) is kind


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (private_answer(400, message="challenge_required"), AuthExpired),
        (private_answer(403, message="login_required"), AuthExpired),
        (private_answer(400, message="feedback_required"), AccountSuspended),
        (private_answer(400, message="checkpoint_required"), AuthExpired),
        (private_answer(400, message="invalid image"), MediaRefused),
        (private_answer(429, message=WORDS), RateLimited),
        (private_answer(500, message=WORDS), Unavailable),
        (Answer(400, "<h1>Bad Request</h1>"), Unavailable),
        (Answer(418, "tea"), Unavailable),
    ],
)
def test_an_upload_by_the_private_api_is_judged_by_its_message(
    platform: ScriptedPlatform, answer: Answer, kind: type[ChannelError]
) -> None:
    platform.answer = answer
    with pytest.raises(ChannelError) as caught:
        connect_to(platform.base_url, "instagram", "private").prepare(outgoing())
    assert type(caught.value) is kind
