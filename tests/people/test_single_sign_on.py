"""Log-in through a real OpenID Connect provider: real processes, real redirects, groups that become roles."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from bot.config import ROOT
from tests.people.browser import Browser, code_of


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@contextmanager
def running(module: str, *arguments: str, address: str, env: Mapping[str, str]) -> Iterator[None]:
    """`python -m module` as a process of its own, from when it answers at `address`."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments], env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 40
    try:
        while not answers(address):
            assert time.monotonic() < deadline, f"{module} did not start"
            time.sleep(0.05)
        yield
    finally:
        process.kill()
        process.wait()


def answers(address: str) -> bool:
    try:
        requests.get(address, timeout=10)
    except (requests.ConnectionError, requests.Timeout):
        return False
    return True


class City:
    """A directory of people, and the web site that trusts it."""

    def __init__(self, folder: Path, issuer: str) -> None:
        self.issuer, self.folder = issuer, folder
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("DXBOT_")}
        self.env = inherited | {
            "DXBOT_VAR_DIR": str(folder),
            "DATABASE_URL": "",
            "DXBOT_OIDC_ISSUER": issuer,
            "DXBOT_OIDC_CLIENT_ID": "dxbot",
            "DXBOT_OIDC_CLIENT_SECRET": "a-client-secret",
            "DXBOT_OIDC_ROLES": "dx-koho=officer, dx-leaders=leader",
        }

    def command(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bot", *arguments]
        return subprocess.run(
            command, env=self.env | env, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60, check=False
        )

    def register(self, sub: str, **claims: object) -> None:
        requests.put(f"{self.issuer}/users/{sub}", json=claims, timeout=5).raise_for_status()

    def log_in(self, sub: str) -> tuple[Browser, requests.Response]:
        """As a person in a browser: the link on our page, the directory's page, and back."""
        browser = Browser(self.base)
        link = re.search(r'href="(/account/oidc/[^"]+)"', browser.get("/login/").text)
        assert link
        asked = browser.get(link[1].replace("&amp;", "&"))
        assert asked.url.startswith(self.issuer)
        answer = browser.session.post(asked.url, data={"sub": sub}, timeout=10)
        return browser, answer

    def rows(self, sql: str) -> list[tuple[str, ...]]:
        with sqlite3.connect(f"file:{self.folder / 'dxbot.sqlite3'}?mode=ro", uri=True) as database:
            return database.execute(sql).fetchall()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    port = free_port()
    hall = City(tmp_path_factory.mktemp("city"), f"http://localhost:{port}")
    with (
        running("oidc_provider_mock", "--port", port, address=hall.issuer, env=os.environ),
        running("bot", "web", "--port", hall.port, address=f"{hall.base}/login/", env=hall.env),
    ):
        yield hall


def test_a_person_of_a_known_group_comes_in_with_the_role_of_that_group(city: City) -> None:
    city.register("sub-1", preferred_username="shimin-leader", groups=["staff", "dx-leaders"], email="shimin@example.jp")
    browser, answer = city.log_in("sub-1")
    assert browser.path(answer) == "/"
    assert "（見本）（デジタル行政推進リーダー）" in answer.text
    assert city.rows("SELECT role, email FROM store_user WHERE username = 'shimin-leader'") == [("leader", "shimin@example.jp")]


def test_a_person_of_no_known_group_is_refused_and_not_kept(city: City) -> None:
    city.register("sub-2", preferred_username="stranger", groups=["staff"])
    browser, answer = city.log_in("sub-2")
    assert answer.status_code == 403
    assert "役割がありません" in answer.text
    assert browser.path(browser.get("/queue/")) == "/login/"
    assert city.rows("SELECT 1 FROM store_user WHERE username = 'stranger'") == []


@pytest.mark.parametrize(
    "claims", [{"preferred_username": "who"}, {"groups": ["dx-leaders"]}, {"preferred_username": "who", "groups": "dx-leaders"}]
)
def test_a_directory_that_tells_too_little_lets_nobody_in(city: City, claims: dict[str, object]) -> None:
    city.register("sub-3", **claims)
    _, answer = city.log_in("sub-3")
    assert answer.status_code == 403
    assert "届きませんでした" in answer.text


def test_the_role_follows_the_groups_at_each_log_in_and_the_strongest_counts(city: City) -> None:
    city.register("sub-4", preferred_username="soumu", groups=["dx-leaders"])
    city.log_in("sub-4")
    city.register("sub-4", preferred_username="soumu", groups=["dx-leaders", "dx-koho"])
    city.log_in("sub-4")
    entries = city.rows("SELECT verb, actor, detail FROM store_auditentry WHERE object = 'user:soumu' ORDER BY id")
    assert [(verb, detail) for verb, _, detail in entries] == [
        ("add_user", "leader"),
        ("log_in", "OpenID Connect"),
        ("change_role", "officer"),
        ("log_in", "OpenID Connect"),
    ]
    city.register("sub-4", preferred_username="soumu", groups=[])
    assert city.log_in("sub-4")[1].status_code == 403


def test_a_renamed_person_stays_the_same_person(city: City) -> None:
    city.register("sub-5", preferred_username="before", groups=["dx-leaders"])
    city.log_in("sub-5")
    city.register("sub-5", preferred_username="soumu", groups=["dx-leaders"])  # somebody else's name
    _, answer = city.log_in("sub-5")
    assert "before（" in answer.text


def test_an_officer_is_asked_for_a_second_factor_unless_the_directory_has_asked(city: City) -> None:
    city.register("sub-6", preferred_username="kouhou", groups=["dx-koho"])
    browser, answer = city.log_in("sub-6")
    assert browser.path(answer) == "/account/second-factor/"
    city.register("sub-6", preferred_username="kouhou", groups=["dx-koho"], amr=["pwd", "mfa"])
    browser, answer = city.log_in("sub-6")
    assert browser.path(answer) == "/"


def test_an_officer_from_the_directory_sets_up_a_second_factor_without_any_password(city: City) -> None:
    city.register("sub-7", preferred_username="kouhou-2", groups=["dx-koho"])
    browser, _ = city.log_in("sub-7")
    secret, _ = browser.set_up_second_factor()
    asked = browser.get("/account/second-factor/recovery-codes/")
    shown = browser.send(asked.url.removeprefix(browser.base), asked, code=code_of(secret)).text
    assert len(re.findall(r'class="key">\d{8}<', shown)) == 10
    assert browser.path(browser.get("/queue/")) == "/queue/"


def test_a_dismissed_person_stays_out_whatever_the_directory_says(city: City) -> None:
    city.register("sub-8", preferred_username="gone", groups=["dx-leaders"])
    city.log_in("sub-8")
    assert city.command("admin", "dismiss", "gone").returncode == 0
    browser, answer = city.log_in("sub-8")
    assert "この利用者は、いまは使えません" in answer.text
    assert browser.path(browser.get("/queue/")) == "/login/"


def test_a_person_who_changes_their_mind_is_told_so_in_japanese(city: City) -> None:
    browser = Browser(city.base)
    asked = browser.get("/account/oidc/city/login/?process=login")
    state = parse_qs(urlsplit(asked.url).query)["state"][0]
    answer = browser.get(f"/account/oidc/city/login/callback/?error=access_denied&state={state}")
    assert "取りやめました" in answer.text


def test_an_answer_that_was_not_asked_for_is_refused(city: City) -> None:
    city.register("sub-9", preferred_username="lured", groups=["dx-koho"])
    browser = Browser(city.base)
    answer = browser.get("/account/oidc/city/login/callback/?code=stolen&state=forged")
    assert "返事がありませんでした" in answer.text
    assert browser.path(browser.get("/queue/")) == "/login/"


def test_no_second_identity_is_tied_to_a_running_session(city: City) -> None:
    for sub, name in (("sub-1", "shimin-leader"), ("sub-10", "somebody")):
        city.register(sub, preferred_username=name, groups=["dx-leaders"])
    browser, _ = city.log_in("sub-1")
    asked = browser.get("/account/oidc/city/login/?process=connect")
    answer = browser.session.post(asked.url, data={"sub": "sub-10"}, timeout=10)
    assert answer.status_code == 403
    assert city.rows("SELECT 1 FROM socialaccount_socialaccount WHERE uid = 'sub-10'") == []


def test_the_client_s_secret_is_shown_nowhere(city: City) -> None:
    shown = city.command("admin", "people").stdout + json.dumps(city.rows("SELECT * FROM socialaccount_socialaccount"))
    assert "a-client-secret" not in shown
    assert city.rows("SELECT * FROM socialaccount_socialtoken") == []


def test_a_role_that_does_not_exist_is_a_wrong_configuration(city: City) -> None:
    done = city.command("admin", "people", DXBOT_OIDC_ROLES="dx-koho=king")
    assert done.returncode == 2
    assert "DXBOT_OIDC_ROLES" in done.stderr
    assert "Traceback" not in done.stderr


class Anew:
    """An officer of the directory alone, whose key with `decide` waits for a proof."""

    def __init__(self, city: City, sub: str) -> None:
        self.city, self.sub = city, sub
        city.register(sub, preferred_username=sub, groups=["dx-koho"], amr=["pwd", "mfa"])
        self.browser, _ = city.log_in(sub)
        self.page = self.browser.send("/tokens/new/", self.browser.get("/tokens/"), label="自席", scopes=["decide"])

    def asked(self) -> str:
        """The directory's page, to which a link of ours leads."""
        link = re.search(r'href="(/account/directory/[^"]+)"', self.page.text)
        assert link, self.page.text
        return self.browser.get(link[1].replace("&amp;", "&")).url

    def answered(self, address: str, sub: str) -> requests.Response:
        return self.browser.session.post(address, data={"sub": sub}, timeout=10)

    def keys(self) -> int:
        owned = "SELECT 1 FROM store_personaltoken t JOIN store_user u ON u.id = t.user_id WHERE u.username = '"
        return len(self.city.rows(f"{owned}{self.sub}'"))


def test_who_has_nothing_to_prove_here_is_asked_again_by_the_directory(city: City) -> None:
    anew = Anew(city, "anew-1")
    assert anew.keys() == 0
    asked = anew.asked()
    query = parse_qs(urlsplit(asked).query)
    assert (query["prompt"], query["max_age"]) == (["login"], ["0"])
    shown = anew.answered(asked, "anew-1")
    assert 'class="key"' in shown.text
    assert anew.keys() == 1
    again = anew.browser.send("/tokens/new/", anew.browser.get("/tokens/"), label="別の席", scopes=["decide"])
    assert 'class="key"' in again.text, "five minutes are not over"


def test_another_person_at_the_directory_proves_nothing(city: City) -> None:
    anew = Anew(city, "anew-2")
    city.register("anew-3", preferred_username="anew-3", groups=["dx-koho"], amr=["pwd", "mfa"])
    city.log_in("anew-3")
    refused = anew.answered(anew.asked(), "anew-3")
    assert (refused.status_code, "確かめた人が違います" in refused.text) == (403, True)
    assert anew.keys() == 0
    assert "anew-2（" in anew.browser.get("/queue/").text


def test_a_directory_that_did_not_ask_proves_nothing(city: City) -> None:
    anew = Anew(city, "anew-4")
    city.register("anew-4", preferred_username="anew-4", groups=["dx-koho"], amr=["pwd", "mfa"], auth_time=1_700_000_000)
    refused = anew.answered(anew.asked(), "anew-4")
    assert (refused.status_code, "確かめ直しませんでした" in refused.text) == (403, True)
    assert anew.keys() == 0


def test_the_way_to_the_directory_leads_to_no_other_site(city: City) -> None:
    anew = Anew(city, "anew-5")
    asked = anew.browser.get("/account/directory/?go=1&next=https://evil.example/")
    assert anew.browser.path(anew.answered(asked.url, "anew-5")) == "/"
