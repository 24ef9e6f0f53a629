"""A server that writes bytes as a test tells it to: what no HTTP library would say."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Talk = Callable[[socket.socket], None]


@dataclass
class RawServer:
    """Each connection is handed to `talk`; its end is the connection's."""

    talk: Talk
    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def read_request(self, peer: socket.socket) -> bytes:
        """Head and body of one request."""
        data = b""
        while b"\r\n\r\n" not in data and (piece := peer.recv(65_536)):
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        while len(body) < length and (piece := peer.recv(65_536)):
            body += piece
        self.requests.append(head)
        return head


@contextmanager
def raw_server() -> Iterator[RawServer]:
    server = RawServer(lambda peer: None)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server.port = listening.getsockname()[1]

        def serve() -> None:
            while not server.over.is_set():
                peer, _ = listening.accept()
                server.connections += 1
                threading.Thread(target=attend, args=(peer,), daemon=True).start()

        def attend(peer: socket.socket) -> None:
            with peer, suppress(OSError):
                server.talk(peer)

        threading.Thread(target=serve, daemon=True).start()
        yield server
        server.over.set()
        with suppress(OSError), socket.create_connection(("127.0.0.1", server.port)):
            pass  # wakes the one that accepts
