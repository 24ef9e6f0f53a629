"""Secrets, confinement, the state machines, the rules of the checks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot import registry
from bot.checks.registry import rules
from bot.config import ROOT, Config
from bot.errors import AlreadyDecided, ConfigError
from bot.options import Secret, options_of
from bot.registry import load
from bot.workflow.states import LABELS, DeliveryState, SubmissionState
from bot.workflow.transitions import DELIVERY, SUBMISSION, Action, Event, after


def test_a_secret_never_shows() -> None:
    secret = Secret("hunter2")
    config = load({"DXBOT_SECRET_KEY": "hunter2", "DXBOT_X_CONSUMER_SECRET": "hunter2"})
    assert "hunter2" not in f"{secret} {secret!r} {config} {[secret]}"
    assert config.secret_key.reveal() == "hunter2"


SECRETS = {
    name: (kind, field.name)
    for kind in registry.kinds()
    for name, field in options_of(kind).items()
    if isinstance(field.default, Secret)
}


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_every_secret_may_lie_in_a_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("from-file\r\n", encoding="utf-8-sig")
    config = load({f"{name}_FILE": str(tmp_path / "secret")})
    kind, field = SECRETS[name]
    assert getattr(config if kind is Config else config.of(kind), field).reveal() == "from-file"
    assert "from-file" not in repr(config)


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_an_empty_file_is_no_secret(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=f"{name}_FILE"):
        load({f"{name}_FILE": str(tmp_path / "secret")})


def test_an_option_that_is_named_like_a_secret_is_one() -> None:
    named = {
        name
        for kind in registry.kinds()
        for name in options_of(kind)
        if re.search("TOKEN|SECRET|PASSWORD|SESSION|_KEY|DATABASE", name)
    }
    assert named - set(SECRETS) == set()


def test_a_database_address_that_cannot_be_read_keeps_its_password(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://dxbot:hunter2@[city/dxbot", encoding="utf-8")
    env = {**os.environ, "DATABASE_URL": "", "DATABASE_URL_FILE": str(tmp_path / "url"), "DXBOT_VAR_DIR": str(tmp_path)}
    said = subprocess.run([sys.executable, "-m", "bot", "queue"], env=env, capture_output=True, encoding="utf-8", check=False)
    assert "DATABASE_URL" in said.stderr
    assert "hunter2" not in said.stdout + said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    "env",
    [
        {"DXBOT_SANDBOX": "yes"},
        {"DXBOT_INSTAGRAM_DRIVER": "browser"},
        {"DXBOT_TIMEZONE": "Asia/Kanazawa"},
        {"DXBOT_TOKEN_FILE": "/no"},
    ],
)
def test_a_bad_setting_is_refused_at_start_and_named(env: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load(env)
    assert next(iter(env)) in caught.value.summary


CONFINED = """
from bot.loopback import confine
confine()
import socket, sys
from bot.errors import ConfigError
for attempt in (lambda: socket.create_connection(("192.0.2.1", 443), 1), lambda: socket.getaddrinfo("api.x.com", 443),
                lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53))):
    try:
        attempt()
    except ConfigError:
        continue
    sys.exit("a request could leave")
from bot import registry
from datetime import UTC, datetime
from bot.channel_kit.base import Outgoing, Prepared
from bot.registry import load
from bot.errors import ChannelError
from bot.sandbox.credentials import environment
env = environment("http://127.0.0.1:9") | {"DXBOT_MEDIA_BASE_URL": "http://127.0.0.1:9"}
config = load({name: value for name, value in env.items() if name == "DXBOT_MEDIA_BASE_URL" or "BASE_URL" not in name})
for key in registry.platforms():
    try:
        registry.connect(key, config).commit(Prepared(outgoing=Outgoing(key="1", text="a"), token="1"), datetime.now(UTC))
    except (ChannelError, ConfigError):
        continue
    sys.exit(f"{key} could leave")
print("confined")
"""


def test_in_sandbox_mode_no_request_can_leave_the_machine() -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", CONFINED], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "confined", done.stderr


def test_every_state_can_be_reached_and_has_a_word() -> None:
    assert {*SUBMISSION.values(), SubmissionState.DRAFT} == set(SubmissionState)
    assert {*DELIVERY.values(), DeliveryState.WAITING, DeliveryState.BY_HAND} == set(DeliveryState)
    assert set(LABELS) == {*SubmissionState, *DeliveryState}


def test_an_unclear_outcome_leads_nowhere_near_sending_without_proof_or_a_person() -> None:
    ways_back = {
        event for (state, event), to in DELIVERY.items() if to == DeliveryState.SCHEDULED and state in ("unknown", "undecided")
    }
    assert ways_back == {Event.PROVE_ABSENT, Event.DECIDE_AGAIN}


def test_a_published_delivery_stays_as_it_is_until_it_is_taken_down() -> None:
    for event in set(Event) - {Event.REMOVE}:
        with pytest.raises(AlreadyDecided):
            after(DELIVERY, DeliveryState.PUBLISHED, event)


def test_what_was_returned_cannot_be_approved() -> None:
    with pytest.raises(AlreadyDecided):
        after(SUBMISSION, SubmissionState.RETURNED, Action.APPROVE)


def test_every_rule_explains_itself() -> None:
    for rule in rules().values():
        assert all((rule.why, rule.source, rule.bad, rule.good))


@pytest.mark.parametrize("folder", ["checks", "content", "media", "render", "schedule", "strategy", "text"])
def test_what_the_bundle_runs_writes_dates_as_windows_can(folder: str) -> None:
    """There a moment's %-m raises ValueError; this machine cannot show it."""
    files = sorted((ROOT / "bot" / folder).rglob("*.py"))
    assert files
    assert [f.name for f in files if re.search(r"\{[^{}]*:[^{}]*%-[a-zA-Z]", f.read_text(encoding="utf-8"))] == []
