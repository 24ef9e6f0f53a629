"""文例とハッシュタグ: the change is shown first, nothing typed is lost, and the office's word is what people are offered."""

from __future__ import annotations

import html
import re

import pytest

from bot.services.handing_in import drafts
from bot.store.drafts import Draft
from bot.store.office_texts import OfficeText
from tests.office import Office
from tests.web.browser import Browser, signed_in

PHRASE = {
    "kind": "phrase",
    "act": "",
    "name": "時点",
    "content": "いつですか。\n年月日で。",
    "why": "短くするため",
    "version": "0",
}
TAGS = {"kind": "hashtags", "act": "new", "name": "子育て", "content": "#子育て 金沢市", "why": "子育て月間"}


@pytest.fixture(autouse=True)
def _files(office: Office) -> None:
    (office.folder / "phrases.yml").write_text("時点: いつの数字ですか。\n", encoding="utf-8")
    (office.folder / "hashtags.yml").write_text("基本: [金沢市DX]\n", encoding="utf-8")


def sent(browser: Browser, fields: dict[str, str], step: str) -> str:
    return browser.post("/texts/", "/texts/", **(fields | {"step": step})).text


def kept(page: str) -> dict[str, str]:
    found = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    found.pop("csrfmiddlewaretoken", None)
    return {name: html.unescape(value) for name, value in found.items()}


def saved(browser: Browser, fields: dict[str, str]) -> str:
    return sent(browser, kept(sent(browser, fields, "look")), "save")


def test_a_sentence_is_shown_before_it_changes_and_then_offered_at_a_return(office: Office, officer: Browser) -> None:
    look = sent(officer, PHRASE, "look")
    assert "まだ変えていません" in look
    assert "いつの数字ですか。" in look
    assert "<ins>" in look
    assert not OfficeText.objects.exists()
    page = sent(officer, kept(look), "save")
    assert "「時点」を変えました" in page
    assert "ファイルでは：いつの数字ですか。" in page
    past = page.partition('id="past"')[2]
    assert "短くするため" in past
    assert "12月1日" in past
    made = office.submit(office.post("a"))
    shown = officer.get(f"/submissions/{made.id}/").text
    assert ">いつですか。\n年月日で。</textarea>" in shown
    assert "文例・ハッシュタグの組を変えた" in signed_in(officer.base, "unyou").get("/audit/").text


def test_it_is_given_up_and_put_back_to_the_file(office: Office, officer: Browser) -> None:
    saved(officer, PHRASE)
    seen = OfficeText.objects.latest("id").id
    back = {"kind": "phrase", "act": "gone", "name": "時点", "why": "使わないため", "version": str(seen)}
    assert "選べなくなります。" in sent(officer, back, "look")
    assert "（やめています）" in saved(officer, back)
    seen = OfficeText.objects.latest("id").id
    page = saved(officer, back | {"act": "file", "version": str(seen)})
    assert "（やめています）" not in page
    assert "<p>いつの数字ですか。" in page
    assert "ファイルのとおりに戻す" in page.partition('id="past"')[2]


def test_whoever_writes_puts_a_set_into_the_draft_with_one_press(office: Office, officer: Browser) -> None:
    saved(officer, TAGS)
    leader = signed_in(officer.base, "shimin-leader")
    draft = drafts.begin(office.ctx, office.author)
    address = f"/write/{draft.id}/"
    page = leader.get(address).text
    assert 'value="hashtags:基本"' in page
    assert "#子育て #金沢市" in page
    fields = {"title": "途中の題", "hashtags": "七尾", "revision": "0", "window": "w", "do": "hashtags:子育て"}
    page = leader.post(address, address, **fields).text
    assert 'value="七尾 子育て 金沢市"' in page
    assert Draft.objects.get(id=draft.id).form["title"] == "途中の題"
    gone = leader.post(address, address, **(fields | {"do": "hashtags:ない", "revision": "9"}))
    assert gone.status_code == 409


@pytest.mark.parametrize("step", ["look", "save"])
def test_all_gaps_stand_at_their_fields_and_nothing_typed_is_lost(office: Office, officer: Browser, step: str) -> None:
    fields = TAGS | {"name": "", "content": "2026 子・育て!", "step": step}
    answer = officer.post("/texts/", "/texts/", **fields)
    assert answer.status_code == 422
    for field, sentence in (("name", "名前がありません"), ("content", "「#2026」は"), ("content", "「#子・育て!」は")):
        at = re.search(rf'<a href="#([^"]+)">[^<]*{sentence}', answer.text)
        assert at
        assert re.search(rf'id="{at[1]}"[^>]*name="{field}"|name="{field}"[^>]*id="{at[1]}"', answer.text)
    assert 'value="2026 子・育て!"' in answer.text
    assert 'value="子育て月間"' in answer.text
    assert not OfficeText.objects.exists()


def test_it_can_be_written_anew_after_the_look(office: Office, officer: Browser) -> None:
    page = sent(officer, kept(sent(officer, PHRASE, "look")), "edit")
    assert "いつですか。\n年月日で。</textarea>" in page
    assert 'value="短くするため"' in page


def test_whoever_changes_what_another_has_changed_is_told_and_keeps_what_was_typed(office: Office, officer: Browser) -> None:
    saved(officer, PHRASE)
    late = officer.post("/texts/", "/texts/", **(PHRASE | {"content": "遅れた文", "step": "save"}))
    assert late.status_code == 409
    assert "ほかの人が同じものを変えました" in late.text
    assert "遅れた文</textarea>" in late.text


def test_others_read_it_and_change_nothing(office: Office, leader: Browser) -> None:
    page = leader.get("/texts/").text
    assert "いつの数字ですか。" in page
    assert "変える</summary>" not in page
    assert leader.post("/texts/", "/tokens/", **(PHRASE | {"step": "save"})).status_code == 403
    assert not OfficeText.objects.exists()


def test_the_page_says_which_file_cannot_be_read_and_offers_the_rest(office: Office, officer: Browser) -> None:
    (office.folder / "phrases.yml").write_text("- あ\n", encoding="utf-8")
    page = officer.get("/texts/").text
    assert "phrases.yml の1行目" in page
    assert "#金沢市DX" in page
    assert sent(officer, PHRASE, "look").count("phrases.yml の1行目") >= 1
