"""Pictures come onto the form in every way that people try: several at once, dropped, pasted, from a telephone."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from bot.content import post_form
from bot.store.drafts import Draft
from tests.drafts.people_at_work import SLOW
from tests.drafts.test_focus import two_colours
from tests.office import Office
from tests.sync.desk import Desk

PHONE = Path(__file__).parents[1] / "media" / "phone.heic"
# As a browser hands over what was dropped or pasted.
_TRANSFER = """(files) => { const given = new DataTransfer(); files.forEach(([name, type, data]) =>
    given.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name, { type }))); return given }"""
_PASTE = "(t) => document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: t, bubbles: true, cancelable: true }))"


@pytest.fixture(autouse=True)
def _city(desk: Desk) -> Desk:
    return desk


def begin(page: Page) -> None:
    page.goto("/write/")
    page.get_by_role("button", name="新しい原稿を書く").click()
    page.wait_for_url("**/write/*/")
    page.get_by_label("題名").fill("絵のある原稿（見本）")


def count() -> int:
    return len(post_form.form_of(Draft.objects.get().form).pictures)


def transfer(page: Page, *files: tuple[str, str, bytes]) -> object:
    return page.evaluate_handle(_TRANSFER, [[name, kind, base64.b64encode(data).decode()] for name, kind, data in files])


@pytest.mark.parametrize("scripts", [True, False])
def test_several_are_chosen_at_once_a_telephones_among_them(
    scripts: bool, office: Office, signed_in: Callable[..., BrowserContext]
) -> None:
    page = signed_in("shimin-leader", java_script_enabled=scripts).new_page()
    begin(page)
    page.get_by_label("画像を選ぶ").set_input_files(
        [
            {"name": "IMG_0001.HEIC", "mimeType": "image/heic", "buffer": PHONE.read_bytes()},
            {"name": "b.png", "mimeType": "image/png", "buffer": two_colours()},
        ]
    )
    page.get_by_role("button", name="選んだ画像を加える").click()
    page.get_by_role("heading", name="画像 2枚").wait_for(timeout=SLOW)
    assert count() == 2
    assert Draft.objects.get().form["title"] == "絵のある原稿（見本）"
    assert page.locator(".aim img").first.evaluate("(i) => [i.naturalWidth, i.naturalHeight]") == [300, 400]


def test_what_is_dropped_and_what_is_pasted_comes_in(office: Office, signed_in: Callable[..., BrowserContext]) -> None:
    page = signed_in("shimin-leader").new_page()
    begin(page)
    page.locator("#drop").dispatch_event(
        "drop", {"dataTransfer": transfer(page, ("a.png", "image/png", two_colours()), ("b.heic", "", PHONE.read_bytes()))}
    )
    page.get_by_role("heading", name="画像 2枚").wait_for(timeout=SLOW)
    page.locator("#drop").wait_for()  # the script of the new page has run
    page.evaluate(_PASTE, transfer(page, ("image.png", "image/png", two_colours())))
    page.get_by_role("heading", name="画像 3枚").wait_for(timeout=SLOW)
    assert count() == 3
    assert Draft.objects.get().form["title"] == "絵のある原稿（見本）"


def test_a_refused_picture_is_told_and_what_was_typed_stays(office: Office, signed_in: Callable[..., BrowserContext]) -> None:
    page = signed_in("shimin-leader").new_page()
    begin(page)
    page.evaluate(_PASTE, transfer(page, ("image.png", "image/png", b"no picture")))
    page.get_by_text("画像として開けません").wait_for(timeout=SLOW)
    assert page.get_by_label("題名").input_value() == "絵のある原稿（見本）"
    page.get_by_role("button", name="保存して確かめる").click()
    page.get_by_text("保存しました。").first.wait_for(timeout=SLOW)
    assert count() == 0
