"""The content repository over HTTPS: with the city's own certificate authority, and through its proxy."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.options import Secret
from bot.repository.git import GitFailed
from tests.sync.desk import Desk
from tests.sync.https import GitServer, Proxy


@pytest.fixture
def server(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitServer]:
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "GIT_SSL_CAINFO"):
        monkeypatch.delenv(name, raising=False)
    with GitServer(tmp_path, desk.origin.bare.parent).serving() as serving:
        context, url = desk.office.ctx, f"{serving.address}/{desk.origin.bare.name}"
        changed = replace(context.config, content_repository=url, content_token=Secret("git-key"), sandbox=False)
        desk.office.ctx = replace(context, config=changed)
        desk.write()
        yield serving


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy().serving() as serving:
        yield serving


def test_the_citys_own_authority_is_believed_where_it_is_named(
    desk: Desk, server: GitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.commit()
    with pytest.raises(GitFailed):
        desk.sync()
    monkeypatch.setenv("GIT_SSL_CAINFO", str(server.certificate))
    assert [item.path for item in desk.sync().items] == ["posts/madoguchi.md"]
    basic = base64.b64encode(b"x-access-token:git-key").decode()
    assert set(server.credentials) == {f"Basic {basic}"}


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy"])
def test_the_repository_is_fetched_through_the_proxy(
    desk: Desk, server: GitServer, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("GIT_SSL_CAINFO", str(server.certificate))
    monkeypatch.setenv(name, proxy.address)
    assert desk.taken() == {"posts/madoguchi.md": "submitted"}
    assert set(proxy.asked) == {f"localhost:{server.port}"}


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_what_needs_no_proxy_is_fetched_without(
    desk: Desk, server: GitServer, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("GIT_SSL_CAINFO", str(server.certificate))
    monkeypatch.setenv("HTTPS_PROXY", proxy.address)
    monkeypatch.setenv(name, "localhost")
    assert desk.taken() == {"posts/madoguchi.md": "submitted"}
    assert proxy.asked == []
