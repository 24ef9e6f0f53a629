"""The office's day in a real browser against real processes: returned, written anew, approved, seen by citizens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.acceptance.test_processes import CityHall, soon, until
from tests.chromium import chromium
from tests.office import TOKYO, write_post

__all__ = ["chromium"]

PASSWORD = "a-long-enough-passphrase"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[CityHall]:
    made = CityHall(tmp_path)
    yield made
    made.stop()


def signed_in(chromium: Browser, hall: CityHall, person: str, scripts: bool) -> Page:
    context = chromium.new_context(base_url=hall.env["DXBOT_MEDIA_BASE_URL"], java_script_enabled=scripts)
    page = context.new_page()
    page.goto("/login/")
    page.get_by_label("利用者名").fill(person)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログイン", exact=True).click()
    page.get_by_role("heading", name="承認待ち").wait_for()
    return page


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_post_is_returned_written_anew_approved_and_seen(hall: CityHall, chromium: Browser, scripts: bool) -> None:
    officer, author = (signed_in(chromium, hall, person, scripts) for person in ("kouhou", "shimin-leader"))
    path = write_post(hall.content, body="窓口で書く回数を減らします（見本）。\n\n7割減りました（見本）。\n")
    hall.run("submit", str(path), person="shimin-leader")

    officer.goto("/queue/")
    officer.get_by_role("link", name="書かない窓口（見本）").click()
    officer.get_by_label("差し戻しの理由").fill("いつの時点の数字かを書いてください")
    officer.get_by_role("button", name="差し戻す").click()
    officer.get_by_text("差し戻しました").wait_for()

    author.goto("/queue/")
    author.get_by_role("link", name="書かない窓口（見本）").click()
    assert author.get_by_text("いつの時点の数字かを書いてください").is_visible()

    moment = soon()
    body = "窓口で書く回数を減らします（見本）。\n\n2026年11月までに7割減りました（見本）。\n"
    write_post(hall.content, extra=f"publish: {moment:%Y-%m-%d %H:%M:%S}", body=body)
    hall.run("submit", str(path), person="shimin-leader")

    officer.goto("/queue/")
    officer.get_by_role("link", name="書かない窓口（見本）").first.click()
    assert "2026年11月までに" in "".join(officer.locator("ins").all_text_contents())
    officer.get_by_role("button", name="この内容で承認する").click()
    officer.get_by_text("3件の配信を予定に入れました").wait_for()

    until(lambda: datetime.now(TOKYO) >= moment)
    hall.run("run", "--once")
    officer.goto("/history/?state=published")
    officer.get_by_role("link", name="Facebookに出た「書かない窓口（見本）」を見る").click()
    assert "2026年11月までに7割減りました（見本）。" in officer.content()
