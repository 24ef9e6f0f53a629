"""Every page in a real browser, light and dark, wide and on a phone: axe finds nothing, and nothing runs off the side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import barriers, fits, log_in
from tests.office import Office
from tests.web.browser import PASSWORD


@pytest.fixture(params=[("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)], ids=lambda p: f"{p[0]}-{p[1]}")
def page(request: pytest.FixtureRequest, chromium: Browser, web_site: str) -> Iterator[Page]:
    scheme, width = request.param
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=web_site)
    yield context.new_page()
    context.close()


def test_no_page_has_a_barrier_and_none_runs_off_the_side(page: Page, pages: list[str]) -> None:
    page.goto("/login/")
    found = barriers(page)
    log_in(page, "kouhou")
    for address in pages:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        found += barriers(page)
    submission = [address for address in pages if re.fullmatch(r"/submissions/\d+/", address)][1]
    page.goto(submission)
    page.evaluate("document.querySelector('[name=digest]').value = '0'")
    page.get_by_role("button", name="この内容で承認する").click()
    assert page.get_by_role("heading", name="この操作はしていません").is_visible()
    found += barriers(page)
    found += _of_refusals_and_questions(page, submission)
    found += _of_entering_a_blackout(page)
    found += _of_approving_several(page)
    assert not found, "\n".join(found)


def _of_refusals_and_questions(page: Page, submission: str) -> list[str]:
    """A form that came back, and an act that is asked about."""
    page.goto(submission)
    for point in page.locator("[name=point]:checked").all():
        point.uncheck()  # which would be reason enough
    page.get_by_role("button", name="差し戻す").click()
    assert page.get_by_role("heading", name="できませんでした").is_visible()
    found = barriers(page)
    page.goto(submission)
    page.get_by_role("button", name="取り下げる").click()
    expect(page.get_by_role("link", name="やめる")).to_be_visible(timeout=15_000)
    return found + barriers(page)


def _of_approving_several(page: Page) -> list[str]:
    """The page that shows the minutes, then the one with the button that takes it back."""
    page.goto("/queue/")
    page.get_by_role("checkbox", name="を選ぶ").first.check()
    page.get_by_role("button", name="まとめて承認").click()
    assert page.get_by_role("heading", name="まとめて承認する").is_visible()
    found = barriers(page)
    page.get_by_role("button", name="この時刻で承認する").click()
    assert page.get_by_role("button", name="元に戻す").is_visible()
    return found + barriers(page)


def _of_entering_a_blackout(page: Page) -> list[str]:
    """The form with everything wrong that can be, then the look at what it holds."""
    page.goto("/blackouts/")
    page.get_by_label("理由", exact=False).last.fill("弔意")
    page.get_by_label("いつから").fill("2026-12-08T00:00")
    page.get_by_label("いつまで", exact=False).fill("2026-12-07T00:00")
    page.get_by_role("button", name="止まる配信を確かめる").click()
    assert page.get_by_text("終わりが始まりより前か同じです").first.is_visible()
    found = barriers(page)
    page.get_by_label("いつまで", exact=False).fill("2026-12-12T00:00")
    page.get_by_role("button", name="止まる配信を確かめる").click()
    expect(page.get_by_role("heading", name="この期間に止まる配信")).to_be_visible(timeout=15_000)
    return found + barriers(page)


def test_no_page_of_the_operator_has_a_barrier_either(page: Page, office: Office, people: None) -> None:
    office.submit(office.post())
    log_in(page, "unyou")
    found = []
    for address in ("/people/", "/audit/"):
        page.goto(address)
        found += barriers(page)
    page.goto("/people/")
    page.get_by_label("利用者名", exact=False).last.fill("atarashii")
    page.get_by_role("button", name="招待する", exact=True).click()
    found += barriers(page)  # the page that asks who it is
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="確かめる").click()
    page.get_by_text("招待しました").wait_for()
    invitation = page.locator("code.key").inner_text()
    found += barriers(page)
    page.get_by_role("button", name="ログアウト").click()
    page.goto(urlsplit(invitation).path)
    found += barriers(page)
    assert not found, "\n".join(found)


def test_letters_twice_as_large_and_colours_of_ones_own_leave_the_page_whole(
    chromium: Browser, web_site: str, pages: list[str]
) -> None:
    context = chromium.new_context(viewport={"width": 640, "height": 800}, forced_colors="active", base_url=web_site)
    page = context.new_page()
    log_in(page, "kouhou")
    page.goto(next(address for address in pages if address.startswith("/pictures/?draft")))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert fits(page)
    ground = page.locator("nav.main").evaluate("(e) => getComputedStyle(e).backgroundColor")
    page.goto("/queue/")
    lines = page.locator("nav.main a").evaluate_all(
        "(all) => all.map((a) => [a.hasAttribute('aria-current'), getComputedStyle(a).borderBottomColor])"
    )
    context.close()
    assert [here for here, colour in lines if colour != ground] == [True]


def test_two_small_buttons_side_by_side_are_a_barrier(chromium: Browser) -> None:
    page = chromium.new_page()
    small = '<button style="width: 10px; height: 10px; padding: 0; border: 0">{}</button>'
    buttons = "".join(small.format(name) for name in "一二")
    page.set_content(f'<!doctype html><html lang="ja"><title>見本</title><main><h1>見本</h1>{buttons}</main></html>')
    found = barriers(page)
    page.close()
    assert ["target-size" in line for line in found] == [True, True]
