"""The exact minute of each channel stands on the page before it is approved; what has passed is asked about."""

from __future__ import annotations

from datetime import timedelta

from lxml import html

from bot.store.models import Delivery, Submission
from bot.workflow.actors import Actor, Role
from tests.office import Office
from tests.web.browser import Browser

CHANNELS = "x, facebook"
HEAD = Actor(person="kouhou-kacho", role=Role.OFFICER)


def shown(officer: Browser, submission: Submission) -> str:
    page = html.document_fromstring(officer.get(f"/submissions/{submission.id}/").text)
    return " ".join(page.xpath("//form[contains(@action, '/approve/')]//fieldset")[0].text_content().split())


def planned(officer: Browser, submission: Submission) -> str:
    page = officer.get(f"/submissions/{submission.id}/").text
    return str(html.document_fromstring(page).xpath("//input[@name='planned']/@value")[0])


def approve(officer: Browser, submission: Submission, **given: str) -> int:
    page = f"/submissions/{submission.id}/"
    sent = {"digest": submission.digest, "planned": planned(officer, submission), "when": "wish", **given}
    return officer.post(f"{page}approve/", page, **sent).status_code


def test_for_the_next_free_slot_the_minute_is_shown_and_kept(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post(channels=CHANNELS, extra=""))
    before = shown(officer, submission)
    assert approve(officer, submission) == 200
    for delivery in Delivery.objects.all():
        due = delivery.due_at.astimezone(office.ctx.config.timezone)
        assert f"{office.ctx.spec(delivery.channel).label}：{due.month}月{due.day}日" in before
        assert f"{due.hour}:{due:%M}" in before
    after = officer.get(f"/submissions/{submission.id}/").text
    assert f"{due.hour}:{due:%M}" in after


def test_a_slot_that_somebody_took_meanwhile_is_told_before_anything_is_planned(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post(channels="x", extra="slot: lunch"))
    page = f"/submissions/{submission.id}/"
    seen = planned(officer, submission)
    office.approved("b", title="ほかの原稿", channels="x", extra="slot: lunch")
    answer = officer.post(f"{page}approve/", page, digest=submission.digest, planned=seen, when="wish")
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


def test_a_correction_goes_at_once_in_whichever_minute_it_is_approved(office: Office, officer: Browser) -> None:
    office.approved(channels=CHANNELS, extra="slot: lunch", body="窓口は12月5日に始まります（見本）。\n")
    office.publish_all()
    office.at(office.clock.now() + timedelta(hours=1))
    correction = "correction: {kind: 誤記, wrong: 12月5日, right: 12月6日}\nslot: lunch"
    submission = office.submit(office.post(channels=CHANNELS, extra=correction, body="窓口は12月6日に始まります（見本）。\n"))
    assert shown(officer, submission).count("承認したら、すぐに出す") == 2
    seen = planned(officer, submission)
    office.at(office.clock.now() + timedelta(minutes=7))
    assert approve(officer, submission, planned=seen) == 200
    assert {d.due_at for d in Delivery.objects.filter(version=2)} == {office.clock.now()}


def test_an_emergency_text_goes_at_once_in_whichever_minute_it_is_approved(office: Office, officer: Browser) -> None:
    submission = office.submit(office.post(channels="x", extra="emergency: true"), HEAD)
    assert "承認したら、すぐに出す" in shown(officer, submission)
    seen = planned(officer, submission)
    office.at(office.clock.now() + timedelta(minutes=7))
    assert approve(officer, submission, planned=seen) == 200
    assert {d.due_at for d in Delivery.objects.all()} == {office.clock.now()}


def test_a_channel_on_which_it_is_out_is_not_planned_again(office: Office, officer: Browser) -> None:
    office.sandbox.fault("x", "403")
    office.approved(channels=CHANNELS, extra="slot: lunch")
    office.publish_all()
    assert office.states() == {"facebook": "published", "x": "failed"}
    office.at(office.clock.now() + timedelta(hours=1))
    submission = office.submit(office.post(channels=CHANNELS, extra="slot: lunch", body="直しました。\n"))
    assert "Facebook" not in shown(officer, submission)
    assert approve(officer, submission) == 200
