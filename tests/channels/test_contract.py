"""The same stories for every channel that sends: the real client library, over HTTP, against the sandbox."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot import registry
from bot.channel_kit.base import Channel, Outgoing, Receipt, Sent
from bot.config import Config
from bot.errors import (
    AuthExpired,
    ChannelClosed,
    ChannelError,
    MediaRefused,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    RetryLater,
    TooLong,
)
from bot.options import Secret
from tests.channels.material import BLUE, OPEN, RED, TEXT, as_prepared, connect_to, lose_track, outgoing, send
from tests.sandbox_client import SandboxClient


def test_a_post_arrives_once_with_its_text_pictures_and_alt_texts(channel: Channel, key: str, sandbox: SandboxClient) -> None:
    _, receipt = send(channel, outgoing())
    (post,) = sandbox.posts(key)
    assert post["text"] == TEXT
    assert [m["alt"] for m in post["media"]] == [RED.alt, BLUE.alt]
    assert receipt.remote_id.endswith(post["id"])
    assert receipt.url.startswith(sandbox.base_url)


def test_a_single_picture_arrives_with_its_alt_text(channel: Channel, key: str, sandbox: SandboxClient) -> None:
    send(channel, Outgoing(key="1-0", text="一枚の見本です。", media=(RED,)))
    (post,) = sandbox.posts(key)
    assert [m["alt"] for m in post["media"]] == [RED.alt]


def test_a_probe_tells_whose_the_keys_are_and_changes_nothing(channel: Channel, key: str, sandbox: SandboxClient) -> None:
    told = channel.probe()
    assert told.identity == channel.account
    assert told.name
    assert not told.lacks
    assert sandbox.posts(key) == []


@pytest.mark.parametrize(("kind", "error"), [("429", RateLimited), ("401", AuthExpired), ("500_before", RetryLater)])
def test_a_probe_that_fails_says_how(
    channel: Channel, key: str, sandbox: SandboxClient, kind: str, error: type[ChannelError]
) -> None:
    # The app's own address, which belongs to no channel, has its trouble ordered as Facebook's.
    sandbox.fault(key, kind, on="read")
    with pytest.raises(error):
        channel.probe()


@pytest.mark.parametrize(("kind", "error"), [("429", RateLimited), ("401", AuthExpired), ("403", ChannelError)])
def test_a_refusal_is_certain_and_posts_nothing(
    channel: Channel, key: str, sandbox: SandboxClient, kind: str, error: type[ChannelError]
) -> None:
    prepared = channel.prepare(outgoing())
    sandbox.fault(key, kind)
    with pytest.raises(error) as caught:
        channel.commit(prepared, datetime.now(UTC))
    assert not isinstance(caught.value, OutcomeUnknown)
    assert sandbox.posts(key) == []


@pytest.mark.parametrize("kind", ["500_after", "reset_after", "truncated_after", "hang_after"])
@pytest.mark.usefixtures("impatient")
def test_trouble_after_the_post_is_made_is_unknown_and_makes_one_post(
    channel: Channel, key: str, sandbox: SandboxClient, kind: str
) -> None:
    prepared = channel.prepare(outgoing())
    sandbox.fault(key, kind)
    with pytest.raises(OutcomeUnknown):
        channel.commit(prepared, datetime.now(UTC))
    assert len(sandbox.posts(key)) == 1


@pytest.mark.parametrize("kind", ["500_before", "html_502", "refuse"])
def test_trouble_before_the_post_is_made_is_unknown_too_for_nobody_can_tell(
    channel: Channel, key: str, sandbox: SandboxClient, kind: str
) -> None:
    prepared = channel.prepare(outgoing())
    sandbox.fault(key, kind)
    with pytest.raises(OutcomeUnknown):
        channel.commit(prepared, datetime.now(UTC))
    assert sandbox.posts(key) == []


def test_a_slow_answer_is_still_an_answer(channel: Channel, key: str, sandbox: SandboxClient) -> None:
    prepared = channel.prepare(outgoing())
    sandbox.fault(key, "slow")
    assert channel.commit(prepared, datetime.now(UTC)).remote_id
    assert len(sandbox.posts(key)) == 1


@pytest.fixture
def deserted() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def test_a_server_that_is_not_there_means_surely_not_sent(case: tuple[str, str], deserted: str) -> None:
    channel = connect_to(deserted, *case)
    with pytest.raises(NotSent):
        channel.prepare(outgoing())
    with pytest.raises(NotSent):
        channel.commit(as_prepared(*case), datetime.now(UTC))


def test_a_text_above_the_limit_is_refused_before_anything_is_uploaded(
    channel: Channel, key: str, sandbox: SandboxClient
) -> None:
    limit = registry.specs()[key].limit
    if limit is None:
        return  # there is nothing to be too long for
    sandbox.fault(key, "500_before", on="upload")
    with pytest.raises(TooLong):
        channel.prepare(outgoing("長" * (limit + 1)))
    with pytest.raises(RetryLater):  # the trouble ordered above is still there: nobody has met it
        channel.prepare(outgoing())


def test_too_many_or_too_few_pictures_are_refused_before_anything_is_uploaded(case: tuple[str, str], deserted: str) -> None:
    channel, images = connect_to(deserted, *case), registry.specs()[case[0]].images
    for count in {images.min_count - 1, images.max_count + 1} - {-1}:
        with pytest.raises(MediaRefused):
            channel.prepare(Outgoing(key="1-0", text="見本です。", media=(RED,) * count))


@pytest.mark.parametrize("kind", ["500_before", "500_after", "reset_after", "html_502", "429"])
def test_a_failed_upload_may_be_repeated_and_leaves_one_post(
    channel: Channel, key: str, sandbox: SandboxClient, kind: str
) -> None:
    sandbox.fault(key, kind, on="upload")
    with pytest.raises(RetryLater):
        channel.prepare(outgoing())
    assert sandbox.posts(key) == []
    send(channel, outgoing())
    assert len(sandbox.posts(key)) == 1


def test_an_upload_without_permission_closes_the_channel(channel: Channel, key: str, sandbox: SandboxClient) -> None:
    sandbox.fault(key, "401", on="upload")
    with pytest.raises(ChannelClosed):
        channel.prepare(outgoing())


def test_what_was_made_unseen_is_found_again(channel: Channel, key: str, sandbox: SandboxClient) -> None:
    send(channel, outgoing("前の投稿の見本です。", key="0-0"))
    sandbox.fault(key, "500_after")
    sent = lose_track(channel, outgoing())
    found = channel.find(sent)
    assert isinstance(found, Receipt)
    (_, post) = sandbox.posts(key)
    assert found.remote_id.endswith(post["id"])
    assert abs((found.at - datetime.fromisoformat(post["created_at"])).total_seconds()) <= 1
    assert found.url.startswith(sandbox.base_url)


def test_what_was_not_made_is_never_found(channel: Channel, key: str, sandbox: SandboxClient) -> None:
    send(channel, outgoing("前の投稿の見本です。", key="0-0"))
    sandbox.fault(key, "500_before")
    sent = lose_track(channel, outgoing())
    assert isinstance(channel.find(sent), OPEN)


def test_a_post_that_shows_late_is_not_yet_found(channel: Channel, key: str, sandbox: SandboxClient) -> None:
    sandbox.fault(key, "late_visibility")
    prepared = channel.prepare(outgoing())
    since = datetime.now(UTC)
    channel.commit(prepared, since)
    assert isinstance(channel.find(Sent(prepared=prepared, since=since)), OPEN)


def test_a_reading_that_fails_says_so(channel: Channel, key: str, sandbox: SandboxClient) -> None:
    sandbox.fault(key, "500_after")
    sent = lose_track(channel, outgoing())
    sandbox.fault(key, "500_before", on="read")
    with pytest.raises(RetryLater):
        channel.find(sent)


def test_a_deleted_post_is_gone(channel: Channel, key: str, sandbox: SandboxClient) -> None:
    _, receipt = send(channel, outgoing())
    channel.delete(receipt.remote_id)
    assert [p["deleted"] for p in sandbox.posts(key)] == [True]


def test_no_secret_shows_in_an_error_or_in_a_log(
    channel: Channel, key: str, config: Config, sandbox: SandboxClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    prepared = channel.prepare(outgoing())
    shown = ""
    for kind in ("401", "500_before", "reset_after"):
        sandbox.fault(key, kind)
        with pytest.raises(ChannelError) as caught:
            channel.commit(prepared, datetime.now(UTC))
        error = caught.value
        assert error.__cause__ is None
        assert error.__context__ is None
        shown += f"{error!r} {error} {error.code} {error.summary} {error.next_step}"
    shown += caplog.text + repr(channel) + repr(vars(channel)) + repr(config)
    every = [value for options in (config, *config.declared) for value in vars(options).values()]
    secrets = [value.reveal() for value in every if isinstance(value, Secret) and value]
    assert len(secrets) > 5
    assert not [secret for secret in secrets if secret in shown]
