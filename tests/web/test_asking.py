"""What takes something away asks first; nothing is gone before the second press."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from bot.store.models import Delivery, Submission
from tests.chromium import log_in
from tests.office import Office
from tests.web.browser import Browser, signed_in


def test_a_delivery_is_cancelled_by_the_second_press_alone(office: Office, officer: Browser) -> None:
    (planned,) = office.approved(channels="x")
    asked = officer.post(f"/deliveries/{planned.id}/cancel/", "/deliveries/")
    assert "X「書かない窓口（見本）」" in asked.text
    assert Delivery.objects.get().state == "scheduled"
    officer.post(f"/deliveries/{planned.id}/cancel/", "/deliveries/", sure="1")
    assert Delivery.objects.get().state == "cancelled"


def test_a_submission_is_withdrawn_by_the_second_press_alone(office: Office, leader: Browser) -> None:
    page = f"/submissions/{office.submit(office.post()).id}/"
    assert "取り下げますか" in leader.post(f"{page}withdraw/", page).text
    assert Submission.objects.get().state == "submitted"
    leader.post(f"{page}withdraw/", page, sure="1")
    assert Submission.objects.get().state == "withdrawn"


def test_who_may_not_is_refused_before_being_asked(office: Office, people: None, web_site: str) -> None:
    (planned,) = office.approved(channels="x")
    answer = signed_in(web_site, "shimin-leader").post(f"/deliveries/{planned.id}/cancel/", "/queue/")
    assert answer.status_code == 403
    assert "取り消しますか" not in answer.text


def test_a_person_is_dismissed_by_the_second_press_alone(office: Office, people: None, web_site: str) -> None:
    operator = signed_in(web_site, "unyou")
    asked = operator.post("/people/shimin-leader/dismiss/", "/people/")
    assert "市民課（見本）" in asked.text
    assert signed_in(web_site, "shimin-leader").get("/queue/").status_code == 200


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_by_keyboard_on_a_phone(office: Office, people: None, chromium: Chromium, web_site: str, scripts: bool) -> None:
    office.approved(channels="x")
    context = chromium.new_context(base_url=web_site, viewport={"width": 390, "height": 844}, java_script_enabled=scripts)
    page = context.new_page()
    log_in(page, "kouhou")
    page.goto("/deliveries/")
    page.get_by_role("button", name="を取り消す").press("Enter")
    expect(page.get_by_role("heading", name="この配信を取り消しますか")).to_be_visible()
    page.get_by_role("link", name="やめる").press("Enter")
    expect(page.get_by_role("heading", name="配信", exact=True)).to_be_visible()
    page.get_by_role("button", name="を取り消す").press("Enter")
    page.get_by_role("button", name="取り消す", exact=True).press("Enter")
    expect(page.get_by_text("配信を取り消しました。")).to_be_visible()
    context.close()
