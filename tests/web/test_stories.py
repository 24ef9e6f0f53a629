"""Days at the desk in a real browser: wide and narrow, with and without scripts, by keyboard alone. Clicks and page loads are
counted, and stand in docs/desk.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, Request

from bot.config import ROOT
from bot.store.models import Delivery, Submission
from tests.office import Office
from tests.web.test_keyboard_and_drag import log_in

STEPS = [
    ("desktop", 1280, True, False),
    ("desktop-no-script", 1280, False, False),
    ("phone", 390, True, False),
    ("phone-no-script", 390, False, False),
    ("keyboard", 1280, False, True),
]


class Person:
    """Who sits there: presses what they see, by hand or by keys, and counts."""

    def __init__(self, page: Page, keys: bool) -> None:
        self.page, self.keys = page, keys
        self.clicks = self.loads = 0
        page.on("requestfinished", self._count)

    def _count(self, request: Request) -> None:
        answer = request.response()
        if request.is_navigation_request() and answer is not None and not 300 <= answer.status < 400:
            self.loads += 1

    def begin(self) -> None:
        log_in(self.page)
        self.page.wait_for_load_state("networkidle")
        self.clicks = self.loads = 0

    def press(self, what: Locator, key: str = "Enter") -> None:
        """By keys: what is meant is walked to with Tab from where the focus is, and pressed there."""
        self.clicks += 1
        if not self.keys:
            what.click()
            return
        wanted = what.element_handle()
        for _ in range(200):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("(e) => document.activeElement === e", wanted):
                self.page.keyboard.press(key)
                return
        pytest.fail(f"{what} cannot be reached by Tab")

    def button(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name=name, exact=True))

    def link(self, name: str) -> None:
        self.press(self.page.get_by_role("link", name=re.compile(name)).first)

    def tick(self, what: Locator) -> None:
        self.press(what, " ")


@pytest.fixture(params=STEPS, ids=lambda step: step[0])
def person(request: pytest.FixtureRequest, chromium: Browser, people: None, web_site: str) -> Iterator[Person]:
    _, width, scripts, keys = request.param
    context = chromium.new_context(base_url=web_site, viewport={"width": width, "height": 800}, java_script_enabled=scripts)
    yield Person(context.new_page(), keys)
    context.close()


def written(story: str) -> tuple[int, int]:
    """Clicks and page loads of a story as docs/desk.md has them."""
    rows = re.findall(
        r"^\| (.+?) \| .+? \| (\d+) \| (\d+) \|$", (ROOT / "docs" / "desk.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    return next((int(clicks), int(loads)) for name, clicks, loads in rows if name == story)


def test_a_morning_s_ten_approvals_with_every_text_opened(office: Office, person: Person) -> None:
    for number in range(10):
        office.submit(
            office.post(f"m{number}", title=f"{number}番目の見本", channels="x", body=f"{number}の文です（見本）。\n")
        )
    person.begin()
    person.link("^承認待ち")
    person.link("0番目の見本")
    for number in range(10):
        person.page.get_by_role("heading", name=f"{number}番目の見本").wait_for()
        person.button("承認して、次の申請を開く")
    person.page.get_by_text("承認を待っている申請はありません。").wait_for()
    assert {s.state for s in Submission.objects.all()} == {"approved"}
    assert (person.clicks, person.loads) == written("朝の10件の承認（全文を開く）")


def test_a_campaign_is_moved_by_a_day(office: Office, person: Person) -> None:
    for day in (8, 9, 10):
        office.approved(
            str(day), title=f"{day}日の見本", body=f"{day}の文です（見本）。\n", extra=f"publish: 2026-12-{day:02} 12:15"
        )
    before = {d.id: d.due_at for d in Delivery.objects.all()}
    person.begin()
    person.link("^配信$")
    for day in (8, 9, 10):
        person.tick(person.page.get_by_role("checkbox", name=f"「{day}日の見本」を選ぶ"))
    person.button("選んだ原稿を移す・取り消す")
    person.page.get_by_label("ずらす日数").fill("1")
    person.button("移す")
    person.page.get_by_text("3件の原稿を").wait_for()
    assert {d.id: d.due_at - timedelta(days=1) for d in Delivery.objects.all()} == before
    assert (person.clicks, person.loads) == written("3件（配信先9つ）の予定を1日後ろへ")
    person.button("元に戻す（10秒以内）")
    person.page.get_by_text("元に戻しました。").wait_for()
    assert {d.id: d.due_at for d in Delivery.objects.all()} == before


def test_stopping_and_going_on(office: Office, person: Person) -> None:
    for name in "ab":
        office.approved(name, title=f"{name}の見本", body=f"{name}の文です（見本）。\n")
    person.begin()
    person.press(person.page.get_by_role("link", name="配信を止める"))
    person.page.get_by_label("理由").fill("地震のため")
    person.button("いますぐ止める")
    person.page.get_by_role("heading", name="保留の見直し").wait_for()
    assert set(office.states().values()) == {"held"}
    person.press(person.page.get_by_role("button", name="全ての配信先の停止を解除する"))
    for name in "ab":
        article = person.page.get_by_role("article").filter(has_text=f"{name}の見本").first
        person.tick(article.get_by_role("checkbox").last)
        person.press(article.get_by_role("button", name="全ての配信先を予定に戻す"))
        person.page.get_by_text(f"「{name}の見本」の配信を予定に戻しました。").wait_for()
    assert set(office.states().values()) == {"scheduled"}
    assert (person.clicks, person.loads) == written("止めて、2件（配信先6つ）を見直して再開")
