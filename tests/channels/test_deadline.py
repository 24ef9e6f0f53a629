"""One deadline and one limit for every exchange, and whether any of a request has left: over real sockets."""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain, repeat

import pytest

from bot.channel_kit import exchange
from bot.channel_kit.base import Channel
from bot.channel_kit.http import OnceSession
from bot.errors import NotSent, OutcomeUnknown, Unavailable
from tests.channels.material import as_prepared, connect_to, outgoing
from tests.channels.raw import RawServer, raw_server
from tests.channels.scripted import Answer, ScriptedPlatform

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def server() -> Iterator[RawServer]:
    with raw_server() as running:
        yield running


def trickle(server: RawServer, peer: socket.socket, *begin: bytes) -> None:
    """A byte now and then, for ever: no single reading takes long."""
    server.read_request(peer)
    for piece in chain(begin, repeat(b"x")):
        peer.sendall(piece)
        if server.over.wait(0.02):
            return


SLOW = {
    "the status line": (b"HTTP/1.1 200 ",),
    "a header": (OK, b"X-Slow: "),
    "an endless 100": (*repeat(b"HTTP/1.1 100 Continue\r\n\r\n", 500),),
    "a body": (OK, b"Content-Length: 100000\r\n\r\n"),
    "a body without a length": (OK, b"\r\n"),
    "a chunk": (OK, b"Transfer-Encoding: chunked\r\n\r\n", b"ffff\r\n"),
}


@pytest.mark.parametrize("begin", SLOW.values(), ids=SLOW.keys())
@pytest.mark.usefixtures("impatient")
def test_an_answer_that_trickles_ends_at_the_deadline(
    case: tuple[str, str], server: RawServer, begin: tuple[bytes, ...]
) -> None:
    server.talk = lambda peer: trickle(server, peer, *begin)
    channel, began = connect_to(server.base_url, *case), time.monotonic()
    with pytest.raises(OutcomeUnknown):
        channel.commit(as_prepared(*case), datetime.now(UTC))
    assert time.monotonic() - began < 3
    assert server.connections == 1


def endless(peer: socket.socket, head: bytes, piece: bytes) -> None:
    peer.recv(65_536)
    peer.sendall(head)
    while True:
        peer.sendall(piece)


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_without_end_is_cut_and_never_held(case: tuple[str, str], server: RawServer, packed: bool) -> None:
    head, piece = OK + b"Content-Length: 1000000000\r\n", b" " * 1_000_000
    if packed:  # a thousand times as large, unpacked
        head, piece = head + b"Content-Encoding: gzip\r\n", gzip.compress(b" " * 100_000_000)
    channel, prepared = connect_to(server.base_url, *case), as_prepared(*case)
    server.talk = lambda peer: endless(peer, head + b"\r\n", piece)
    tracemalloc.start()
    with pytest.raises(OutcomeUnknown):
        channel.commit(prepared, datetime.now(UTC))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


MADE = b'{"id":"18","data":{"id":"18"},"media":{"pk":"18"},"status":"ok"}'  # of each platform
BROKEN = {
    "not gzip": OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    "half a gzip": OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b'{"id":"18"}' * 99)[:30],
    "a gzip with a wrong sum": OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(MADE)[:-8] + b"\0" * 8,
    "an unknown packing": OK + b"Content-Encoding: br\r\nContent-Length: 2\r\n\r\n\x00\x01",
    "a length too long": OK + b"Content-Length: 900\r\n\r\n{}",
    "a length too short": OK + b"Content-Length: 20\r\n\r\n" + MADE,
    "a length of words": OK + b"Content-Length: many\r\n\r\n{}",
    "two lengths": OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a chunk of no number": OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "chunks without an end": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    "a header without end": OK + b"X: " + b"y" * 70_000 + b"\r\n\r\n",
    "200 headers": OK + b"".join(b"X-%d: y\r\n" % n for n in range(200)) + b"\r\n",
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "a status of words": b"HTTP/1.1 fine\r\n\r\n",
    "HTTP/0.9": b"<html>",
}


@pytest.mark.parametrize("said", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_answer_is_in_doubt_for_a_commit_alone(case: tuple[str, str], server: RawServer, said: bytes) -> None:
    def talk(peer: socket.socket) -> None:
        server.read_request(peer)
        peer.sendall(said)

    server.talk = talk
    channel = connect_to(server.base_url, *case)
    with pytest.raises(OutcomeUnknown):
        channel.commit(as_prepared(*case), datetime.now(UTC))
    assert server.connections == 1
    with pytest.raises(Unavailable):
        channel.prepare(outgoing())


def test_a_body_may_take_longer_to_leave_than_a_connection(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "CONNECT_TIMEOUT", 0.1)

    def talk(peer: socket.socket) -> None:
        server.over.wait(0.4)
        server.read_request(peer)
        peer.sendall(OK + b"Content-Length: 2\r\n\r\n{}")

    server.talk = talk
    assert OnceSession(5.0).request("POST", server.base_url, data=b"x" * 20_000_000).json() == {}


def reset(peer: socket.socket) -> None:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset_at_once(server: RawServer, peer: socket.socket) -> None:
    peer.recv(1)
    reset(peer)


def hang(server: RawServer, peer: socket.socket) -> None:
    server.over.wait(20)


def page(server: RawServer, peer: socket.socket) -> None:
    server.read_request(peer)
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nlogin")


def says(status: bytes):  # type: ignore[no-untyped-def]
    def talk(server: RawServer, peer: socket.socket) -> None:
        server.read_request(peer)
        peer.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

    return talk


AT_CONNECT = {
    "resets": (reset_at_once, "取り次がなかった"),
    "hangs": (hang, "取り次がなかった"),
    "answers a page": (page, "暗号化した接続を始められない"),
    "asks for a password": (says(b"407 Proxy Authentication Required"), "407"),
    "says no": (says(b"403 Forbidden"), "取り次がなかった"),
    "is over-loaded": (says(b"503 Service Unavailable"), "取り次がなかった"),
}


@pytest.mark.parametrize(("talk", "told"), AT_CONNECT.values(), ids=AT_CONNECT.keys())
@pytest.mark.usefixtures("impatient")
def test_what_a_proxy_does_at_connect_means_not_sent(  # type: ignore[no-untyped-def]
    case: tuple[str, str], server: RawServer, monkeypatch: pytest.MonkeyPatch, talk, told: str
) -> None:
    server.talk = lambda peer: talk(server, peer)
    monkeypatch.setenv("HTTPS_PROXY", server.base_url)
    channel = connect_to("https://platform.invalid", *case)
    with pytest.raises(NotSent) as caught:
        channel.commit(as_prepared(*case), datetime.now(UTC))
    assert told in caught.value.summary
    assert server.connections == 1


@pytest.mark.parametrize("talk", [hang, reset_at_once, page], ids=["hangs", "resets", "speaks no TLS"])
@pytest.mark.usefixtures("impatient")
def test_a_handshake_that_fails_means_not_sent(case: tuple[str, str], server: RawServer, talk) -> None:  # type: ignore[no-untyped-def]
    server.talk = lambda peer: talk(server, peer)
    channel = connect_to(f"https://127.0.0.1:{server.port}", *case)
    with pytest.raises(NotSent) as caught:
        channel.commit(as_prepared(*case), datetime.now(UTC))
    assert "暗号化した接続" in caught.value.summary


@pytest.fixture
def untrusted(server: RawServer, certificate: tuple[str, str]) -> RawServer:
    """Speaks TLS with a certificate that nobody has signed, and breaks off after the request."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    def talk(peer: socket.socket) -> None:
        with context.wrap_socket(peer, server_side=True) as secure:
            server.read_request(secure)
            reset(secure)

    server.talk = talk
    return server


def test_an_untrusted_certificate_means_not_sent_and_says_so(case: tuple[str, str], untrusted: RawServer) -> None:
    channel = connect_to(f"https://127.0.0.1:{untrusted.port}", *case)
    with pytest.raises(NotSent) as caught:
        channel.commit(as_prepared(*case), datetime.now(UTC))
    assert "証明書" in caught.value.summary
    assert untrusted.requests == []


def test_a_break_behind_the_handshake_is_unknown(
    case: tuple[str, str], untrusted: RawServer, certificate: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate[0])
    channel = connect_to(f"https://127.0.0.1:{untrusted.port}", *case)
    with pytest.raises(OutcomeUnknown):
        channel.commit(as_prepared(*case), datetime.now(UTC))
    assert len(untrusted.requests) == 1


def test_a_name_that_nobody_knows_means_not_sent_and_says_so(case: tuple[str, str]) -> None:
    channel = connect_to("https://platform.invalid", *case)
    with pytest.raises(NotSent) as caught:
        channel.commit(as_prepared(*case), datetime.now(UTC))
    assert "名前" in caught.value.summary


def test_a_redirect_is_never_followed(case: tuple[str, str], scripted: Channel, platform: ScriptedPlatform) -> None:
    for status in (301, 302, 303, 307, 308):
        platform.asked.clear()
        platform.answer = Answer(status, "", {"Location": f"{platform.base_url}/elsewhere"})
        with pytest.raises(OutcomeUnknown):
            scripted.commit(as_prepared(*case), datetime.now(UTC))
        assert len(platform.asked) == 1
