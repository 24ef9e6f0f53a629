"""A wire between us and the sandbox that can be pulled."""

from __future__ import annotations

import socket
import struct
import threading
from typing import Literal
from urllib.parse import urlsplit

Mode = Literal["whole", "refuse", "hang", "reset"]


class Relay:
    """Passes bytes to `upstream`. Pulled after `whole_for` connections: then nothing listens any more, or what arrives is
    still passed on but its answer is lost, in silence or with a reset."""

    def __init__(self, upstream: str) -> None:
        self._upstream = (urlsplit(upstream).hostname, urlsplit(upstream).port)
        self._mode: Mode = "whole"
        self._next: Mode = "whole"
        self._left = -1
        self._held: list[socket.socket] = []
        self._listen(0)
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def pull(self, mode: Mode, whole_for: int) -> None:
        self._next, self._left = mode, whole_for

    def mend(self) -> None:
        if self._mode == "refuse":
            self._listen(int(self.base_url.rsplit(":", 1)[1]))
        self._mode, self._left = "whole", -1
        self._let_go()

    def close(self) -> None:
        self._shut()
        self._let_go()

    def _let_go(self) -> None:
        for connection in self._held:
            connection.close()
        self._held.clear()

    def _listen(self, port: int) -> None:
        self._listener = socket.create_server(("127.0.0.1", port), backlog=64)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _shut(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self._left -= 1
            if self._left == 0:
                self._mode = self._next
                if self._mode == "refuse":
                    self._shut()
            threading.Thread(target=self._serve, args=(client, self._mode), daemon=True).start()

    def _serve(self, client: socket.socket, mode: Mode) -> None:
        with socket.create_connection(self._upstream, timeout=30) as server:
            pump = threading.Thread(target=self._copy, args=(client, server), daemon=True)
            pump.start()
            if mode == "reset":
                server.recv(1)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif mode == "hang":
                server.recv(1)
                self._held.append(client)
                return
            else:
                self._copy(server, client)
        client.close()

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass
