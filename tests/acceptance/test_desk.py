"""The office's day in a real browser against real processes: signing in, returning, writing anew, approving, seeing it out.

Once with the mouse, once with scripts switched off, once by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.acceptance.test_processes import BY_THEN, CityHall, soon, until
from tests.chromium import chromium
from tests.office import TOKYO, write_post
from tests.people.browser import code_of

__all__ = ["chromium"]

PASSWORD = "a-long-enough-passphrase"
Way = Literal["mouse", "without scripts", "keyboard alone"]


class Person:
    """Somebody at a browser. By keyboard alone, everything is reached by Tab, and nothing is clicked."""

    def __init__(self, chromium: Browser, hall: CityHall, name: str, way: Way) -> None:
        context = chromium.new_context(base_url=hall.env["DXBOT_MEDIA_BASE_URL"], java_script_enabled=way != "without scripts")
        self.page: Page = context.new_page()
        self._name, self._by_keyboard = name, way == "keyboard alone"

    def fill(self, label: str, text: str) -> None:
        field = self.page.get_by_label(label)
        if self._by_keyboard:
            self._tab_to(field)
            self.page.keyboard.type(text)
        else:
            field.fill(text)

    def press(self, role: Literal["button", "link"], name: str) -> None:
        wanted = self.page.get_by_role(role, name=name, exact=True).first
        if self._by_keyboard:
            self._tab_to(wanted)
            self.page.keyboard.press("Enter")
        else:
            wanted.click()

    def _tab_to(self, wanted: Locator) -> None:
        wanted.wait_for()
        self.page.evaluate("document.activeElement?.blur()")
        for _ in range(150):
            self.page.keyboard.press("Tab")
            if wanted.evaluate("e => e === document.activeElement"):
                return
        pytest.fail(f"{wanted} cannot be reached by Tab")

    def sign_in(self) -> None:
        """First the password alone, to set up an authenticator app; then again, with its code."""
        self._give_password()
        self.page.goto("/account/second-factor/")
        self.press("link", "認証アプリを用意する")
        self.fill("パスワード", PASSWORD)
        self.press("button", "確かめる")
        secret = self.page.locator("code.key").inner_text()
        self.fill("6桁の数字", code_of(secret))
        self.press("button", "用意する")
        self.page.get_by_role("heading", name="控えのコード").wait_for()
        self.press("button", "ログアウト")
        self.page.get_by_role("button", name="ログアウト").wait_for(state="detached")
        self._give_password()
        self.fill("認証アプリの6桁の数字、または控えのコード", code_of(secret, steps_ahead=1))
        self.press("button", "ログイン")
        self.page.get_by_role("heading", name="今日").wait_for()

    def _give_password(self) -> None:
        self.page.goto("/login/")
        self.fill("利用者名", self._name)
        self.fill("パスワード", PASSWORD)
        self.press("button", "ログイン")
        self.page.get_by_role("heading", name="ログイン", exact=True).wait_for(state="detached")


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[CityHall]:
    made = CityHall(tmp_path)
    yield made
    made.stop()


@pytest.mark.parametrize("way", ["mouse", "without scripts", "keyboard alone"])
def test_a_post_is_returned_written_anew_approved_and_seen(hall: CityHall, chromium: Browser, way: Way) -> None:
    officer, author = (Person(chromium, hall, name, way) for name in ("kouhou", "shimin-leader"))
    officer.sign_in()
    author.sign_in()
    path = write_post(hall.content, extra="", body="窓口で書く回数を減らします（見本）。\n\n7割減りました（見本）。\n")
    hall.run("submit", str(path), person="shimin-leader")

    officer.page.goto("/queue/")
    officer.press("link", "書かない窓口（見本）")
    officer.fill("差し戻しの理由", "いつの時点の数字かを書いてください")
    officer.press("button", "差し戻す")
    officer.page.get_by_text("差し戻しました").wait_for()

    author.page.goto("/queue/")
    author.press("link", "書かない窓口（見本）")
    author.page.get_by_text("いつの時点の数字かを書いてください").first.wait_for()

    moment = soon()
    body = "窓口で書く回数を減らします（見本）。\n\n2026年11月までに7割減りました（見本）。\n"
    write_post(hall.content, extra=f"publish: {moment:%Y-%m-%d %H:%M:%S}", body=body)
    hall.run("submit", str(path), person="shimin-leader")

    officer.page.goto("/queue/")
    officer.press("link", "書かない窓口（見本）")
    officer.page.get_by_role("button", name="この内容で承認する").wait_for()
    assert "2026年11月までに" in "".join(officer.page.locator("ins").all_text_contents())
    officer.press("button", "この内容で承認する")
    officer.page.get_by_text("3件の配信を予定に入れました").wait_for()

    until(lambda: datetime.now(TOKYO) >= moment, BY_THEN)
    hall.run("run", "--once")
    officer.page.goto("/history/?state=published")
    officer.press("link", "Facebookに出た「書かない窓口（見本）」を見る")
    officer.page.get_by_text("2026年11月までに7割減りました（見本）。").first.wait_for()
