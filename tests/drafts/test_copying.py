"""A new post from one that is out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from bot.content import post_form
from bot.errors import NotAllowed, NotFound
from bot.services.handing_in import copying
from bot.store.drafts import Draft
from bot.store.models import Submission
from tests.chromium import fits
from tests.office import Office
from tests.sync.desk import Desk


def form_of(draft: Draft) -> post_form.Form:
    return post_form.form_of(draft.form)


def last_years(office: Office) -> Submission:
    own = "publish: 2026-12-03 12:00\ntags: [軽い話題]\nx: {text: 去年の文（見本）。}\ncontact: 市民課 076-220-2222"
    return office.approved("last", extra=own)[0].submission


def test_the_words_are_copied_and_nothing_that_was_said_of_that_time(office: Office) -> None:
    old = last_years(office)
    before, new = post_form.read(office.folder / "x.md", old.source), form_of(copying.begin(office.ctx, office.author, old.id))
    assert (new.title, new.lead, new.answers, new.contact) == (before.title, before.lead, before.answers, before.contact)
    assert new.rest == {"tags": ["軽い話題"]}, "a channel's own text has no field: it would go out unseen"
    assert new.identity not in ("", before.identity)
    assert (new.achievement, new.reason, new.publish, new.slot, new.expires, new.pictures) == ("", "", "", "", "", ())


def test_what_nobody_approved_is_not_copied_and_what_is_another_departments_not_found(office: Office) -> None:
    waiting = office.submit(office.post("waiting"))
    with pytest.raises(NotAllowed, match="submitted"):
        copying.begin(office.ctx, office.author, waiting.id)
    out = last_years(office)
    with pytest.raises(NotFound):
        copying.begin(office.ctx, replace(office.leader, person="kikaku-leader"), out.id)
    assert Draft.objects.count() == 0


def test_beside_the_form_stand_the_posts_of_the_same_measure_each_once(office: Office) -> None:
    first = last_years(office)
    office.submit(office.post("waiting"))
    Submission.objects.filter(id=office.approved("third")[0].submission_id).update(measure="3")
    form = replace(post_form.Form(), identity="01NEW", measure=first.measure)
    assert [one.id for one in copying.earlier(office.ctx, office.author, form, 5)] == [first.id]
    assert copying.earlier(office.ctx, office.author, replace(form, identity=first.identity), 5) == []
    assert copying.earlier(office.ctx, office.author, replace(form, measure=""), 5) == []


def test_a_leader_writes_this_years_notice_from_last_years(
    desk: Desk, signed_in: Callable[..., BrowserContext], way: dict[str, Any]
) -> None:
    desk.write("last")
    desk.taken()
    out = Submission.objects.get()
    desk.office.approve(out)
    page = signed_in("shimin-leader", **way).new_page()
    page.goto("/write/")
    page.get_by_role("button", name=f"「{out.title}」を写して書く").click()
    page.wait_for_url("**/write/*/")
    expect(page.get_by_label("題名")).to_have_value(out.title)
    assert page.locator("[name=achievement]:checked").count() == 0
    page.get_by_text("市民なら何を聞くでしょうか").click()
    expect(page.get_by_text(re.compile("使えない人は、どうすればよいですか"))).to_be_visible()
    page.get_by_text("同じ施策でこれまでに伝えたこと").click()
    expect(page.get_by_role("link", name=out.title)).to_be_visible()
    assert fits(page)
