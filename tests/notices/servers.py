"""A real mail server and a real chat on this machine, which can be told to misbehave."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class MailServer:
    """Keeps what it accepts. `answers`: what it says to the next messages instead of accepting them."""

    def __init__(self, address: str) -> None:
        self.address = address  # host:port
        self.envelopes: list[Envelope] = []
        self.answers: list[str] = []
        self.hang_up_after_data = False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 aiosmtpd's name
        if self.answers:
            return self.answers.pop(0)
        self.envelopes.append(envelope)
        if self.hang_up_after_data:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 OK"

    def messages(self) -> list[tuple[str, str, str]]:
        """(to, subject, text) of what was accepted."""
        return [(e.rcpt_tos[0], _subject(m), _text(m)) for e in self.envelopes for m in [self.parsed(e)]]

    def parsed(self, envelope: Envelope) -> Message:
        assert isinstance(envelope.content, bytes)
        return message_from_bytes(envelope.content)


def _subject(message: Message) -> str:
    return str(make_header(decode_header(message["Subject"])))


def _text(message: Message) -> str:
    content = message.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode().replace("\r\n", "\n")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    handler = MailServer(f"127.0.0.1:{port}")
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()


class Chat:
    """Keeps (headers, body) of each call, and answers with `statuses`, then 200. 0 hangs up after reading."""

    def __init__(self) -> None:
        self.address = ""
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []


@contextmanager
def chat() -> Iterator[Chat]:
    room = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            room.calls.append((dict(self.headers), body))
            status = room.statuses.pop(0) if room.statuses else 200
            if status == 0:
                self.connection.close()
                return
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    room.address = f"http://127.0.0.1:{server.server_port}/hook/a-secret-path"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield room
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
