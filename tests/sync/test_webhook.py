"""The git server's call: only with the secret, and no more than a wish."""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests
from django.core.cache import cache

from bot.options import Secret
from bot.services.handing_in import sync
from tests.office import TUESDAY
from tests.sync.desk import Desk

SECRET = "見本の鍵"
BODY = b'{"ref": "refs/heads/main"}'
SIGNED = {"X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), BODY, "sha256").hexdigest()}


@pytest.fixture
def hook(desk: Desk, web_site: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The web site's address for the hook; the site works with the desk's configuration."""
    config = replace(desk.office.ctx.config, content_webhook_secret=Secret(SECRET))
    desk.office.ctx = replace(desk.office.ctx, config=config)
    monkeypatch.setattr("bot.web.views.hooks.office", lambda: desk.office.ctx)
    cache.clear()
    yield f"{web_site}/hooks/content/"
    cache.clear()


@pytest.mark.parametrize("headers", [SIGNED, {"X-Gitlab-Token": SECRET.encode()}], ids=["github", "gitlab"])
def test_a_genuine_call_asks_for_one_sync_however_often_it_is_repeated(desk: Desk, hook: str, headers: dict[str, str]) -> None:
    assert not sync.wanted(desk.office.ctx)
    for _ in range(3):
        assert requests.post(hook, BODY, headers=headers, timeout=10).status_code == 202
    desk.write()
    desk.commit()
    runner = desk.office.runner()
    runner.sync()
    assert len(desk.submissions()) == 1
    assert not sync.wanted(desk.office.ctx)
    assert desk.office.clock.now() == TUESDAY


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, BODY),
        (SIGNED, BODY + b" "),
        ({"X-Hub-Signature-256": "sha256="}, BODY),
        ({"X-Hub-Signature-256": "sha256=é".encode()}, BODY),
        ({"X-Hub-Signature-256": "wrong", "X-Gitlab-Token": SECRET.encode()}, BODY),
        ({"X-Gitlab-Token": "x"}, BODY),
        ({"X-Gitlab-Token": ""}, BODY),
    ],
)
def test_a_call_without_the_right_secret_asks_for_nothing(
    desk: Desk, hook: str, headers: dict[str, str | bytes], body: bytes
) -> None:
    answer = requests.post(hook, body, headers=headers, timeout=10)
    assert (answer.status_code, answer.text) == (403, "")
    assert not sync.wanted(desk.office.ctx)


def test_a_flood_of_genuine_calls_is_turned_away(desk: Desk, hook: str) -> None:
    """Sixty within a minute of the clock are heard; a slow machine may see more than one of these."""
    codes: list[int] = []
    first = time.time() // 60
    while 429 not in codes and len(codes) < 300:
        codes.append(requests.post(hook, BODY, headers=SIGNED, timeout=10).status_code)
    assert codes[-1] == 429
    assert set(codes[:-1]) == {202}
    assert 60 <= len(codes) - 1 <= 60 * (time.time() // 60 - first + 1)


def test_whoever_does_not_hold_the_secret_uses_up_nobody_s_calls(desk: Desk, hook: str) -> None:
    forged = {requests.post(hook, BODY, headers={"X-Gitlab-Token": str(n)}, timeout=10).status_code for n in range(70)}
    assert forged == {403}
    assert requests.post(hook, BODY, headers=SIGNED, timeout=10).status_code == 202


def test_without_a_secret_there_is_no_such_page(desk: Desk, hook: str) -> None:
    config = replace(desk.office.ctx.config, content_webhook_secret=Secret(""))
    desk.office.ctx = replace(desk.office.ctx, config=config)
    assert requests.post(hook, BODY, headers={"X-Gitlab-Token": ""}, timeout=10).status_code == 404
    assert requests.get(hook, timeout=10).status_code == 405
