"""The web site as a city hall opens it: nginx with TLS in front, from docs/deploy/nginx.conf; a real browser; two computers."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Response

from tests.acceptance.front import Front, free_port
from tests.acceptance.test_processes import CityHall, until
from tests.chromium import chromium
from tests.office import TOKYO, write_post
from tests.people.browser import Browser, code_of

__all__ = ["chromium"]

CHOSEN = "the-persons-own-passphrase"
TWO_YEARS = 2 * 365 * 24 * 60 * 60
LARGEST = 25 * 1024 * 1024


class SecuredHall(CityHall):
    """A city hall in earnest, whose web site stands on port `behind`, behind nginx."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.behind = free_port()
        self.front = Front(folder / "nginx", self.behind)
        self.env |= {
            "DXBOT_ALLOWED_HOSTS": "localhost",
            "DXBOT_SITE_URL": self.front.address,
            "DXBOT_TRUSTED_PROXY": "127.0.0.1",
        }
        publishing = self.env
        self.env = publishing | {"DXBOT_SANDBOX": "false"}  # in earnest, so that a second factor is asked for
        self.site = self.start("web", "--port", str(self.behind))
        self.env = publishing
        until(self._opens)

    def _opens(self) -> bool:
        try:
            return self.computer("127.0.0.1").get("/login/").status_code == HTTPStatus.OK
        except requests.ConnectionError:
            return False

    def computer(self, address: str) -> Browser:
        """A browser on the computer with this address."""
        browser = Browser(self.front.address)
        browser.come_from(address, trusting=str(self.front.certificate))
        browser.session.headers["Referer"] = f"{self.front.address}/"
        return browser

    def stop(self) -> None:
        self.front.stop()
        super().stop()


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredHall]:
    made = SecuredHall(tmp_path_factory.mktemp("hall"))
    yield made
    made.stop()


def test_an_invitation_a_log_in_an_approval_a_stop_and_a_log_out_through_nginx(hall: SecuredHall, chromium: Chromium) -> None:
    invitation = re.search(r"https://\S+", hall.run("admin", "invite", "kouhou-1", "--role", "officer").stdout)
    assert invitation
    tomorrow = datetime.now(TOKYO) + timedelta(days=1)
    post = write_post(hall.content, extra=f"publish: {tomorrow:%Y-%m-%d %H:%M}")
    hall.run("submit", str(post), person="shimin-leader")
    context = chromium.new_context(base_url=hall.front.address, ignore_https_errors=True)
    page, answers = context.new_page(), list[Response]()
    page.on("response", lambda answer: answers.append(answer))

    page.goto(invitation[0])
    page.get_by_label("パスワード（12文字以上）").fill(CHOSEN)
    page.get_by_label("パスワード（もう一度）").fill(CHOSEN)
    page.get_by_role("button", name="決める").click()
    page.get_by_text("パスワードを決めました").wait_for()
    _log_in(page)
    page.get_by_role("link", name="認証アプリを用意する").click()
    page.get_by_label("パスワード").fill(CHOSEN)
    page.get_by_role("button", name="確かめる").click()
    secret = page.locator("code.key").inner_text()
    page.get_by_label("6桁の数字").fill(code_of(secret))
    page.get_by_role("button", name="用意する").click()
    page.get_by_role("heading", name="控えのコード").wait_for()
    page.get_by_role("button", name="ログアウト").click()
    page.get_by_role("button", name="ログアウト").wait_for(state="detached")
    _log_in(page)
    page.get_by_label("認証アプリの6桁の数字、または控えのコード").fill(code_of(secret, steps_ahead=1))
    page.get_by_role("button", name="ログイン", exact=True).click()
    page.get_by_role("link", name="書かない窓口（見本）").click()
    page.get_by_role("button", name="この内容で承認する").click()
    page.get_by_text("3件の配信を予定に入れました").wait_for()
    cookies = context.cookies()
    page.get_by_role("link", name="配信を止める").click()
    page.get_by_label("理由").fill("誤りの報告があったため")
    page.get_by_role("button", name="いますぐ止める").click()
    page.get_by_text("配信を止めました。3件を保留にしました。").wait_for()
    page.get_by_role("button", name="ログアウト").click()
    page.get_by_role("button", name="ログアウト").wait_for(state="detached")
    page.goto("/queue/")
    assert page.url.startswith(f"{hall.front.address}/login/")

    assert {cookie["name"] for cookie in cookies} == {"__Host-session", "__Host-csrf"}
    for cookie in cookies:
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, True, "Lax", "/")
        assert cookie["domain"] == "localhost"  # without a dot: of this host alone
    kinds = {answer.request.resource_type for answer in answers}
    assert {"document", "stylesheet", "script"} <= kinds
    for answer in answers:
        _require_policies(answer)


def _log_in(page: Page) -> None:
    page.goto("/login/")
    page.get_by_label("利用者名").fill("kouhou-1")
    page.get_by_label("パスワード").fill(CHOSEN)
    page.get_by_role("button", name="ログイン", exact=True).click()


def _require_policies(answer: Response) -> None:
    """What a browser was told with every page, style and script, and with nothing else about the server."""
    headers = answer.all_headers()
    assert headers["strict-transport-security"] == f"max-age={TWO_YEARS}", answer.url
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    allowed = {part.split("=")[0] for part in headers["permissions-policy"].split(", ") if not part.endswith("=()")}
    assert allowed == {"publickey-credentials-create", "publickey-credentials-get"}
    assert headers["server"] == "nginx"


def test_of_two_computers_one_cannot_lock_the_other_out(hall: SecuredHall) -> None:
    stranger, colleague = hall.computer("127.0.0.2"), hall.computer("127.0.0.1")
    for n in range(6):
        stranger.session.headers["X-Forwarded-For"] = f"192.0.2.{n}"  # whatever it claims to be
        answer = stranger.log_in("shimin-leader", f"guess-{n}")
    assert "受け付けを止めています" in answer.text
    assert colleague.path(colleague.log_in("shimin-leader")) == "/"
    shown = colleague.get("/account/sessions/").text
    assert "127.0.0.1" in shown
    assert "127.0.0.2" not in shown


def test_who_passes_nginx_by_is_neither_believed_nor_served(hall: SecuredHall) -> None:
    direct = Browser(f"http://localhost:{hall.behind}")
    direct.come_from("127.0.0.2")
    claims = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1"}
    direct.session.headers.update(claims)
    answer = direct.get("/login/", follow=False)
    assert (answer.status_code, answer.headers["Location"]) == (301, f"https://localhost:{hall.behind}/login/")


def test_a_page_asked_for_without_tls_is_only_asked_for_again_with_it(hall: SecuredHall) -> None:
    answer = requests.get(f"http://localhost:{hall.front.plain}/queue/", timeout=10, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://localhost/queue/")


def test_what_is_too_large_is_refused_in_japanese_before_it_is_sent(hall: SecuredHall) -> None:
    answer = hall.computer("127.0.0.1").session.post(f"{hall.front.address}/login/", data=b"x" * (LARGEST + 1), timeout=30)
    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert "25MBまで" in answer.text
    assert answer.headers["Strict-Transport-Security"] == f"max-age={TWO_YEARS}"


@pytest.mark.parametrize(("size", "status"), [(LARGEST + 1, b"413"), (10**12, b"413")])
def test_what_is_too_large_is_not_kept_even_without_nginx(hall: SecuredHall, size: int, status: bytes) -> None:
    with socket.create_connection(("127.0.0.1", hall.behind), timeout=10) as caller:
        caller.sendall(b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % size)  # and not a byte of it
        assert caller.recv(1000).split()[1] == status


def test_while_the_site_is_away_nginx_says_so_in_japanese(tmp_path: Path) -> None:
    front = Front(tmp_path / "nginx", free_port())
    try:
        until(lambda: _says(front, "画面が動いていません"))
    finally:
        front.stop()


def _says(front: Front, words: str) -> bool:
    try:
        answer = requests.get(front.address, verify=str(front.certificate), timeout=10)
    except requests.ConnectionError:
        return False
    return answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE and words in answer.text
