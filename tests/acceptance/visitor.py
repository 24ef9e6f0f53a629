"""A visitor of `make serve`: starts it, looks at the pages and at the timelines, ends it.

`python -m tests.acceptance.visitor` is one visit, for other dates (`tests.dates`): exit 1 where it does not go well.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from bot.config import ROOT
from tests.people.browser import Browser
from tests.sandbox_client import SandboxClient

_LONGEST = 240.0  # seconds for the story
_SENT = 60.0  # seconds for a post to go out
_FOLLOWS = 60.0  # seconds, for the public site on a busy machine
_AT_LAST = "Ctrl+C"
WAITING, STILL = "承認待ち", "まだ送っています"
_SLOTS = 3  # of a day, of which the approved post has one
TOLD = 18  # posts: six on three channels


def free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


class Visit:
    """What was printed at the start, and where the pages are."""

    def __init__(self, printed: str) -> None:
        self.printed = printed
        self.web = _found(r"画面\s+(http\S+)/\n", printed)
        self.timelines = _found(r"練習用の掲示\s+(http\S+)/\n", printed)
        self.public = _found(r"公開サイト\s+(http\S+)/index.html", printed)
        self.sandbox = SandboxClient(self.timelines)

    def log_in(self, person: str) -> Browser:
        browser = Browser(self.web)
        password = _found(rf"利用者名 {person}　パスワード (\S+)", self.printed)
        assert browser.path(browser.log_in(person, password)) == "/", person
        return browser


@contextmanager
def visit(folder: Path, ports: tuple[int, int] | None = None) -> Iterator[Visit]:
    """`make serve` on the state below `folder`, from its start until Ctrl+C."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("DXBOT_") and k != "DJANGO_SETTINGS_MODULE"}
    env = inherited | {"DXBOT_VAR_DIR": str(folder / "var"), "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
    web, sandbox = ports or free_ports()
    options = ["--serve", "--port", str(web), "--sandbox-port", str(sandbox), "-o", str(folder / "out")]
    command = [sys.executable, "-m", "bot", "demo", *options]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        with _with_ctrl_c():
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=env, cwd=ROOT)
        try:
            yield Visit(_until_open(process, output.fileno()))
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=90)
            finally:
                process.kill()  # what did not end in order must not stay
                process.wait()
            output.seek(0)
            assert "Traceback" not in (told := output.read()), told


@contextmanager
def _with_ctrl_c() -> Iterator[None]:
    """What a shell began with & ignores Ctrl+C, and so does all that it begins."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _until_open(process: subprocess.Popen[bytes], output: int) -> str:
    end, printed = time.monotonic() + _LONGEST, ""
    while _AT_LAST not in printed:
        assert process.poll() is None, printed
        assert time.monotonic() < end, printed
        time.sleep(0.2)
        printed = os.pread(output, 1_000_000, 0).decode("utf-8", errors="replace")
    return printed


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, text
    return found[1]


def waiting(browser: Browser) -> list[str]:
    """The addresses of what waits for a decision."""
    page = browser.get("/queue/").text
    rows = re.findall(r"<tr.*?</tr>", page, re.DOTALL)
    return [found[1] for row in rows if WAITING in row and (found := re.search(r'href="(/submissions/\d+/)"', row))]


def approve(browser: Browser, address: str) -> None:
    page = browser.get(address)
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', page.text)
    assert digest
    answer = browser.send(f"{address}approve/", page, digest=digest[1])
    assert answer.status_code == 200, answer.text


def on_the_public_site(there: Visit, count: int) -> list[str]:
    """The pages of posts, once there are so many; the site follows what happened within seconds."""
    end, pages = time.monotonic() + _FOLLOWS, list[str]()
    while len(pages) != count:
        assert time.monotonic() < end, pages
        time.sleep(0.2)
        pages = re.findall(r"/posts/[^<]+\.html(?=</loc>)", requests.get(f"{there.public}/sitemap.xml", timeout=5).text)
    return pages


def move_clock(browser: Browser) -> str:
    """To the next slot; the page that follows."""
    answer = browser.post("/practice/clock/", page="/", next="/deliveries/")
    while answer.status_code != 200 and STILL in answer.text:  # a slow machine
        answer = browser.post("/practice/clock/", page="/", next="/deliveries/")
    assert (answer.status_code, browser.path(answer)) == (200, "/deliveries/")
    return answer.text


def look_around(folder: Path) -> None:
    """One of what waits is approved and goes out by the button, also where the state is of another day."""
    with visit(folder) as there:
        officer = there.log_in("kouhou-demo")
        before = there.sandbox.posts()
        assert len(before) >= TOLD
        for address in waiting(officer)[:1]:
            approve(officer, address)
            for _ in range(_SLOTS):
                move_clock(officer)
            end = time.monotonic() + _SENT  # the page after the button waits for a while only
            while len(there.sandbox.posts()) < len(before) + 3 and time.monotonic() < end:
                time.sleep(0.2)
            assert len(there.sandbox.posts()) == len(before) + 3, officer.get("/held/").text


if __name__ == "__main__":
    look_around(Path(os.environ["DXBOT_VAR_DIR"]))
