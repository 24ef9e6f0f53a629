"""The same stories for every channel that sends: the real client library, over HTTP, against the sandbox."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.channels import _http, registry
from bot.channels.base import CannotTell, Channel, Outgoing, Prepared, Receipt, Sent
from bot.config import Config, Secret
from bot.errors import (
    AuthExpired,
    ChannelClosed,
    ChannelError,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RetryLater,
)
from tests.channels.conftest import BLUE, RED
from tests.sandbox_client import SandboxClient

SENDING = [key for key, spec in registry.specs().items() if spec.publishes]
CASES = [(key, driver) for key in SENDING for driver in (("graph", "private") if key == "instagram" else ("graph",))]


@pytest.fixture(params=CASES, ids=lambda case: "-".join(case))
def case(request: pytest.FixtureRequest) -> tuple[str, str]:
    chosen: tuple[str, str] = request.param
    return chosen


@pytest.fixture
def key(case: tuple[str, str]) -> str:
    return case[0]


@pytest.fixture
def channel(case: tuple[str, str], config: Config) -> Channel:
    key, driver = case
    return registry.connect(key, dataclasses.replace(config, instagram_driver=driver))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Time-outs short enough for a test of a hanging server."""
    from bot.channels import _graph, x

    monkeypatch.setattr(x, "READ_TIMEOUT", 0.5)
    monkeypatch.setattr(_graph, "READ_TIMEOUT", 0.5)
    try:
        from bot.channels import _instagram_private

        monkeypatch.setattr(_instagram_private, "READ_TIMEOUT", 0.5)
    except ImportError:  # pragma: no cover
        pass
    yield


TEXT = "書かない窓口を試しています（見本）。\n\n問い合わせは A&B <市民課> へ。詳しくは https://example.jp/a?b=c&d=e"


def outgoing(text: str = TEXT, key: str = "1-0", parent: str = "") -> Outgoing:
    return Outgoing(key=key, text=text, media=(RED, BLUE), parent=parent)


def send(channel: Channel, out: Outgoing) -> tuple[Prepared, Receipt]:
    prepared = channel.prepare(out)
    return prepared, channel.commit(prepared, datetime.now(UTC))


def lose_track(channel: Channel, out: Outgoing) -> Sent:
    """Commit, expecting no clear outcome."""
    prepared = channel.prepare(out)
    since = datetime.now(UTC)
    with pytest.raises(OutcomeUnknown):
        channel.commit(prepared, since)
    return Sent(prepared=prepared, since=since)


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


@pytest.mark.parametrize(
    ("kind", "error"),
    [("429", RateLimited), ("401", AuthExpired), ("403", ChannelError)],
)
def test_a_refusal_is_certain_and_posts_nothing(
    channel: Channel, key: str, sandbox: SandboxClient, kind: str, error: type[ChannelError]
) -> None:
    prepared = channel.prepare(outgoing())
    sandbox.fault(key, kind)
    with pytest.raises(error) as caught:
        channel.commit(prepared, datetime.now(UTC))
    assert not isinstance(caught.value, OutcomeUnknown)
    assert isinstance(caught.value, (RetryLater, Rejected, ChannelClosed))
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


def test_a_server_that_is_not_there_means_surely_not_sent(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = channel.prepare(outgoing())
    _point_at_nothing(channel)
    with pytest.raises(NotSent):
        channel.commit(prepared, datetime.now(UTC))


def _point_at_nothing(channel: Channel) -> None:
    """Every request of this channel goes to a port where nothing listens."""
    import requests

    sessions = [s for s in _sessions(channel) if isinstance(s, requests.Session)]
    assert sessions
    for session in sessions:
        for adapter in session.adapters.values():
            original = adapter.send

            def send(request: requests.PreparedRequest, *args: object, _original: object = original, **kw: object) -> object:
                request.url = "http://127.0.0.1:9/"
                return _http.OnceAdapter(1.0).send(request, *args, **kw)

            adapter.send = send  # type: ignore[assignment, method-assign]


def _sessions(channel: Channel) -> list[object]:
    inner = channel.__dict__
    client, graph = inner.get("_client"), inner.get("_graph")
    if graph is not None:
        return [graph._session]
    return [getattr(client, name) for name in ("session", "private") if hasattr(client, name)]


def test_no_layer_retries_a_request(channel: Channel) -> None:
    for session in _sessions(channel):
        for adapter in session.adapters.values():  # type: ignore[attr-defined]
            assert adapter.max_retries.total == 0


@pytest.mark.parametrize("kind", ["500_before", "reset_after", "html_502", "429"])
def test_a_failed_upload_may_be_repeated_and_leaves_one_post(
    channel: Channel, key: str, sandbox: SandboxClient, kind: str
) -> None:
    sandbox.fault(key, kind, on="upload")
    with pytest.raises(RetryLater):
        channel.prepare(outgoing())
    send(channel, outgoing())
    assert len(sandbox.posts(key)) == 1


def test_what_was_made_unseen_is_found_again(channel: Channel, key: str, sandbox: SandboxClient) -> None:
    send(channel, outgoing("前の投稿の見本です。", key="0-0"))
    sandbox.fault(key, "500_after")
    sent = lose_track(channel, outgoing())
    found = channel.find(sent)
    assert isinstance(found, Receipt)
    assert found.remote_id.endswith(sandbox.posts(key)[-1]["id"])


def test_what_was_not_made_is_never_found(channel: Channel, key: str, sandbox: SandboxClient) -> None:
    send(channel, outgoing("前の投稿の見本です。", key="0-0"))
    sandbox.fault(key, "500_before")
    sent = lose_track(channel, outgoing())
    assert isinstance(channel.find(sent), CannotTell)


def test_a_post_that_shows_late_is_not_yet_found(channel: Channel, key: str, sandbox: SandboxClient) -> None:
    sandbox.fault(key, "late_visibility")
    prepared = channel.prepare(outgoing())
    since = datetime.now(UTC)
    channel.commit(prepared, since)
    assert isinstance(channel.find(Sent(prepared=prepared, since=since)), CannotTell)


def test_a_deleted_post_is_gone(channel: Channel, key: str, sandbox: SandboxClient) -> None:
    _, receipt = send(channel, outgoing())
    channel.delete(receipt.remote_id)
    assert [p["deleted"] for p in sandbox.posts(key)] == [True]


def test_no_secret_shows_in_an_error(channel: Channel, key: str, config: Config, sandbox: SandboxClient) -> None:
    prepared = channel.prepare(outgoing())
    for kind in ("401", "500_before", "reset_after"):
        sandbox.fault(key, kind)
        with pytest.raises(ChannelError) as caught:
            channel.commit(prepared, datetime.now(UTC))
        shown = f"{caught.value!r} {caught.value} {caught.value.__cause__!r} {caught.value.__context__!r}"
        secrets = [v.reveal() for v in vars(config).values() if isinstance(v, Secret) and v]
        assert not any(secret in shown for secret in secrets)
    assert "***" in repr(config)
