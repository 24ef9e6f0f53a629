"""Recognising a post of unknown outcome: the same one, however the platform has dressed it, and no other."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot import registry
from bot.channel_kit.base import Absent, CannotTell, Channel, NotSeen, Outgoing, Receipt, Sent
from bot.channels.x.reading import number_at
from bot.channels.x.sandbox.credentials import USER
from bot.config import Config
from bot.errors import Duplicate, OutcomeUnknown
from bot.registry import load
from tests.channels.material import BLUE, OPEN, RED, as_prepared, connect_to, environment_of, lose_track, outgoing, send
from tests.channels.scripted import Answer, ScriptedPlatform
from tests.sandbox_client import SandboxClient

NOON = datetime(2026, 12, 1, 3, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "A&B <市民課> 「&amp;」と「&lt;」の書き方",
        "手続きは https://example.jp/a?b=c&copy=1 と https://example.jp/d へ",
        "空白  が　続き\n\n\n行も空く ",
        "絵文字 👨‍👩‍👧‍👦 と合成文字 か\u3099",
        "https://t.co/abcdefghij",
    ],
)
def test_a_post_is_recognised_by_its_text(channel: Channel, key: str, sandbox: SandboxClient, text: str) -> None:
    sandbox.fault(key, "500_after")
    found = channel.find(lose_track(channel, outgoing(text)))
    assert isinstance(found, Receipt)
    assert found.remote_id.endswith(sandbox.posts(key)[0]["id"])


def test_another_picture_count_is_another_post(channel: Channel, key: str, sandbox: SandboxClient) -> None:
    other = channel.prepare(Outgoing(key="2-0", text="見本です。", media=(RED, BLUE)))
    sandbox.fault(key, "500_after")
    sent = lose_track(channel, Outgoing(key="1-0", text="見本です。", media=(RED,)))
    found = channel.find(Sent(prepared=other, since=sent.since))
    assert not isinstance(found, Receipt), (
        f"配信先「{key}」の find() が画像の枚数を見ていません。文が同じで枚数の違う投稿を、その投稿だと言いました。"
    )


def test_a_containers_number_says_more_than_its_looks(instagram: Channel, sandbox: SandboxClient) -> None:
    sandbox.fault("instagram", "500_after")
    sent = lose_track(instagram, Outgoing(key="1-0", text="見本です。", media=(RED,)))
    other = Outgoing(key="1-0", text="見本です。", media=(RED, BLUE))
    assert isinstance(
        instagram.find(dataclasses.replace(sent, prepared=dataclasses.replace(sent.prepared, outgoing=other))), Receipt
    )


def x_post(text: str, identity: str = "2064000000000000077", **more: Any) -> dict[str, Any]:
    return {"id": identity, "text": text, "author_id": USER, "created_at": "2026-12-01T03:15:00.000Z", **more}


def look_on_x(platform: ScriptedPlatform, sent: Outgoing, *posts: dict[str, Any]) -> object:
    platform.answer = Answer(200, {"data": list(posts), "meta": {"result_count": len(posts)}})
    return connect_to(platform.base_url, "x").find(Sent(prepared=as_prepared("x", sent=sent), since=NOON))


@pytest.mark.parametrize(
    ("typed", "shown", "expanded"),
    [
        ("市役所 www4.city.kanazawa.lg.jp へ", "市役所 https://t.co/a へ", "http://www4.city.kanazawa.lg.jp"),
        ("市役所 https://www4.city.kanazawa.lg.jp へ", "市役所 https://t.co/a へ", "https://www4.city.kanazawa.lg.jp/"),
        ("詳しくは https://example.jp/?a=1&b=2", "詳しくは https://t.co/a", "https://example.jp/?a=1&b=2"),
    ],
)
def test_a_link_that_x_has_shortened_is_recognised(platform: ScriptedPlatform, typed: str, shown: str, expanded: str) -> None:
    links = [{"url": "https://t.co/a", "expanded_url": expanded, "display_url": "…"}]
    found = look_on_x(platform, Outgoing(key="1-0", text=typed), x_post(shown, entities={"urls": links}))
    assert isinstance(found, Receipt)
    assert (found.remote_id, found.at) == ("2064000000000000077", NOON)


def test_the_link_that_x_adds_for_pictures_is_no_part_of_the_text(platform: ScriptedPlatform) -> None:
    pictures = {"media_keys": ["3_1"]}
    sent = Outgoing(key="1-0", text="写真です", media=(RED,))
    with_entity = {"urls": [{"url": "https://t.co/m", "expanded_url": "https://x.com/i/1/photo/1", "media_key": "3_1"}]}
    for entities in (with_entity, {}):
        found = look_on_x(platform, sent, x_post("写真です https://t.co/m", attachments=pictures, entities=entities))
        assert isinstance(found, Receipt)
    assert isinstance(look_on_x(platform, sent, x_post("写真です https://t.co/m")), NotSeen)


def test_a_reply_to_another_post_is_another_post(platform: ScriptedPlatform) -> None:
    def replying_to(parent: str) -> dict[str, Any]:
        return x_post("続きです", referenced_tweets=[{"type": "quoted", "id": "5"}, {"type": "replied_to", "id": parent}])

    sent = Outgoing(key="1-1", text="続きです", parent="8")
    assert isinstance(look_on_x(platform, sent, replying_to("9")), NotSeen)
    assert isinstance(look_on_x(platform, sent, x_post("続きです")), NotSeen)
    assert isinstance(look_on_x(platform, sent, replying_to("8")), Receipt)


def test_two_posts_that_look_the_same_are_left_to_a_person(platform: ScriptedPlatform) -> None:
    sent = Outgoing(key="1-0", text="同じ文")
    assert isinstance(look_on_x(platform, sent, x_post("同じ文", "71"), x_post("同じ文", "72")), CannotTell)


def test_a_number_of_x_holds_its_time(channel_x: Channel, sandbox: SandboxClient) -> None:
    """As a post of X's own does (of Wikipedia's article on snowflakes), and the sandbox's."""
    made = datetime(2022, 6, 28, 16, 7, 40, 105_000, tzinfo=UTC)
    assert int(number_at(made)) <= 1541815603606036480 < int(number_at(made + timedelta(milliseconds=1)))
    sandbox.set_clock(NOON.isoformat())
    _, receipt = send(channel_x, outgoing())
    assert int(number_at(NOON)) <= int(receipt.remote_id) < int(number_at(NOON + timedelta(milliseconds=1)))


def test_what_x_shows_of_another_author_is_not_ours(platform: ScriptedPlatform) -> None:
    sent = Outgoing(key="1-0", text="同じ文")
    assert isinstance(look_on_x(platform, sent, x_post("同じ文", author_id="7")), NotSeen)
    assert isinstance(look_on_x(platform, sent, x_post("同じ文", author_id="7"), x_post("同じ文")), Receipt)


def test_x_is_asked_from_just_before_the_first_commit_on(platform: ScriptedPlatform) -> None:
    look_on_x(platform, Outgoing(key="1-0", text="見本です。"))
    ((_, path),) = platform.asked
    asked = parse_qs(urlsplit(path).query)
    assert asked["since_id"] == [number_at(NOON - timedelta(seconds=60))]
    assert "start_time" not in asked


def test_a_post_of_an_attempt_before_this_one_is_the_receipt_of_a_duplicate(channel_x: Channel, sandbox: SandboxClient) -> None:
    """A person said "again", and the first one stood."""
    sandbox.set_clock((datetime.now(UTC) - timedelta(minutes=40)).isoformat())
    prepared, first = send(channel_x, outgoing())
    sandbox.set_clock(datetime.now(UTC).isoformat())
    began = datetime.now(UTC) - timedelta(minutes=40)
    again = dataclasses.replace(prepared, outgoing=dataclasses.replace(prepared.outgoing, since=began))
    assert channel_x.commit(again, datetime.now(UTC)).remote_id == first.remote_id
    with pytest.raises(Duplicate):
        channel_x.commit(prepared, datetime.now(UTC))


@pytest.fixture
def channel_x(config: Config) -> Channel:
    return registry.connect("x", config)


@pytest.fixture
def instagram(config: Config) -> Channel:
    return registry.connect("instagram", config)


def test_an_unpublished_container_proves_absence_only_after_a_while(instagram: Channel, sandbox: SandboxClient) -> None:
    sandbox.fault("instagram", "500_before")
    sent = lose_track(instagram, outgoing())
    assert isinstance(instagram.find(sent), NotSeen)
    minutes_ago = dataclasses.replace(sent, since=sent.since - timedelta(minutes=3))
    assert instagram.find(minutes_ago) == Absent()
    # Of the newest request, not of the first: that one may still be on its way.
    assert isinstance(instagram.find(dataclasses.replace(minutes_ago, latest=sent.since)), NotSeen)


def test_a_container_that_has_expired_was_never_published(instagram: Channel, sandbox: SandboxClient) -> None:
    sandbox.fault("instagram", "500_before")
    sent = lose_track(instagram, outgoing())
    sandbox.set_clock((datetime.now(UTC) + timedelta(hours=25)).isoformat())
    assert instagram.find(sent) == Absent()
    again = dataclasses.replace(outgoing(), earlier=sent.prepared.token)
    prepared, _ = send(instagram, again)
    assert prepared.token != sent.prepared.token
    assert len(sandbox.posts("instagram")) == 1


def test_a_later_attempt_publishes_the_same_container(instagram: Channel, sandbox: SandboxClient) -> None:
    sandbox.fault("instagram", "500_before")
    sent = lose_track(instagram, outgoing())
    prepared, _ = send(instagram, dataclasses.replace(outgoing(), earlier=sent.prepared.token))
    assert prepared.token == sent.prepared.token
    assert len(sandbox.posts("instagram")) == 1


def test_sending_again_what_was_published_after_all_makes_no_second_post(instagram: Channel, sandbox: SandboxClient) -> None:
    """A person said "again", and the post was there."""
    sandbox.fault("instagram", "500_after")
    sent = lose_track(instagram, outgoing())
    again = lose_track(instagram, dataclasses.replace(outgoing(), earlier=sent.prepared.token))
    (post,) = sandbox.posts("instagram")
    found = instagram.find(again)
    assert isinstance(found, Receipt)
    assert found.remote_id == post["id"]


def test_a_token_of_the_other_driver_is_not_taken_for_a_container(instagram: Channel, sandbox: SandboxClient) -> None:
    earlier = as_prepared("instagram", "private").token
    send(instagram, dataclasses.replace(outgoing(), earlier=earlier))
    assert len(sandbox.posts("instagram")) == 1


def test_a_container_that_is_published_but_not_to_be_seen_is_left_to_a_person(
    instagram: Channel, sandbox: SandboxClient
) -> None:
    send(instagram, outgoing("別の投稿の見本です。", key="0-0"))
    sandbox.fault("instagram", "500_after")
    sent = lose_track(instagram, outgoing())
    stranger = dataclasses.replace(sent.prepared, outgoing=outgoing("誰も書いていない文です。"))
    assert isinstance(instagram.find(Sent(prepared=stranger, since=sent.since)), CannotTell)


def test_the_private_api_makes_the_same_upload_id_at_every_try_and_no_other(sandbox: SandboxClient) -> None:
    private = connect_to(sandbox.base_url, "instagram", "private")
    first, second = private.prepare(outgoing()).token, private.prepare(outgoing()).token
    others = [private.prepare(o).token for o in (outgoing(key="2-0"), outgoing("別の文です。"))]
    assert first == second
    assert len({first, *others}) == 3


def test_an_earlier_post_with_the_same_text_is_not_taken_for_this_one(
    channel: Channel, key: str, sandbox: SandboxClient
) -> None:
    """The same words went out a day ago; today's request never arrived."""
    sandbox.set_clock((datetime.now(UTC) - timedelta(days=1)).isoformat())
    send(channel, outgoing())
    sandbox.set_clock(datetime.now(UTC).isoformat())
    sandbox.fault(key, "500_before")
    sent = lose_track(channel, outgoing())
    assert isinstance(channel.find(sent), OPEN)


@pytest.mark.parametrize("driver", ["graph", "private"])
def test_of_two_posts_with_the_same_caption_the_one_since_the_commit_is_ours(
    sandbox: SandboxClient, picture_host: str, driver: str
) -> None:
    env = environment_of(sandbox.base_url, "instagram", driver) | {"DXBOT_MEDIA_BASE_URL": picture_host}
    instagram = registry.connect("instagram", load(env))
    sandbox.set_clock((datetime.now(UTC) - timedelta(days=1)).isoformat())
    send(instagram, outgoing(key="0-0"))
    sandbox.set_clock(datetime.now(UTC).isoformat())
    sandbox.fault("instagram", "500_after")
    found = instagram.find(lose_track(instagram, outgoing()))
    assert isinstance(found, Receipt)
    assert found.remote_id == sandbox.posts("instagram")[-1]["id"]


def test_a_post_of_words_alone_on_the_page_is_recognised_if_made_since_the_commit(
    config: Config, sandbox: SandboxClient
) -> None:
    page = registry.connect("facebook", config)
    sandbox.set_clock((datetime.now(UTC) - timedelta(days=1)).isoformat())
    for text in ("毎月のお知らせの見本です。", "別のお知らせの見本です。"):
        send(page, Outgoing(key="0-0", text=text))
    sandbox.set_clock(datetime.now(UTC).isoformat())
    monthly = Outgoing(key="1-0", text="毎月のお知らせの見本です。")
    sandbox.fault("facebook", "500_before")
    assert isinstance(page.find(lose_track(page, monthly)), NotSeen)
    sandbox.fault("facebook", "500_after")
    found = page.find(lose_track(page, monthly))
    assert isinstance(found, Receipt)
    assert found.remote_id.endswith(sandbox.posts("facebook")[-1]["id"])


def test_a_container_that_is_published_twice_makes_one_post(instagram: Channel, sandbox: SandboxClient) -> None:
    prepared, receipt = send(instagram, outgoing())
    with pytest.raises(OutcomeUnknown):
        instagram.commit(prepared, datetime.now(UTC))
    assert [p["id"] for p in sandbox.posts("instagram")] == [receipt.remote_id]
