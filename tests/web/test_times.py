"""The exact minute of each channel stands on the page before it is approved; what has passed is asked about."""

from __future__ import annotations

from datetime import timedelta

from lxml import html

from bot.store.models import Delivery, Submission
from tests.office import Office
from tests.web.browser import Browser

CHANNELS = "x, facebook"


def shown(officer: Browser, submission: Submission) -> str:
    page = html.document_fromstring(officer.get(f"/submissions/{submission.id}/").text)
    return " ".join(page.xpath("//form[contains(@action, '/approve/')]//fieldset")[0].text_content().split())


def approve(officer: Browser, submission: Submission, **given: str) -> int:
    page = f"/submissions/{submission.id}/"
    planned = html.document_fromstring(officer.get(page).text).xpath("//input[@name='planned']/@value")
    sent = {"digest": submission.digest, "planned": planned[0], "when": "wish", **given}
    return officer.post(f"{page}approve/", page, **sent).status_code


def test_for_the_next_free_slot_the_minute_is_shown_and_kept(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post(channels=CHANNELS, extra=""))
    before = shown(officer, submission)
    assert approve(officer, submission) == 200
    for delivery in Delivery.objects.all():
        due = delivery.due_at.astimezone(office.ctx.config.timezone)
        assert f"{office.ctx.spec(delivery.channel).label}：{due.month}月{due.day}日" in before
        assert f"{due:%H:%M}" in before
    after = officer.get(f"/submissions/{submission.id}/").text
    assert f"{due:%H:%M}" in after


def test_a_slot_that_somebody_took_meanwhile_is_told_before_anything_is_planned(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post(channels="x", extra="slot: lunch"))
    page = f"/submissions/{submission.id}/"
    (planned,) = html.document_fromstring(officer.get(page).text).xpath("//input[@name='planned']/@value")
    office.approved("b", title="ほかの原稿", channels="x", extra="slot: lunch")
    answer = officer.post(f"{page}approve/", page, digest=submission.digest, planned=planned, when="wish")
    assert answer.status_code == 422
    assert "見ていた時刻には、いまは配信できません" in answer.text
    assert not submission.deliveries.exists()
    assert approve(officer, submission) == 200


def test_approved_after_its_time_nothing_leaves_unasked(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post(channels=CHANNELS, extra="publish: 2026-12-01 12:15"))
    office.at(office.clock.now().replace(hour=3, minute=30))  # 12:30 in Tokyo, within the grace
    assert "すぐに出す" in shown(officer, submission)
    assert approve(officer, submission) == 422
    assert not Delivery.objects.exists()
    assert approve(officer, submission, when="next") == 200
    assert all(d.due_at > office.clock.now() for d in Delivery.objects.all())


def test_approved_after_its_time_it_goes_at_once_where_that_is_said(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post(channels=CHANNELS, extra="publish: 2026-12-01 12:15"))
    office.at(office.clock.now().replace(hour=3, minute=30))
    assert approve(officer, submission, when="now") == 200
    assert all(d.due_at < office.clock.now() + timedelta(seconds=1) for d in Delivery.objects.all())


def test_why_there_is_no_time_is_told_before_it_is_tried(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post(channels="x", extra="slot: lunch"))
    Submission.objects.filter(id=submission.id).update(slot="nothing")
    assert "配信枠はありません" in shown(officer, submission)
