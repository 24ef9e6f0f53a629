"""An office whose posts are out, the public site made of them, and a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from bot.services.pages import public_search, public_site
from bot.services.records.context import Context
from tests.chromium import chromium
from tests.office import Office

__all__ = ["chromium"]
URL = "https://dx.example.jp"
# As docs/public-site.md tells the city's web server to send it.
POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@pytest.fixture(autouse=True)
def _without_search(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index takes seconds; only the tests of the search make one."""
    if "test_search" not in request.module.__name__:
        monkeypatch.setattr(public_search, "is_available", lambda: False)


@pytest.fixture
def public(office: Office) -> Context:
    """The office's context with an address of the public site."""
    return replace(office.ctx, config=replace(office.ctx.config, public_url=URL))


@pytest.fixture
def built(public: Context, tmp_path: Path) -> Callable[[], Path]:
    """Builds the site, again and again into the same folder."""

    def build() -> Path:
        public_site.build(public, tmp_path / "site")
        return tmp_path / "site"

    return build


class _Handler(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The folder of the site behind a web server that sends the policy."""
    (tmp_path / "site").mkdir(exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(tmp_path / "site")))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
