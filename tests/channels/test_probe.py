"""What the platforms tell of the keys: rights, an end, a quota; and what they do not tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.channel_kit.base import Channel
from bot.errors import AuthExpired
from tests.channels.material import connect_to
from tests.channels.scripted import Answer, ScriptedPlatform
from tests.sandbox_client import SandboxClient


def at(sandbox: SandboxClient, key: str) -> Channel:
    return connect_to(sandbox.base_url, key)


def test_an_app_that_may_only_read_is_told_before_the_first_post(sandbox: SandboxClient) -> None:
    sandbox.choose(x_access="read")
    told = at(sandbox, "x").probe()
    assert (told.rights, told.lacks) == (("read",), ("read-write",))


@pytest.mark.parametrize(
    ("key", "right"), [("facebook", "pages_manage_posts"), ("instagram", "instagram_content_publish")], ids=["page", "account"]
)
def test_a_permission_that_is_missing_is_named(sandbox: SandboxClient, key: str, right: str) -> None:
    sandbox.choose(meta_lacks=[right])
    assert at(sandbox, key).probe().lacks == (right,)


@pytest.mark.parametrize("key", ["facebook", "instagram"])
def test_the_end_of_a_token_is_told_and_none_is_endless(sandbox: SandboxClient, key: str) -> None:
    assert at(sandbox, key).probe().endless
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=9)
    sandbox.choose(meta_tokens_end_at=end.isoformat())
    told = at(sandbox, key).probe()
    assert (told.ends, told.endless) == (end, False)
    sandbox.choose(meta_tokens_end_at=(datetime.now(UTC) - timedelta(days=1)).isoformat())
    with pytest.raises(AuthExpired):
        at(sandbox, key).probe()


def test_instagram_tells_how_many_posts_of_the_day_are_used(sandbox: SandboxClient) -> None:
    told = at(sandbox, "instagram").probe()
    assert (told.used, told.quota) == (0, 100)


def test_what_x_does_not_tell_stays_untold(platform: ScriptedPlatform) -> None:
    platform.answer = Answer(200, {"data": {"id": "15", "username": "city"}})
    told = connect_to(platform.base_url, "x").probe()
    assert (told.identity, told.rights, told.lacks) == ("x:15", None, ())


def test_a_key_of_another_page_is_told_as_that_page(platform: ScriptedPlatform) -> None:
    asked = {"/me?": {"id": "200", "name": "別の市"}, "/debug_token": {"data": {"is_valid": True}}}
    platform.answers = {part: Answer(200, body) for part, body in asked.items()}
    channel = connect_to(platform.base_url, "facebook")
    assert (channel.probe().identity, channel.account) == ("facebook:200", "facebook:100000000000001")
