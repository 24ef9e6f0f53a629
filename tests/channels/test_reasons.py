"""A reason names the thing: which picture, file or alt text, whose address, which limit until when."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from bot.errors import ChannelError, MediaRefused, RateLimited, Rejected, Unavailable
from tests.channels.material import BLUE, RED, as_prepared, connect_to, outgoing, refusal
from tests.channels.scripted import Answer, ScriptedPlatform


def graph(code: int, subcode: int = 0, message: str = "x") -> Answer:
    return Answer(400, {"error": {"message": message, "code": code, "error_subcode": subcode or None}})


def refused(platform: ScriptedPlatform, key: str, kind: type[ChannelError] = MediaRefused) -> ChannelError:
    with pytest.raises(kind) as caught:
        connect_to(platform.base_url, key).prepare(outgoing())
    return caught.value


@pytest.mark.parametrize("key", ["facebook", "instagram"])
def test_a_picture_that_graph_refuses_is_named(platform: ScriptedPlatform, key: str) -> None:
    platform.answer = graph(36001, 2207005)
    assert refused(platform, key).summary == "1枚目の画像（red.jpg）を配信先が受け付けませんでした"


@pytest.mark.parametrize("key", ["facebook", "instagram"])
def test_an_alt_text_that_graph_refuses_is_named(platform: ScriptedPlatform, key: str) -> None:
    platform.answer = graph(100, message="(#100) Param alt_text_custom is too long")
    error = refused(platform, key)
    assert error.summary == "1枚目の画像（red.jpg）の代替テキストを配信先が受け付けませんでした"
    assert "代替テキスト" in error.next_step


@pytest.mark.parametrize(
    ("status", "words", "kind", "told"),
    [
        ("ERROR", "Error: 2207005", MediaRefused, "1枚目の画像（red.jpg）を配信先が受け付けませんでした"),
        ("ERROR", "Error: 2207052", Unavailable, "1枚目の画像（red.jpg）を取りに来られなかった"),
        ("ERROR", "Error: 2207003", Unavailable, "DXBOT_MEDIA_BASE_URL"),
    ],
)
def test_a_container_that_went_wrong_names_its_picture_and_whose_address(
    platform: ScriptedPlatform, status: str, words: str, kind: type[ChannelError], told: str
) -> None:
    platform.answers = {"/v26.0/17?": Answer(200, {"id": "17", "status_code": status, "status": words})}
    platform.answer = Answer(200, {"id": "17"})
    assert told in refused(platform, "instagram", kind).summary


def test_a_caption_that_is_refused_is_not_blamed_on_the_picture(platform: ScriptedPlatform) -> None:
    platform.answer = graph(100, 2207040)
    single = outgoing()
    with pytest.raises(Rejected) as caught:
        connect_to(platform.base_url, "instagram").prepare(type(single)(key="1-0", text="x", media=(RED,)))
    assert "枚目" not in caught.value.summary


def test_x_says_which_of_its_windows_is_used_up_and_until_when(platform: ScriptedPlatform) -> None:
    reset = {"x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-reset": str(int(time.time()) + 600)}
    platform.answer = Answer(429, {"title": "Too Many Requests", "type": "about:blank"}, reset)
    error = refusal(connect_to(platform.base_url, "x"), "x")
    assert "アカウントの24時間" in error.summary
    assert isinstance(error, RateLimited)
    assert error.retry_after == pytest.approx(600, abs=5)


def test_graph_says_whose_limit_it_is(platform: ScriptedPlatform) -> None:
    platform.answer = graph(32)
    assert "Facebook ページ" in refusal(connect_to(platform.base_url, "facebook"), "facebook").summary


def quota(used: int) -> Answer:
    return Answer(200, {"data": [{"quota_usage": used, "config": {"quota_total": 100, "quota_duration": 86_400}}]})


def shown(identity: str, moment: datetime) -> dict[str, Any]:
    return {"id": identity, "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%S+0000"), "caption": "x"}


@pytest.mark.parametrize("step", ["prepare", "commit"])
def test_the_days_quota_of_instagram_is_asked_for_when_it_is_used_up(platform: ScriptedPlatform, step: str) -> None:
    """The window moves on: the oldest of its posts leaves it first, here in two hours."""
    now = datetime.now(UTC).replace(microsecond=0)
    dated = {"Date": format_datetime(now, usegmt=True)}
    posts = [shown(str(40 - hours), now - timedelta(hours=hours)) for hours in (1, 22, 39)]
    platform.answer = graph(9, 2207042)
    platform.answers = {
        "content_publishing_limit": quota(100),
        "/media?": Answer(200, {"data": posts}, dated),
    }
    channel = connect_to(platform.base_url, "instagram")
    with pytest.raises(RateLimited) as caught:
        channel.prepare(outgoing()) if step == "prepare" else channel.commit(as_prepared("instagram"), datetime.now(UTC))
    assert "1日に出せる数（100件）" in caught.value.summary
    assert caught.value.retry_after == pytest.approx(7200, abs=5)


@pytest.mark.parametrize("answer", [quota(3), Answer(500, {"error": {"code": 2, "message": "x"}}), Answer(200, {"data": []})])
def test_a_quota_that_cannot_be_told_is_a_limit_all_the_same(platform: ScriptedPlatform, answer: Answer) -> None:
    platform.answer = graph(9, 2207042)
    platform.answers = {"content_publishing_limit": answer}
    error = refused(platform, "instagram", RateLimited)
    assert isinstance(error, RateLimited)
    assert "1日" in error.summary
    assert error.retry_after == 3600


def test_the_second_picture_is_the_second(platform: ScriptedPlatform) -> None:
    """On X, whose uploads have names."""
    platform.answer = Answer(200, {"data": {"id": "31"}})
    platform.fail_from = ("/metadata", 2, Answer(400, {"title": "T", "type": "about:blank"}))
    error = refused(platform, "x")
    assert f"2枚目の画像（{BLUE.file}）の代替テキスト" in error.summary
