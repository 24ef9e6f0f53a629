"""The public pages in a real browser: no barrier, no script needed, nothing that the content security policy stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.chromium import barriers
from tests.office import Office
from tests.site.pages import page_of, publish
from tests.site.test_public_site import TITLE, take_down

PLAN = """\
"2": {name: 働き方, goals: [働きやすく！], source: 計画,
  achievement: partly, as_of: 2026-11-01, reason: 途中のため, next: 続ける,
  steps: [{name: 電子決裁, years: {2021: 構築, 2022: ⇒}}], evidence: {readings: [card]}}
"2-1": {name: 紙をやめる}
"""


@pytest.fixture
def pages(office: Office, built: Callable[[], Path]) -> list[str]:
    """One page of every kind, each with something on it."""
    (office.folder / "strategy" / "plan.yml").write_text(PLAN, encoding="utf-8")
    publish(
        office,
        "a",
        channels="x, instagram, facebook",
        body="窓口で書く回数を減らします（見本）。\n\n## 変えたこと\n\n- 一つ\n- 二つ\n\nhttps://example.jp/ まで\n",
    )
    publish(office, "b", title="取り下げた投稿（見本）", channels="x")
    take_down(office, "instagram")
    site = built()
    names = [path.relative_to(site).as_posix() for path in sorted(site.rglob("*.html"))]
    assert len(names) == 12
    return names


@pytest.fixture(params=[("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)], ids=lambda p: f"{p[0]}-{p[1]}")
def page(request: pytest.FixtureRequest, chromium: Browser, served: str) -> Iterator[Page]:
    scheme, width = request.param
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=served)
    yield context.new_page()
    context.close()


def test_no_public_page_has_a_barrier_and_the_policy_stops_nothing(page: Page, pages: list[str]) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url} {message.text}"))
    page.on("pageerror", lambda error: said.append(f"{page.url} {error}"))
    found: list[str] = []
    for name in pages:
        page.goto(f"/{name}")
        assert page.locator("body").evaluate("e => getComputedStyle(e).lineHeight") != "normal"  # the style sheet came
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        found += barriers(page)
    assert not found, "\n".join(found)
    # Axe itself is put in by the test, and draws; everything else that is stopped is ours.
    assert [line for line in said if "axe" not in line] == []


def test_every_page_reads_the_same_without_scripts_and_as_a_file(
    chromium: Browser, pages: list[str], served: str, tmp_path: Path
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    bare = context.new_page()
    for name in pages:
        bare.goto(f"{served}/{name}")
        over_http = bare.inner_text("main")
        bare.goto((tmp_path / "site" / name).as_uri())
        assert bare.inner_text("main") == over_http
        assert len(over_http) > 20
    bare.goto(f"{served}/verify.html")
    assert bare.get_by_text("スクリプトが動いていません").is_visible()
    assert not bare.locator("form").is_visible()
    site = tmp_path / "site"
    bare.goto(page_of(site, TITLE).as_uri())
    assert bare.get_by_role("img", name="赤い四角の見本").is_visible()
    assert bare.get_by_role("heading", name="変えたこと").is_visible()
    assert bare.get_by_role("listitem").filter(has_text="二つ").is_visible()
    context.close()


def test_a_keyboard_reaches_the_text_first(chromium: Browser, pages: list[str], served: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{served}/index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "本文へ移る"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    context.close()
