"""Writing in a real browser: shown while it is typed, kept through a lost connection and a closed window, scripts or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.content import writing
from bot.store.models import Draft
from tests.office import Office
from tests.web.browser import PASSWORD
from tests.writing.test_drafts import photo

SLOW = 15_000  # milliseconds: a loaded machine


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def either(request: pytest.FixtureRequest, signed_in: Callable[..., BrowserContext]) -> Page:
    return signed_in("shimin-leader", java_script_enabled=request.param).new_page()


@pytest.fixture
def signed_in(people: None, chromium: Browser, web_site: str) -> Iterator[Callable[..., BrowserContext]]:
    made: list[BrowserContext] = []

    def context(person: str, **options: Any) -> BrowserContext:
        made.append(chromium.new_context(base_url=web_site, **options))
        page = made[-1].new_page()
        page.goto("/login/")
        page.get_by_label("利用者名").fill(person)
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("button", name="ログイン", exact=True).click()
        page.wait_for_url("**/queue/")
        page.close()
        return made[-1]

    yield context
    for one in made:
        one.close()


@pytest.fixture(autouse=True)
def _plan(office: Office) -> None:
    (office.folder / "strategy" / "plan.yml").write_text("'1': {name: 見本の施策}\n", encoding="utf-8")


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


def kept() -> writing.Form:
    return writing.form_of(Draft.objects.get().form)


def test_what_is_typed_shows_at_once_in_every_channel_and_is_kept(page: Page, office: Office) -> None:
    begin(page)
    fill(page)
    sight = page.locator("#sight")
    expect(sight.get_by_role("heading", name="Facebook")).to_be_visible(timeout=SLOW)
    expect(sight.locator(".facebook .text").first).to_contain_text("窓口で書く回数を減らします（見本）。", timeout=SLOW)
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
    expect(again.locator("#sight")).to_contain_text("つながらない間に書きました。", timeout=SLOW)
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
