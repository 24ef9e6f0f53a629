"""Writing in a real browser: shown while it is typed, kept through a lost connection and a closed window, scripts or not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.content import post_form
from bot.store.drafts import Draft
from tests.drafts.test_drafts import photo
from tests.office import Office
from tests.sync.desk import SHIMIN, SOUMU, Desk
from tests.sync.origin import git

SLOW = 15_000  # milliseconds: a loaded machine


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def either(request: pytest.FixtureRequest, signed_in: Callable[..., BrowserContext]) -> Page:
    return signed_in("shimin-leader", java_script_enabled=request.param).new_page()


@pytest.fixture(autouse=True)
def _city(desk: Desk) -> Desk:
    """A content repository, and measures to choose from."""
    desk.origin.write("strategy/plan.yml", "'1': {name: 見本の施策}\n'2-1': {name: 書かない窓口の推進}\n")
    desk.commit()
    desk.sync()
    return desk


@pytest.fixture
def page(signed_in: Callable[..., BrowserContext]) -> Page:
    return signed_in("shimin-leader").new_page()


def begin(page: Page) -> None:
    page.goto("/write/")
    page.get_by_role("button", name="新しい原稿を書く").click()
    page.wait_for_url("**/write/*/")


def fill(page: Page, title: str = "書かない窓口（見本）") -> None:
    page.get_by_label("題名").fill(title)
    page.get_by_label("はじめの段落").fill("窓口で書く回数を減らします（見本）。")
    page.get_by_label("何が不便だったか").fill("同じことを何度も書いていました。")
    page.get_by_label("何を変えたか").fill("職員がお話を聞いて入力します。")
    page.get_by_label("どう変わったか").fill("書くのは署名だけです。")
    page.get_by_label("施策", exact=True).select_option(index=1)
    page.get_by_label("達成", exact=True).check()


def kept() -> post_form.Form:
    return post_form.form_of(Draft.objects.get().form)


def test_what_is_typed_shows_at_once_in_every_channel_and_is_kept(page: Page, office: Office) -> None:
    begin(page)
    fill(page)
    preview = page.locator("#preview")
    expect(preview.get_by_role("heading", name="Facebook")).to_be_visible(timeout=SLOW)
    expect(preview.locator(".facebook .text").first).to_contain_text("窓口で書く回数を減らします（見本）。", timeout=SLOW)
    before = preview.locator(".fit").inner_text()
    page.get_by_label("何を変えたか").fill("職員がお話を聞いて入力します。" * 10)
    expect(preview.locator(".fit")).not_to_have_text(before, timeout=SLOW)
    expect(page.locator("#kept")).to_have_text("下書きを保存しました。", timeout=SLOW)
    assert kept().answers[2] == "書くのは署名だけです。"
    page.goto("/write/")
    assert page.get_by_role("link", name="書かない窓口（見本）").is_visible()


def test_nothing_is_lost_when_the_connection_drops_and_the_window_is_closed(page: Page, office: Office) -> None:
    begin(page)
    fill(page)
    expect(page.locator("#kept")).to_have_text("下書きを保存しました。", timeout=SLOW)
    page.context.set_offline(True)
    page.get_by_label("どう変わったか").fill("つながらない間に書きました。")
    expect(page.locator("#offline")).to_be_visible(timeout=SLOW)
    assert kept().answers[2] == "書くのは署名だけです。"
    address = page.url
    page.close()
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(address)
    expect(again.locator("#restored")).to_be_visible(timeout=SLOW)
    expect(again.get_by_label("どう変わったか")).to_have_value("つながらない間に書きました。")
    expect(again.locator("#preview")).to_contain_text("つながらない間に書きました。", timeout=SLOW)
    assert kept().answers[2] == "つながらない間に書きました。"


def test_it_goes_on_by_itself_once_the_connection_is_back(page: Page, office: Office) -> None:
    begin(page)
    page.context.set_offline(True)
    page.get_by_label("題名").fill("つながらない間の題")
    expect(page.locator("#offline")).to_be_visible(timeout=SLOW)
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden(timeout=SLOW)
    assert kept().title == "つながらない間の題"


def test_two_windows_do_not_write_over_each_other(page: Page, office: Office) -> None:
    begin(page)
    other = page.context.new_page()
    other.goto(page.url)
    page.get_by_label("題名").fill("こちら")
    expect(page.locator("#kept")).to_have_text("下書きを保存しました。", timeout=SLOW)
    other.get_by_label("題名").fill("あちら")
    expect(other.locator("#elsewhere")).to_be_visible(timeout=SLOW)
    assert kept().title == "こちら"
    other.get_by_role("button", name="保存して確かめる").click()
    assert other.get_by_text("別の画面でも保存されています").first.is_visible()
    expect(other.get_by_label("題名")).to_have_value("あちら")
    other.get_by_role("button", name="保存して確かめる").click()
    other.get_by_text("保存しました。").first.wait_for()
    assert kept().title == "あちら"


def test_text_and_pictures_are_written_with_and_without_scripts(either: Page, office: Office) -> None:
    begin(either)
    either.get_by_label("題名").fill("絵のある原稿（見本）")
    either.get_by_label("画像を選ぶ").set_input_files({"name": "<b>.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    either.get_by_role("button", name="選んだ画像を加える").click()
    either.get_by_label("画像の説明").fill("職員が端末に入力している")
    either.get_by_role("button", name="保存して確かめる").click()
    either.get_by_text("保存しました。").first.wait_for()
    (shot,) = kept().pictures
    assert shot.alt == "職員が端末に入力している"
    assert kept().title == "絵のある原稿（見本）"
    either.get_by_role("button", name="1枚目を外す").click()
    either.get_by_role("heading", name="画像 0枚").wait_for()
    assert kept().pictures == ()


def test_a_script_in_the_text_is_shown_not_run(page: Page, office: Office) -> None:
    said: list[str] = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    begin(page)
    page.get_by_label("題名").fill("<img src=x onerror=alert(1)>")
    page.get_by_label("はじめの段落").fill("<script>alert(2)</script>{{ 7*7 }}")
    expect(page.locator("#kept")).to_have_text("下書きを保存しました。", timeout=SLOW)
    page.goto("/write/")
    assert page.get_by_role("link", name="<img src=x onerror=alert(1)>").is_visible()
    assert said == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_what_is_handed_in_is_a_commit_of_the_leader_and_waits_for_the_office(
    desk: Desk, signed_in: Callable[..., BrowserContext], scripts: bool
) -> None:
    page = signed_in("shimin-leader", java_script_enabled=scripts).new_page()
    begin(page)
    fill(page)
    page.get_by_label("画像を選ぶ").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    page.get_by_role("button", name="選んだ画像を加える").click()
    page.get_by_role("textbox", name="画像の説明").fill("職員が端末に入力している")
    page.get_by_label("写っている人").select_option("none")
    page.get_by_role("button", name="この内容で申請する").click()
    page.get_by_text("申請しました。広報担当の承認を待ちます。").wait_for()
    author = git(desk.origin.bare, "log", "-1", "--format=%ae %s", "main")
    assert author == f"{SHIMIN} 申請：書かない窓口（見本）"
    ((path, submitted_by, state),) = desk.submissions()
    assert (submitted_by, state) == ("shimin-leader", "submitted")
    assert git(desk.origin.bare, "show", "--name-only", "--format=", "main").count("posts/") == 2
    assert "書くのは署名だけです。" in git(desk.origin.bare, "show", f"main:{path}")
    assert not Draft.objects.exists()


def test_what_is_not_ready_is_not_handed_in_and_says_why(page: Page, desk: Desk) -> None:
    before = desk.origin.head
    begin(page)
    page.get_by_label("題名").fill("題だけ")
    page.get_by_role("button", name="この内容で申請する").click()
    assert page.get_by_role("heading", name="できませんでした").is_visible()
    assert desk.origin.head == before
    assert kept().title == "題だけ"


def test_another_leaders_edit_is_offered_as_a_merge_and_nothing_is_lost(page: Page, desk: Desk) -> None:
    body = "はじめの段落です（見本）。\n\n## 何が不便だったか\n\n不便でした。\n\n## 何を変えたか\n\n変えました。\n"
    desk.write(body=body)
    desk.taken()
    page.goto("/write/")
    page.get_by_role("button", name="「書かない窓口（見本）」を直す").click()
    page.get_by_label("はじめの段落").fill("わたしが直したはじめの段落です（見本）。")
    desk.write(body=body.replace("変えました。", "ほかの人が直しました。"))
    desk.commit(SOUMU)
    page.get_by_role("button", name="この内容で申請する").click()
    page.get_by_role("heading", name="ほかの人も直しています").wait_for()
    proposal = page.get_by_label("合わせた原稿").input_value()
    assert "わたしが直したはじめの段落です（見本）。" in proposal
    assert "ほかの人が直しました。" in proposal
    assert "<<<<<<<" not in proposal
    page.get_by_role("button", name="この文で書き続ける").click()
    page.get_by_text("二つの文を合わせました").wait_for()
    page.get_by_role("button", name="この内容で申請する").click()
    page.get_by_text("申請しました").wait_for()
    text = git(desk.origin.bare, "show", "main:posts/madoguchi.md")
    assert "わたしが直したはじめの段落です（見本）。" in text
    assert "ほかの人が直しました。" in text


def test_where_both_changed_the_same_line_a_person_decides(page: Page, desk: Desk) -> None:
    desk.write(body="はじめの段落です（見本）。\n")
    desk.taken()
    page.goto("/write/")
    page.get_by_role("button", name="「書かない窓口（見本）」を直す").click()
    page.get_by_label("はじめの段落").fill("わたしの段落です（見本）。")
    desk.write(body="ほかの人の段落です（見本）。\n")
    theirs = desk.commit(SOUMU)
    page.get_by_role("button", name="この内容で申請する").click()
    field = page.get_by_label("合わせた原稿")
    proposal = field.input_value()
    assert "<<<<<<< あなたの文" in proposal
    assert "ほかの人の段落です（見本）。" in proposal
    page.get_by_role("button", name="この文で書き続ける").click()
    assert page.get_by_text("合わせる途中のしるし").is_visible()
    assert field.input_value().strip() == proposal.strip()
    assert desk.origin.head == theirs
    start, end = proposal.index("<<<<<<<"), proposal.index(">>>>>>>")
    rest = proposal[end:].partition("\n")[2]
    field.fill(f"{proposal[:start]}ふたりの段落です（見本）。\n{rest}")
    page.get_by_role("button", name="この文で書き続ける").click()
    page.get_by_text("二つの文を合わせました").wait_for()
    expect(page.get_by_label("はじめの段落")).to_have_value("ふたりの段落です（見本）。")
