"""What scripts add for those who have them: keys in the queue, dragging in the calendar. The same works without."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from bot.store.models import Delivery, Submission
from tests.office import Office
from tests.web.browser import PASSWORD

MOST_TABS = 150


@pytest.fixture
def page(chromium: Browser, people: None, web_site: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=web_site)
    yield context.new_page()
    context.close()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the control of this name has the focus, as a person without a mouse does."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.innerText || document.activeElement.name || ''"):
            return
    pytest.fail(f"{name} cannot be reached by Tab")


def log_in(page: Page) -> None:
    page.goto("/login/")
    tab_to(page, "login")
    page.keyboard.type("kouhou")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r":\d+/$"))


def test_a_submission_is_opened_and_approved_by_keyboard_alone(office: Office, page: Page) -> None:
    office.submit(office.post("a", title="一つ目の見本"))
    office.submit(office.post("b", title="二つ目の見本"))
    log_in(page)
    tab_to(page, "承認待ち")
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue/")
    for key in "jjjkj":
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.innerText") == "二つ目の見本"
    page.keyboard.press("Enter")
    page.wait_for_url("**/submissions/*/")
    tab_to(page, "この内容で承認する")
    page.keyboard.press("Enter")
    page.get_by_text("3件の配信を予定に入れました").wait_for()
    assert {s.title: s.state for s in Submission.objects.all()} == {"一つ目の見本": "submitted", "二つ目の見本": "approved"}


def test_the_first_key_leads_past_the_menu_to_the_content(office: Office, page: Page) -> None:
    log_in(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "本文へ移る"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_everything_is_stopped_by_keyboard_alone(office: Office, page: Page) -> None:
    office.approved()
    log_in(page)
    tab_to(page, "配信を止める")
    page.keyboard.press("Enter")
    page.wait_for_url("**/stop/")
    tab_to(page, "reason")
    page.keyboard.type("jishin")
    tab_to(page, "いますぐ止める")
    page.keyboard.press("Enter")
    page.get_by_text("3件を保留にしました").wait_for()
    assert set(office.states().values()) == {"held"}


def test_keys_typed_into_a_field_stay_there(office: Office, page: Page) -> None:
    office.submit(office.post())
    log_in(page)
    page.goto("/queue/")
    page.get_by_label("題名の言葉").fill("")
    page.get_by_label("題名の言葉").press("j")
    assert page.get_by_label("題名の言葉").input_value() == "j"


def test_a_delivery_is_dragged_to_another_day_and_keeps_its_hour(office: Office, page: Page) -> None:
    office.approved(channels="x", extra="publish: 2026-12-03 10:20")
    log_in(page)
    page.goto("/calendar/?date=2026-12-01")
    page.locator("[data-delivery]").drag_to(page.locator('[data-date="2026-12-10"]'))
    page.get_by_text("12月10日（木） 10:20に移しました").wait_for()
    assert Delivery.objects.get().due_at.isoformat() == "2026-12-10T01:20:00+00:00"


def test_a_delivery_dragged_to_a_closed_day_stays_and_says_why(office: Office, page: Page) -> None:
    office.approved(channels="x", extra="publish: 2026-12-03 10:20")
    log_in(page)
    page.goto("/calendar/?date=2026-12-01")
    page.locator("[data-delivery]").drag_to(page.locator('[data-date="2026-12-12"]'))
    page.get_by_text("配信しない時間です（休業日）").wait_for()
    assert Delivery.objects.get().due_at.isoformat() == "2026-12-03T01:20:00+00:00"
