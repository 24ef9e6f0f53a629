"""Channels connected to the real sandbox over HTTP, or to a platform that says what a test tells it to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot import registry
from bot.channel_kit import http
from bot.channel_kit.base import Channel
from bot.config import Config
from bot.registry import load
from bot.sandbox.credentials import environment
from tests.channels.material import BLUE, CASES, RED, connect_to, environment_of
from tests.channels.scripted import ScriptedPlatform, scripted_platform
from tests.sandbox_client import SandboxClient


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

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def config(sandbox: SandboxClient, picture_host: str) -> Config:
    return load(environment(sandbox.base_url) | {"DXBOT_MEDIA_BASE_URL": picture_host})


@pytest.fixture(params=CASES, ids=lambda case: "-".join(filter(None, case)))
def case(request: pytest.FixtureRequest) -> tuple[str, str]:
    chosen: tuple[str, str] = request.param
    return chosen


@pytest.fixture
def key(case: tuple[str, str]) -> str:
    return case[0]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time-outs short enough for a test of a hanging server."""
    patient = http.OnceAdapter.__init__
    monkeypatch.setattr(http.OnceAdapter, "__init__", lambda self, seconds, *most: patient(self, min(seconds, 0.5), *most))


@pytest.fixture
def channel(case: tuple[str, str], sandbox: SandboxClient, picture_host: str) -> Channel:
    """Connected to the sandbox."""
    env = environment_of(sandbox.base_url, *case) | {"DXBOT_MEDIA_BASE_URL": picture_host}
    return registry.connect(case[0], load(env))


@pytest.fixture
def platform() -> Iterator[ScriptedPlatform]:
    with scripted_platform() as running:
        yield running


@pytest.fixture
def scripted(case: tuple[str, str], platform: ScriptedPlatform) -> Channel:
    """Connected to the scripted platform."""
    return connect_to(platform.base_url, *case)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The files of a certificate for this machine that nobody else has signed, and of its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return str(folder / "cert.pem"), str(folder / "key.pem")
