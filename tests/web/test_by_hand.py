"""A channel without an API: a person posts what was approved, and records where it appeared. Nothing is sent."""

from __future__ import annotations

from playwright.sync_api import Browser as Chromium

from bot.store.models import AuditEntry, Delivery
from tests.chromium import log_in
from tests.office import Office
from tests.web.browser import Browser, signed_in


def test_the_approved_text_is_handed_to_a_person_and_never_sent(office: Office, officer: Browser) -> None:
    office.approved(channels="x, note")
    office.publish_all()
    assert office.states() == {"x": "published", "note": "by_hand"}
    page = officer.get("/deliveries/").text
    assert "手で掲載するもの" in page
    assert "職員がお話を聞いて入力します。" in page
    note = Delivery.objects.get(channel="note")
    done = officer.post(
        f"/deliveries/{note.id}/decide/", "/deliveries/", verdict="published", url="https://note.com/kanazawa/n/1"
    )
    assert "手で掲載するもの" not in done.text
    note.refresh_from_db()
    assert (note.state, note.url) == ("published", "https://note.com/kanazawa/n/1")
    entry = AuditEntry.objects.get(verb="decide_published")
    assert (entry.actor, entry.object, entry.detail) == ("kouhou", f"delivery:{note.id}", "https://note.com/kanazawa/n/1")


def test_without_a_link_it_is_not_recorded_as_posted(office: Office, officer: Browser) -> None:
    office.approved(channels="note")
    note = Delivery.objects.get()
    refused = officer.post(f"/deliveries/{note.id}/decide/", "/deliveries/", verdict="published", url="")
    assert "掲載された投稿のアドレスが要ります" in refused.text
    assert Delivery.objects.get().state == "by_hand"


def test_a_leader_sees_the_text_but_records_nothing(office: Office, people: None, web_site: str) -> None:
    office.approved(channels="note")
    leader, note = signed_in(web_site, "shimin-leader"), Delivery.objects.get()
    assert 'value="let_be"' not in leader.get("/deliveries/").text
    refused = leader.post(f"/deliveries/{note.id}/decide/", "/tokens/", verdict="let_be")
    assert refused.status_code == 403
    assert Delivery.objects.get().state == "by_hand"


def test_a_changed_post_takes_the_task_away(office: Office) -> None:
    office.approved(channels="note")
    office.post(channels="note", body="変えた文です（見本）。\n")
    office.runner().sweep()
    assert office.states() == {"note": "cancelled"}


def test_the_button_copies_exactly_the_approved_text(office: Office, people: None, chromium: Chromium, web_site: str) -> None:
    office.approved(channels="note")
    context = chromium.new_context(base_url=web_site, permissions=["clipboard-write"])
    page = context.new_page()
    log_in(page, "kouhou")
    page.goto("/deliveries/")
    page.get_by_role("button", name="文をコピーする").click()
    page.get_by_role("button", name="コピーしました").wait_for()
    page.goto("/stop/")
    page.get_by_label("理由").press("Control+V")  # as a person does: no page of ours may read the clipboard
    copied = page.get_by_label("理由").input_value()
    context.close()
    assert copied == page_text()


def page_text() -> str:
    from bot.render.variant import read_variant

    variant = read_variant(Delivery.objects.get().submission.bundle, "note")
    assert variant
    return variant.parts[0].text
