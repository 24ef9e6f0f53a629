"""Every kind of git's failures says what it is and what to do, in git's own words, and never with what is secret."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bot.options import Secret
from bot.repository import git as git_module
from bot.repository.failure import GitFailed
from bot.repository.git import Git
from bot.repository.mirror import Mirror
from tests.sync.origin import Origin

TOKEN = "hunter2-of-the-city"
ANY = ("http", "https", "ssh", "file")


class _Refusing(BaseHTTPRequestHandler):
    """Answers as the path says: /401/… with 401."""

    def do_GET(self) -> None:
        self.send_response(int(self.path.split("/")[1]))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def server(certificate: Path | None = None) -> Iterator[str]:
    http = HTTPServer(("127.0.0.1", 0), _Refusing)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        http.socket = context.wrap_socket(http.socket, server_side=True)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield f"{'https' if certificate else 'http'}://127.0.0.1:{http.server_port}"
    http.shutdown()
    http.server_close()


@contextmanager
def silence() -> Iterator[str]:
    """A port that takes connections and never says a word."""
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        yield f"http://127.0.0.1:{mute.getsockname()[1]}"


def failure(folder: Path, url: str, branch: str = "main", protocols: tuple[str, ...] = ANY) -> GitFailed:
    git = Git(folder=folder / "mirror.git", protocols=protocols, token=Secret(TOKEN))
    with pytest.raises(GitFailed) as caught:
        Mirror(git=git, url=url, branch=branch).fetch()
    told = f"{caught.value.message} {caught.value.summary} {caught.value.next_step} {caught.value!r}"
    assert TOKEN not in told
    return caught.value


@pytest.mark.parametrize(
    ("path", "said", "advice"),
    [
        ("401/repo.git", "鍵を受け付けません", "DXBOT_CONTENT_TOKEN"),
        ("403/repo.git", "鍵を受け付けません", "権限"),
        ("404/repo.git", "原稿のリポジトリがありません", "DXBOT_CONTENT_REPOSITORY"),
        ("503/repo.git", "つながりません", "Git サーバーが動いているか"),
    ],
)
def test_a_server_that_refuses(tmp_path: Path, path: str, said: str, advice: str) -> None:
    with server() as base:
        error = failure(tmp_path, f"{base}/{path}")
    assert said in error.summary
    assert "（git: " in error.summary
    assert advice in error.next_step


def test_a_name_that_is_not_known(tmp_path: Path) -> None:
    assert "名前を引けません" in failure(tmp_path, "https://git.invalid/repo.git").summary


def test_a_port_at_which_nobody_is(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/repo.git"
    assert "Git サーバーにつながりません" in failure(tmp_path, url).summary


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    made = tmp_path / "own.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(made), "-out", str(tmp_path / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )
    made.write_bytes(made.read_bytes() + (tmp_path / "cert.pem").read_bytes())
    with server(made) as base:
        error = failure(tmp_path, f"{base}/404/repo.git")
    assert "証明書を確かめられない" in error.summary
    assert "SSL_CERT_FILE" in error.next_step


def test_no_such_branch_and_no_repository_at_all(tmp_path: Path) -> None:
    origin = Origin(tmp_path / "origin")
    origin.commit("a@example.jp")
    error = failure(tmp_path, origin.url, branch="honban")
    assert "そのブランチがありません" in error.summary
    assert "couldn't find remote ref refs/heads/honban" in error.summary
    assert "DXBOT_CONTENT_BRANCH" in error.next_step
    assert "原稿のリポジトリがありません" in failure(tmp_path, f"file://{tmp_path}/elsewhere.git").summary


def test_an_address_of_a_kind_that_is_not_taken(tmp_path: Path) -> None:
    error = failure(tmp_path, "http://127.0.0.1:9/x.git", protocols=("https", "ssh", "file"))
    assert "書き方では、つなげません" in error.summary


def test_a_server_that_never_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(git_module, "TIMEOUT", 0.5)
    with silence() as base:
        error = failure(tmp_path, f"{base}/repo.git")
    assert "待ちきれませんでした" in error.summary


def fake(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> Git:
    """What an old server, or a broken one, makes git print."""
    program = folder / "git"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return Git(folder=folder, token=Secret(TOKEN))


def test_git_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitFailed) as caught:
        Git(folder=tmp_path).run("fetch")
    assert "git という命令" in caught.value.summary
    assert "git を入れ" in caught.value.next_step


@pytest.mark.parametrize(
    ("printed", "gone", "kept"),
    [
        (f"fatal: Authentication failed for 'https://koho:{TOKEN}@git.example.jp/x.git/'", TOKEN, "git.example.jp/x.git"),
        (
            "fatal: unable to access 'https://koho:pa55@git.example.jp/x?private_token=abc': The requested",
            "abc",
            "git.example.jp",
        ),
        ("fatal: remote said ghp_16C7e42F292c6912E7710c838347Ae178B4a", "16C7e42F292c6912E7710c", "remote said"),
        ("fatal: header Authorization: Basic eC1hY2Nlc3MtdG9rZW46", "eC1hY2Nlc3MtdG9rZW46", "Authorization: ***"),
        ("fatal: a key pa55word-pa55word-pa55word-pa55word-1", "pa55word", "a key ***"),
        ("fatal: bad object 4b825dc642cb6eb9a060e54bf8d69288fbee4904", "\x1b", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
        (r"fatal: \033[2J\007 cleared", "\x1b", "cleared"),
    ],
)
def test_what_git_printed_is_told_without_what_is_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, printed: str, gone: str, kept: str
) -> None:
    git = fake(tmp_path, f'printf "{printed}\\n" >&2\nexit 128', monkeypatch)
    with pytest.raises(GitFailed) as caught:
        git.run("fetch")
    told = f"{caught.value.message} {caught.value.summary}"
    assert gone not in told
    assert "pa55" not in told
    assert kept in told
    assert told.isprintable()


def test_the_name_of_a_server_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git = fake(tmp_path, "echo \"fatal: Authentication failed for 'https://ssl.example.jp/x'\" >&2; exit 128", monkeypatch)
    with pytest.raises(GitFailed) as caught:
        git.run("fetch")
    assert "鍵を受け付けません" in caught.value.summary


@pytest.mark.parametrize("call", [lambda git: git.run("fetch"), lambda git: git.beginning("ls-tree", limit=10)])
def test_words_without_end_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Callable[[Git], object]) -> None:
    """A server's own lines go to standard error, as many as it likes."""
    git = fake(
        tmp_path, "yes 'remote: words' | head -c 20000000 >&2\necho >&2\necho 'fatal: early EOF' >&2\nexit 128", monkeypatch
    )
    with pytest.raises(GitFailed) as caught:
        call(git)
    assert "early EOF" in caught.value.summary
    assert len(caught.value.summary) < 300
