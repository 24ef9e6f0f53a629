"""A real sandbox over HTTP, and a small server for the pictures that Instagram fetches."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pytest
from PIL import Image

from bot.config import Config, load
from bot.render.variant import Media
from bot.sandbox.credentials import environment
from tests.sandbox_client import SandboxClient


def picture(colour: str, alt: str) -> Media:
    buffer = BytesIO()
    Image.new("RGB", (640, 640), colour).save(buffer, "JPEG", quality=85)
    data = buffer.getvalue()
    sha256 = hashlib.sha256(data).hexdigest()
    return Media(file=f"{colour}.jpg", alt=alt, width=640, height=640, sha256=sha256, data=data)


RED = picture("red", "赤い四角の見本")
BLUE = picture("blue", "青い四角の見本。<b>と&を含む")


@pytest.fixture(scope="session")
def picture_host() -> Iterator[str]:
    """Serves /m/<sha256>.jpg, as the web site does for approved pictures."""
    files = {f"/m/{m.sha256}.jpg": m.data for m in (RED, BLUE)}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = files.get(self.path)
            self.send_response(200 if data else 404)
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


@pytest.fixture
def config(sandbox: SandboxClient, picture_host: str, request: pytest.FixtureRequest) -> Config:
    driver = getattr(request, "param", "graph")
    env = environment(sandbox.base_url) | {"DXBOT_MEDIA_BASE_URL": picture_host, "DXBOT_INSTAGRAM_DRIVER": driver}
    return load(env)
