"""A real nginx with TLS before the web site, as docs/deploy/nginx.conf sets it up, without the rights of root."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.config import ROOT

_MAIN = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{site}
}}
"""


def program() -> str:
    """nginx of this system. Without one the test is skipped, but not where everything must run (DXBOT_REQUIRE_ALL=1)."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        missing = "no nginx on this machine: install the package nginx-light"
        if os.environ.get("DXBOT_REQUIRE_ALL") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Front:
    """nginx in a folder, before the web site on port `behind`. A browser opens `address` and trusts `certificate`."""

    def __init__(self, folder: Path, behind: int, site: Path = ROOT / "docs" / "deploy" / "nginx.conf") -> None:
        folder.mkdir()
        self.certificate = folder / "fullchain.pem"
        certify(self.certificate, folder / "privkey.pem")
        self.plain, tls = free_port(), free_port()
        self.address = f"https://localhost:{tls}"
        text = _site(folder, site, {"80": str(self.plain), "443": str(tls), "8000": str(behind)})
        (folder / "nginx.conf").write_text(_MAIN.format(folder=folder, site=text), encoding="utf-8")
        command = [program(), "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
        self._process = subprocess.Popen(command)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


def _site(folder: Path, given: Path, ports: dict[str, str]) -> str:
    """The city's example with this machine's ports and name, and nothing else changed."""
    site = given.read_text(encoding="utf-8")
    site = re.sub(r"listen (?:\[::\]:)?(\d+)", lambda found: found[0].replace(found[1], ports[found[1]]), site)
    site = site.replace("127.0.0.1:8000", f"127.0.0.1:{ports['8000']}").replace("dx.city.example.jp", "localhost")
    return site.replace("/etc/ssl/dxbot/", f"{folder}/")


def certify(certificate: Path, key: Path) -> None:
    """A certificate of a host that vouches for itself, for `localhost` and this machine's address, and its key."""
    own = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(own, hashes.SHA256())
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key.write_bytes(own.private_bytes(*form))
