"""The way to the platform: proxies, password files, certificates, and a process that may not leave this machine."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from urllib3.exceptions import MaxRetryError, SSLError

from bot import registry
from bot.channel_kit.base import Channel
from bot.channel_kit.http import broken_exchange
from bot.config import load
from bot.errors import NotSent, OutcomeUnknown
from bot.platform_kit.credentials import environment
from tests.channels.material import as_prepared, outgoing, send
from tests.channels.scripted import Answer, ScriptedPlatform
from tests.sandbox_client import SandboxClient

ROOT = Path(__file__).resolve().parents[2]


def sessions(channel: Channel) -> list[requests.Session]:
    """Every session that the channel or its library sends with."""
    client = getattr(channel, "_client", None)
    held = [vars(owner) for owner in (client, getattr(channel, "_graph", None)) if owner is not None]
    return [value for attributes in held for value in attributes.values() if isinstance(value, requests.Session)]


def test_no_layer_retries_a_request(channel: Channel) -> None:
    found = sessions(channel)
    assert found
    for session in found:
        for url in ("https://api.x.com/", "https://graph.facebook.com/", "https://i.instagram.com/", "http://127.0.0.1/"):
            assert session.get_adapter(url).max_retries.total == 0  # type: ignore[attr-defined]


def test_the_citys_proxy_is_used_and_its_refusal_means_not_sent(
    case: tuple[str, str], platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.answer = Answer(403, "the proxy says no")
    monkeypatch.setenv("HTTPS_PROXY", platform.base_url)
    key, driver = case
    hosts = {"DXBOT_X_BASE_URL": "https://api.x.invalid", "DXBOT_GRAPH_BASE_URL": "https://graph.invalid"}
    hosts |= {"DXBOT_INSTAGRAM_PRIVATE_BASE_URL": "https://private.invalid", "DXBOT_MEDIA_BASE_URL": "https://city.invalid"}
    channel = registry.connect(key, load(environment("http://127.0.0.1:9") | hosts | {"DXBOT_INSTAGRAM_DRIVER": driver}))
    with pytest.raises(NotSent):
        channel.commit(as_prepared(key, driver), datetime.now(UTC))
    ((method, target),) = platform.asked
    assert method == "CONNECT"
    assert target.endswith(".invalid:443")


def test_this_machine_is_reached_without_the_proxy(
    channel: Channel, key: str, sandbox: SandboxClient, platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("HTTP_PROXY", platform.base_url)
    monkeypatch.setenv("HTTPS_PROXY", platform.base_url)
    send(channel, outgoing())
    assert platform.asked == []


def test_a_password_file_does_not_replace_our_token(
    channel: Channel, key: str, sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    host = urlsplit(sandbox.base_url).hostname
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {host} login mallory password wrong\nmachine i.instagram.com login mallory password wrong\n")
    monkeypatch.setenv("NETRC", str(netrc))
    send(channel, outgoing())
    assert requests.utils.get_netrc_auth(sandbox.base_url) == ("mallory", "wrong")


def test_an_untrusted_certificate_means_not_sent_and_any_other_break_in_tls_is_unknown() -> None:
    def wrapped(error: ssl.SSLError) -> requests.exceptions.SSLError:
        return requests.exceptions.SSLError(MaxRetryError(None, "/", SSLError(error)))  # type: ignore[arg-type]

    assert isinstance(broken_exchange(wrapped(ssl.SSLCertVerificationError()), committing=True), NotSent)
    assert isinstance(broken_exchange(wrapped(ssl.SSLEOFError()), committing=True), OutcomeUnknown)


CONFINED = """
import json, sys
from datetime import UTC, datetime
from bot import loopback
from bot import registry
from bot.channel_kit.base import Outgoing, Prepared
from bot.config import load
from bot.errors import ChannelError

loopback.confine()
told = []
for key, driver, token in json.loads(sys.argv[1]):
    env = json.loads(sys.argv[2]) | {"DXBOT_INSTAGRAM_DRIVER": driver}
    channel = registry.connect(key, load(env))
    try:
        channel.commit(Prepared(outgoing=Outgoing(key="1-0", text="見本"), token=token), datetime.now(UTC))
    except ChannelError as e:
        told.append(type(e).__name__)
print(json.dumps(told))
"""


@pytest.mark.parametrize("host", ["https://platform.invalid", "https://198.51.100.7"])
def test_a_confined_process_refuses_a_real_host_and_knows_that_nothing_was_sent(host: str) -> None:
    cases = [("x", "graph", ""), ("facebook", "graph", ""), ("instagram", "graph", "17"), ("instagram", "private", "[]")]
    env = environment(host) | {"DXBOT_MEDIA_BASE_URL": host}
    ran = subprocess.run(
        [sys.executable, "-c", CONFINED, json.dumps(cases), json.dumps(env)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=ROOT,
    )
    assert json.loads(ran.stdout) == ["NotSent"] * len(cases)
