"""The story of a returned post: its author sees at once what to mend, beside the form, and hands it in again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.services.approval import comments, review
from bot.store.models import Comment, Submission
from tests.chromium import barriers, fits
from tests.drafts.people_at_work import SLOW, WIDE, press, reach, scripted
from tests.sync.desk import Desk
from tests.web.browser import Browser as PlainBrowser
from tests.web.browser import signed_in as plainly_signed_in

REASON = "いつの数字かを書いてください（見本）。"
REMARK = "「書く回数」は何回から何回になりましたか。"


@pytest.fixture
def returned(desk: Desk) -> Submission:
    """A leader's post that the office has sent back, with a comment at a sentence."""
    desk.write()
    desk.taken()
    office, found = desk.office, Submission.objects.get()
    comments.add(office.ctx, office.officer, found.id, "x", "0:0", REMARK)
    review.return_(office.ctx, office.officer, found.id, REASON)
    return found


def mend(page: Page) -> None:
    page.get_by_label("はじめの段落").fill("窓口で書く回数を、5回から1回に減らします（見本）。")


def test_an_author_mends_what_came_back(
    returned: Submission, signed_in: Callable[..., BrowserContext], way: dict[str, Any]
) -> None:
    page = signed_in("shimin-leader", **way).new_page()
    page.goto("/")
    notice = page.get_by_role("region", name="差し戻された原稿")
    expect(notice).to_contain_text(REASON)
    expect(notice).to_contain_text(REMARK)
    expect(page.get_by_role("link", name="書く 1 件")).to_be_visible()
    assert fits(page)
    notice.get_by_role("button", name="直す").click()
    asked = page.get_by_role("region", name="差し戻しの理由")
    expect(asked).to_contain_text(REASON)
    expect(asked).to_contain_text(REMARK)
    assert fits(page)
    assert not scripted(way) or not barriers(page)
    mend(page)
    asked.get_by_role("button", name="対応した").click()
    expect(page.get_by_label("はじめの段落")).to_have_value("窓口で書く回数を、5回から1回に減らします（見本）。")
    expect(asked.get_by_role("listitem").filter(has_text=REMARK)).to_contain_text("済み：")
    asked.get_by_role("button", name="まだに戻す").click()
    expect(asked.get_by_role("listitem").filter(has_text=REMARK)).not_to_contain_text("済み：")
    asked.get_by_role("button", name="対応した").click()
    expect(asked.get_by_role("button", name="まだに戻す")).to_be_visible()
    assert Comment.objects.get().settled_by == "shimin-leader"
    page.get_by_role("button", name="この内容で申請する").click()
    expect(page.get_by_text("申請しました。広報担当の承認を待ちます。")).to_be_visible(timeout=SLOW)
    page.goto("/write/")
    expect(page.get_by_role("region", name="差し戻された原稿")).to_have_count(0)
    assert Submission.objects.filter(state="submitted").count() == 1


def test_the_same_by_keyboard_alone(returned: Submission, signed_in: Callable[..., BrowserContext]) -> None:
    page = signed_in("shimin-leader", viewport=WIDE).new_page()
    page.goto("/")
    press(page, page.get_by_role("region", name="差し戻された原稿").get_by_role("button", name="直す"))
    page.wait_for_url("**/write/*/")
    reach(page, page.get_by_label("はじめの段落"))
    page.keyboard.press("Control+a")
    page.keyboard.type("窓口で書く回数を、5回から1回に減らします（見本）。")
    press(page, page.get_by_role("button", name="この内容で申請する"))
    expect(page.get_by_text("申請しました。広報担当の承認を待ちます。")).to_be_visible(timeout=SLOW)


def test_the_page_of_what_came_back_begins_with_the_reason_and_a_button(
    returned: Submission, web_site: str, people: None
) -> None:
    leader: PlainBrowser = plainly_signed_in(web_site, "shimin-leader")
    text = leader.get(f"/submissions/{returned.id}/").text
    assert text.index(REASON) < text.index("このとおりに出ます")
    assert text.index(f"/submissions/{returned.id}/rewrite/") < text.index("このとおりに出ます")


def test_others_see_no_button_to_mend_it(returned: Submission, web_site: str, people: None) -> None:
    text = plainly_signed_in(web_site, "unyou").get(f"/submissions/{returned.id}/").text
    assert REASON in text
    assert "/rewrite/" not in text
