"""The platforms' own Python clients, turned to the sandbox, and a host for pictures that the sandbox fetches."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import xdk
from facebook_business.adobjects.iguser import IGUser
from facebook_business.adobjects.page import Page
from facebook_business.api import FacebookAdsApi
from facebook_business.session import FacebookSession
from xdk.oauth1_auth import OAuth1

from bot.channels.x.sandbox import credentials as x_credentials
from bot.meta_graph.sandbox import credentials as graph_credentials
from tests.sandbox_client import SandboxClient


@pytest.fixture
def x(sandbox: SandboxClient) -> Iterator[xdk.Client]:
    """X's own client, as the city's account (OAuth 1.0a)."""
    auth = OAuth1(
        x_credentials.CONSUMER_KEY,
        x_credentials.CONSUMER_SECRET,
        "oob",
        x_credentials.TOKEN,
        x_credentials.TOKEN_SECRET,
    )
    client = xdk.Client(base_url=sandbox.base_url, auth=auth)
    yield client
    client.session.close()


class PictureHost:
    """Shows bytes at an address of their own, as the city's web site does."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        files = self._files

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                data = files.get(self.path)
                self.send_response(200 if data is not None else 404)
                self.end_headers()
                self.wfile.write(data or b"")

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def show(self, data: bytes) -> str:
        path = f"/m/{hashlib.sha256(data).hexdigest()}.jpg"
        self._files[path] = data
        return f"http://127.0.0.1:{self.http.server_port}{path}"


@pytest.fixture(scope="session")
def pictures() -> Iterator[PictureHost]:
    host = PictureHost()
    with host.http:
        threading.Thread(target=host.http.serve_forever, daemon=True).start()
        yield host
        host.http.shutdown()


Meta = Callable[[str], FacebookAdsApi]


@pytest.fixture
def meta(sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch) -> Meta:
    """Meta's own client, with somebody's token."""
    monkeypatch.setattr(FacebookSession, "GRAPH", sandbox.base_url)

    def client(token: str) -> FacebookAdsApi:
        return FacebookAdsApi(FacebookSession(graph_credentials.APP, graph_credentials.APP_SECRET, token, timeout=10))

    return client


@pytest.fixture
def page(meta: Meta) -> Page:
    return Page(graph_credentials.PAGE, api=meta(graph_credentials.PAGE_TOKEN))


@pytest.fixture
def instagram(meta: Meta) -> IGUser:
    return IGUser(graph_credentials.INSTAGRAM_USER, api=meta(graph_credentials.INSTAGRAM_TOKEN))
