"""A form that is not ready comes back with every gap at its field, in the words of its labels, and with all that was typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from lxml import html
from playwright.sync_api import BrowserContext, expect

from bot.services.handing_in import drafts
from bot.store.drafts import Draft
from tests.chromium import barriers, fits
from tests.drafts.people_at_work import WIDE, reach, scripted
from tests.drafts.test_drafts import photo
from tests.sync.desk import Desk
from tests.web.browser import Browser
from tests.web.browser import signed_in as plainly_signed_in

WHOLE = {
    "title": "書かない窓口（見本）",
    "lead": "窓口で書く回数を減らします（見本）。",
    "measure": "2-1",
    "achievement": "done",
    "channels": ["x", "facebook"],
    "when": "",
}
PARTLY = {"achievement": "partly", "reason": "まだ数えていないため", "next": "来月数えます"}
# What is wrong, the field's id, words of the sentence there.
WRONG: list[tuple[dict[str, str | list[str]], str, str]] = [
    ({"title": ""}, "title", "題名がありません"),
    ({"lead": ""}, "lead", "はじめの段落がありません"),
    ({"measure": ""}, "measure", "施策を選んでいません"),
    ({"measure": "99"}, "measure", "施策は登録されていません"),
    ({"channels": []}, "channels", "配信先を選んでいません"),
    ({"channels": ["nowhere"]}, "channels", "使えません"),
    ({**PARTLY, "reason": ""}, "reason", "できていない理由がありません"),
    ({**PARTLY, "next": ""}, "next", "次にどうするかがありません"),
    ({"link": "example.jp"}, "link", "アドレスの形ではありません"),
    ({"when": "at", "publish": ""}, "publish", "配信する日時がありません"),
    ({"when": "at", "publish": "きのう"}, "publish", "日時として読めません"),
    ({"when": "at", "publish": "2020-01-01T12:15"}, "publish", "過ぎています"),
    ({"when": "at", "publish": "2026-12-05T23:00"}, "publish", "配信しない時間"),
    ({"when": "slot:nothing"}, "when", "配信枠はありません"),
    ({"expires": "2020-01-01"}, "expires", "過ぎています"),
    ({"expires": "あした"}, "expires", "日時として読めません"),
    ({"channels": ["instagram"]}, "picture", "1枚以上"),
    ({"hashtags": "一 二 三 四 五 六", "channels": ["instagram", "x"]}, "hashtags", "5個まで"),
    ({"title": "長" * 150}, "title", "長すぎます"),
    ({"lead": "金額は{{ indicator.none.rate }}です。"}, "lead", "none"),
    ({"answer-2": "<table><tr><td>表</td></tr></table>"}, "answer-2", ""),
    ({"remainder": "## 見出し\n\n![絵](a.png)"}, "remainder", ""),
]
_OF_A_FILE = re.compile(r"[a-z_]+: |「[a-z]+(?:\.[a-z0-9]+)*」|content/|front")


@pytest.fixture
def author(desk: Desk, people: None, web_site: str) -> Browser:
    desk.origin.write("strategy/plan.yml", "'2-1': {name: 書かない窓口の推進}\n")
    desk.commit()
    desk.sync()
    return plainly_signed_in(web_site, "shimin-leader")


def sent(author: Browser, desk: Desk, given: dict[str, str | list[str]]) -> Any:
    draft = drafts.begin(desk.office.ctx, desk.office.author)
    page = f"/write/{draft.id}/"
    return author.post(page, page, do="hand_in", revision=str(draft.revision), **{**WHOLE, **given})


@pytest.mark.parametrize(("given", "field", "words"), WRONG, ids=[f"{n}-{field}" for n, (_, field, _) in enumerate(WRONG)])
def test_every_refusal_stands_at_its_field_and_keeps_what_was_typed(
    author: Browser, desk: Desk, given: dict[str, str | list[str]], field: str, words: str
) -> None:
    answer = sent(author, desk, given)
    assert answer.status_code == 422
    page = html.document_fromstring(answer.text)
    (element,) = page.xpath(f"//*[@id='{field}']")
    assert element.get("aria-invalid") == "true"
    (wrong,) = page.xpath(f"//*[@id='{element.get('aria-describedby')}']")
    assert words in wrong.text_content()
    said = wrong.text_content()
    for typed in (v for value in given.values() for v in (value if isinstance(value, list) else [value]) if v):
        said = said.replace(typed.removeprefix("slot:"), "")
    assert not _OF_A_FILE.search(said)
    (heading,) = page.xpath("//main//h2[@autofocus]")
    assert heading.get("tabindex") == "-1"
    (link,) = [a for a in page.xpath("//main//a[@href]") if a.get("href") == f"#{field}" and words in a.text_content()][:1]
    assert wrong.text_content() in link.text_content()
    kept = {**WHOLE, **given}
    assert page.xpath("//*[@id='title']/@value") == [kept["title"]]
    assert page.xpath("//*[@id='lead']")[0].text_content().strip() == kept["lead"]
    if isinstance(given.get(field), str) and element.tag == "input" and element.get("type") in ("text", "url", None):
        assert element.get("value") == given[field]


def test_all_gaps_are_told_at_once(author: Browser, desk: Desk) -> None:
    answer = sent(author, desk, {"title": "", "lead": "", "measure": "", "channels": [], **PARTLY, "reason": "", "next": ""})
    links = html.document_fromstring(answer.text).xpath("//div[contains(@class, 'refusals')]//a/@href")
    assert set(links) == {"#title", "#lead", "#measure", "#channels", "#reason", "#next"}


def test_the_pictures_gaps_are_told_with_the_pictures_number(author: Browser, desk: Desk) -> None:
    draft = drafts.begin(desk.office.ctx, desk.office.author)
    draft = drafts.add_picture(desk.office.ctx, desk.office.author, draft.id, photo())
    file = draft.form["pictures"][0]["file"]
    page, revision = f"/write/{draft.id}/", str(draft.revision)
    consented = {f"alt-{file}": "", f"people-{file}": "consented", f"consent-{file}": ""}
    answer = author.post(page, page, do="hand_in", revision=revision, **WHOLE, **consented)
    assert "1枚目の画像の説明：画像の説明がありません" in answer.text
    assert "1枚目の同意の記録の番号：同意の記録の番号がありません" in answer.text


def test_an_untouched_form_is_not_red(author: Browser, desk: Desk) -> None:
    page = author.get(f"/write/{drafts.begin(desk.office.ctx, desk.office.author).id}/").text
    assert 'class="error"' not in page
    assert "できませんでした" not in page
    assert "申請までに書くところ" in page


def test_the_way_from_a_refusal_to_the_field_and_on(
    author: Browser, desk: Desk, signed_in: Callable[..., BrowserContext], way: dict[str, Any]
) -> None:
    page = signed_in("shimin-leader", **way).new_page()
    page.goto("/write/")
    page.get_by_role("button", name="新しい原稿を書く").click()
    page.get_by_label("題名").fill("書かない窓口（見本）")
    page.get_by_label("何が不便だったか").fill("同じことを何度も書いていました。")
    page.get_by_role("button", name="この内容で申請する").click()
    expect(page.get_by_role("heading", name="できませんでした")).to_be_focused()
    assert fits(page)
    assert not scripted(way) or not barriers(page)
    page.get_by_role("alert").get_by_role("link", name="施策：").click()
    expect(page.get_by_label("施策", exact=True)).to_be_in_viewport()
    expect(page.get_by_label("何が不便だったか")).to_have_value("同じことを何度も書いていました。")
    expect(page).to_have_title(re.compile("^できませんでした："))
    assert Draft.objects.get().form["title"] == "書かない窓口（見本）"


def test_by_keyboard_the_summary_leads_to_the_field(
    author: Browser, desk: Desk, signed_in: Callable[..., BrowserContext]
) -> None:
    page = signed_in("shimin-leader", viewport=WIDE).new_page()
    page.goto("/write/")
    page.get_by_role("button", name="新しい原稿を書く").press("Enter")
    page.get_by_role("button", name="この内容で申請する").press("Enter")
    expect(page.get_by_role("heading", name="できませんでした")).to_be_focused()
    reach(page, page.get_by_role("alert").get_by_role("link", name="題名："), at_most=3)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("題名を書きました")
    # The link leads to the field itself: what is typed next stands in it, or in the field behind it.
    typed = page.evaluate("document.activeElement.value")
    assert typed == "題名を書きました"


def test_a_text_whose_degree_nobody_has_said_is_shown_with_a_place_for_it(author: Browser, desk: Desk) -> None:
    draft = drafts.begin(desk.office.ctx, desk.office.author)
    page = f"/write/{draft.id}/"
    given = {key: value for key, value in WHOLE.items() if key != "achievement"} | {"channels": ["x", "newsletter"]}
    author.post(page, page, do="keep", revision=str(draft.revision), **given)
    shown = author.get(page)
    assert shown.status_code == 200
    assert "達成度：（達成度）" in shown.text
    assert "達成度：達成" not in shown.text
