"""Tokens and sessions that end, and accounts of which a platform wants something first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from facebook_business.adobjects.page import Page
from facebook_business.exceptions import FacebookRequestError

from bot.channel_kit.base import Channel
from bot.errors import AccountSuspended, AuthExpired, ChannelError
from bot.meta_graph.sandbox import credentials as graph_credentials
from tests.channels.material import connect_to, outgoing, send
from tests.sandbox.conftest import Meta
from tests.sandbox_client import SandboxClient

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
END = NOON + timedelta(days=60)


@pytest.fixture
def ending(sandbox: SandboxClient) -> SandboxClient:
    """Graph's tokens hold for sixty days from noon."""
    sandbox.set_clock(NOON.isoformat())
    sandbox.choose(meta_tokens_end_at=END.isoformat())
    return sandbox


def told_of(meta: Meta, token: str) -> dict[str, Any]:
    order = {"input_token": token}
    told: dict[str, Any] = meta(graph_credentials.APP_TOKEN).call("GET", ("debug_token",), order).json()["data"]
    return told


@pytest.mark.parametrize(
    "token", [graph_credentials.PAGE_TOKEN, graph_credentials.INSTAGRAM_TOKEN, graph_credentials.USER_TOKEN]
)
def test_the_app_is_told_until_when_a_token_holds(ending: SandboxClient, meta: Meta, token: str) -> None:
    told = told_of(meta, token)
    assert (told["is_valid"], told["expires_at"]) == (True, int(END.timestamp()))
    assert {"pages_manage_posts", "instagram_content_publish"} <= set(told["scopes"])
    ending.set_clock(END.isoformat())
    told = told_of(meta, token)
    assert (told["is_valid"], told["error"]["code"], told["error"]["subcode"]) == (False, 190, 463)


def test_a_token_without_an_end_says_so(meta: Meta) -> None:
    assert told_of(meta, graph_credentials.PAGE_TOKEN)["expires_at"] == 0


def test_a_token_that_ended_opens_nothing(ending: SandboxClient, page: Page) -> None:
    ending.set_clock((END - timedelta(seconds=1)).isoformat())
    page.create_feed(params={"message": "間に合った見本です。"})
    ending.set_clock(END.isoformat())
    with pytest.raises(FacebookRequestError) as caught:
        page.create_feed(params={"message": "間に合わない見本です。"})
    assert (caught.value.http_status(), caught.value.api_error_code(), caught.value.api_error_subcode()) == (401, 190, 463)
    assert len(ending.posts("facebook")) == 1


def test_a_proof_made_with_another_secret_is_refused(sandbox: SandboxClient) -> None:
    params = {"access_token": graph_credentials.PAGE_TOKEN, "appsecret_proof": "0" * 64}
    answer = requests.get(f"{sandbox.base_url}/v26.0/{graph_credentials.PAGE}", params=params, timeout=5)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


def test_a_short_token_is_exchanged_for_a_long_one_by_the_apps_secret(sandbox: SandboxClient) -> None:
    order = {
        "grant_type": "fb_exchange_token",
        "client_id": graph_credentials.APP,
        "fb_exchange_token": graph_credentials.USER_TOKEN,
    }
    address = f"{sandbox.base_url}/v26.0/oauth/access_token"
    told = requests.get(address, params=order | {"client_secret": graph_credentials.APP_SECRET}, timeout=5).json()
    assert (told["token_type"], told["expires_in"]) == ("bearer", 5183944)
    assert requests.get(address, params=order | {"client_secret": "another"}, timeout=5).status_code == 400


@pytest.fixture
def private(sandbox: SandboxClient) -> Channel:
    return connect_to(sandbox.base_url, "instagram", "private")


@pytest.mark.parametrize(
    ("asked", "error"),
    [("challenge", AuthExpired), ("suspended", AccountSuspended), ("feedback", AccountSuspended), ("wait", AccountSuspended)],
)
def test_instagrams_wish_for_a_person_reaches_us_through_its_real_client(
    sandbox: SandboxClient, private: Channel, asked: str, error: type[ChannelError]
) -> None:
    prepared = private.prepare(outgoing())
    sandbox.choose(instagram_private=asked)
    with pytest.raises(error) as caught:
        private.commit(prepared, NOON)
    assert type(caught.value) is error
    assert sandbox.posts("instagram") == []
    sandbox.choose(instagram_private="open")
    private.commit(prepared, NOON)
    assert len(sandbox.posts("instagram")) == 1


@pytest.mark.parametrize(("asked", "goes_on"), [("challenge", False), ("wait", False), ("feedback", True)])
def test_only_a_feedback_leaves_uploads_and_readings_open(
    sandbox: SandboxClient, private: Channel, asked: str, goes_on: bool
) -> None:
    sandbox.choose(instagram_private=asked)
    if goes_on:
        assert private.prepare(outgoing()).token
    else:
        with pytest.raises(ChannelError):
            private.prepare(outgoing())


def test_the_private_session_of_another_is_refused(sandbox: SandboxClient) -> None:
    address = f"{sandbox.base_url}/api/v1/accounts/current_user/"
    answer = requests.get(address, headers={"Authorization": "Bearer IGT:2:e30="}, timeout=5)
    assert (answer.status_code, answer.json()["message"]) == (403, "login_required")


def test_a_reset_opens_everything_again(ending: SandboxClient, meta: Meta, private: Channel) -> None:
    ending.choose(instagram_private="challenge")
    ending.reset()
    assert told_of(meta, graph_credentials.PAGE_TOKEN)["expires_at"] == 0
    send(private, outgoing())
    assert len(ending.posts("instagram")) == 1
