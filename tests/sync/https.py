"""A git server over HTTPS, and a proxy before it, as they stand in a city's network."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseServer
from urllib.parse import urlsplit

from tests.acceptance.front import certify


class GitServer:
    """Serves every bare repository of a folder by git's own http-backend. A client trusts `certificate`, or nobody."""

    def __init__(self, folder: Path, repositories: Path) -> None:
        self.certificate, self.port = folder / "git.pem", 0
        self._key, self.repositories = folder / "git-key.pem", repositories
        self.credentials: list[str] = []  # of each request
        certify(self.certificate, self._key)

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}"

    @contextmanager
    def serving(self) -> Iterator[GitServer]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _backend(self))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self._key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self.port = server.server_port
        with _running(server):
            yield self


def _backend(own: GitServer) -> type[BaseHTTPRequestHandler]:
    class Backend(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, body: bytes) -> None:
            own.credentials.append(self.headers.get("Authorization", ""))
            url = urlsplit(self.path)
            env = {
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": str(own.repositories),
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": "safe.directory",
                "GIT_CONFIG_VALUE_0": "*",
                "PATH_INFO": url.path,
                "QUERY_STRING": url.query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "REMOTE_USER": "city",
            }
            done = subprocess.run(["git", "http-backend"], input=body, env=env, capture_output=True, check=True)
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            self.send_response(int(lines.pop("Status", "200 OK").split()[0]))
            for name, value in lines.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))  # git's TLS library takes no bare end for an end
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    return Backend


class Proxy:
    """Passes connections on, and remembers which were asked for."""

    def __init__(self) -> None:
        self.address, self.asked = "", list[str]()

    @contextmanager
    def serving(self) -> Iterator[Proxy]:
        own = self

        class Through(BaseHTTPRequestHandler):
            def do_CONNECT(self) -> None:
                own.asked.append(self.path)
                host, _, port = self.path.rpartition(":")
                with socket.create_connection((host, int(port))) as far:
                    self.send_response(200)
                    self.end_headers()
                    back = threading.Thread(target=_pour, args=(far, self.connection))
                    back.start()
                    _pour(self.connection, far)
                    back.join()

            def log_message(self, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Through)
        self.address = f"http://127.0.0.1:{server.server_port}"
        with _running(server):
            yield self


def _pour(source: socket.socket, into: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            into.sendall(data)
        into.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one side is gone: the other will see it


@contextmanager
def _running(server: BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
