"""The folder is the registry."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot import registry
from bot.errors import ConfigError
from bot.registry import load
from bot.sandbox.credentials import environment
from tests.channels.material import environment_of

ROOT = Path(__file__).resolve().parents[2]
LOOK = """
import json, sys
from bot import registry
keys = list(registry.specs())
heavy = {"tweepy", "facebook", "instagrapi", "requests", "urllib3", "PIL", "django", "bot.vendor.twitter_text", "budoux"}
print(json.dumps([keys, sorted(heavy & set(sys.modules))]))
"""


def test_describing_the_channels_loads_no_library_of_theirs() -> None:
    ran = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True, timeout=60, cwd=ROOT)
    keys, heavy = json.loads(ran.stdout)
    shipped = ["x", "instagram", "facebook", "newsletter", "note"]  # those that send first, short texts before long ones
    assert [key for key in keys if key in shipped] == shipped
    assert heavy == []


@pytest.mark.parametrize("key", ["newsletter", "note", "mastodon", "__pycache__"])
def test_only_a_channel_that_sends_can_be_connected(key: str) -> None:
    with pytest.raises(ConfigError):
        registry.connect(key, load(environment("http://127.0.0.1:9")))


NEEDED = {
    ("x", ""): ["X_CONSUMER_KEY", "X_CONSUMER_SECRET", "X_ACCESS_TOKEN", "X_ACCESS_TOKEN_SECRET"],
    ("facebook", ""): ["FACEBOOK_PAGE_ID", "FACEBOOK_PAGE_TOKEN"],
    ("instagram", "graph"): ["INSTAGRAM_USER_ID", "INSTAGRAM_TOKEN", "MEDIA_BASE_URL"],
    ("instagram", "private"): ["INSTAGRAM_PRIVATE_SESSION"],
}


@pytest.mark.parametrize(("case", "name"), [(case, f"DXBOT_{name}") for case, names in NEEDED.items() for name in names])
def test_a_missing_credential_is_named(case: tuple[str, str], name: str) -> None:
    env = environment_of("http://127.0.0.1:9", *case)
    del env[name]
    with pytest.raises(ConfigError) as caught:
        registry.connect(case[0], load(env))
    assert name in caught.value.summary


@pytest.mark.parametrize("session", ["not json", "[]", "{}", '{"authorization_data": {}}'])
def test_a_session_that_cannot_be_restored_is_refused_without_a_login(session: str) -> None:
    env = environment("http://127.0.0.1:9")
    env |= {"DXBOT_INSTAGRAM_DRIVER": "private", "DXBOT_INSTAGRAM_PRIVATE_SESSION": session}
    with pytest.raises(ConfigError) as caught:
        registry.connect("instagram", load(env))
    assert "DXBOT_INSTAGRAM_PRIVATE_SESSION" in caught.value.summary


def test_a_saved_session_cannot_bring_retries_or_another_transport_back() -> None:
    env = environment("http://127.0.0.1:9") | {"DXBOT_INSTAGRAM_DRIVER": "private"}
    session = json.loads(env["DXBOT_INSTAGRAM_PRIVATE_SESSION"])
    session |= {"private_transport": "curl", "public_transport": "curl", "session_retry_total": 3, "request_timeout": 9}
    session |= {"public_request_retries_count": 3, "session_retry_statuses": [500]}
    client = registry.connect("instagram", load(env | {"DXBOT_INSTAGRAM_PRIVATE_SESSION": json.dumps(session)}))._client  # type: ignore[attr-defined]
    assert client.private_transport == "requests"
    assert (client.request_timeout, client.session_retry_total, client.public_request_retries_count) == (0, 0, 0)
    assert client.private.get_adapter("https://i.instagram.com/").max_retries.total == 0
