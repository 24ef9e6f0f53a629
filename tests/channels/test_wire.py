"""The way to the platform: proxies, password files, certificates, and a process that may not leave this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from bot import registry
from bot.channel_kit.base import Channel
from bot.errors import NotSent
from tests.channels.material import CASES, as_prepared, connect_to, environment_of, example_of, outgoing, send
from tests.channels.scripted import Answer, ScriptedPlatform
from tests.sandbox_client import SandboxClient

ROOT = Path(__file__).resolve().parents[2]


def sessions(channel: Channel) -> list[requests.Session]:
    """Every session that the channel or its library sends with."""
    found: dict[int, requests.Session] = {}
    seen, waiting = set(), [channel]
    while waiting:
        owner = waiting.pop()
        seen.add(id(owner))
        if isinstance(owner, requests.Session):
            found[id(owner)] = owner
        else:
            waiting += [held for held in getattr(owner, "__dict__", {}).values() if id(held) not in seen]
    return list(found.values())


def test_no_layer_retries_a_request(channel: Channel, key: str) -> None:
    found = sessions(channel)
    assert found
    for session in found:
        for host in (*registry.platforms()[key].hosts, "127.0.0.1"):
            assert session.get_adapter(f"https://{host}/").max_retries.total == 0  # type: ignore[attr-defined]


def test_the_citys_proxy_is_used_and_its_refusal_means_not_sent(
    case: tuple[str, str], platform: ScriptedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.answer = Answer(403, "the proxy says no")
    monkeypatch.setenv("HTTPS_PROXY", platform.base_url)
    channel = connect_to("https://platform.invalid", *case)
    with pytest.raises(NotSent):
        channel.commit(as_prepared(*case), datetime.now(UTC))
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


CONFINED = """
import json, sys
from datetime import UTC, datetime
from bot import loopback
from bot import registry
from bot.channel_kit.base import Outgoing, Prepared
from bot.registry import load
from bot.errors import ChannelError
from bot.render.variant import Media

loopback.confine()
told = []
pictures = tuple(Media(file=f'{n}.jpg', alt='', width=640, height=640, sha256='0' * 64) for n in range(2))
for key, token, env in json.loads(sys.argv[1]):
    channel = registry.connect(key, load(env))
    try:
        channel.commit(Prepared(outgoing=Outgoing(key="1-0", text="見本", media=pictures), token=token), datetime.now(UTC))
    except ChannelError as e:
        told.append(type(e).__name__)
print(json.dumps(told))
"""


def _confined(host: str, env: dict[str, str]) -> list[str]:
    """The names of the errors, a channel each, in a process that may not leave this machine."""
    cases = [(key, example_of(key, way).prepared, environment_of(host, key, way)) for key, way in CASES]
    ran = subprocess.run(
        [sys.executable, "-c", CONFINED, json.dumps(cases)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=ROOT,
        env=os.environ | env,
    )
    told: list[str] = json.loads(ran.stdout)
    return told


@pytest.mark.parametrize("host", ["https://platform.invalid", "https://198.51.100.7"])
def test_a_confined_process_refuses_a_real_host_and_knows_that_nothing_was_sent(host: str) -> None:
    assert _confined(host, {}) == ["NotSent"] * len(CASES)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_confined_process_finds_no_way_out_through_a_proxy_on_this_machine(platform: ScriptedPlatform, name: str) -> None:
    assert _confined("https://platform.invalid", {name: platform.base_url}) == ["NotSent"] * len(CASES)
    assert platform.asked == []
