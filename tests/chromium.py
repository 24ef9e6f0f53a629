"""A real browser, for what only a browser shows: contrast, layout, the keyboard, scripts and their absence."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.browser import PASSWORD

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE = {"runOnly": _RULES, "rules": {"target-size": {"enabled": True}}}  # which is off unless it is asked for by name
_RUNS_OFF = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
_WIDE = """[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
    .slice(-1).map((e) => e.outerHTML.slice(0, 160)).join()"""
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Headless. Without one the tests are skipped, but not where everything must run (DXBOT_REQUIRE_ALL=1)."""
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if path is None:
        missing = "no Chromium on this machine: install the package chromium (apt-get install chromium)"
        if os.environ.get("DXBOT_REQUIRE_ALL") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    # Playwright keeps an event loop in this thread, which Django would take for a place where the database must not be used.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=path, args=_QUIET)
        yield browser
        browser.close()


def log_in(page: Page, person: str) -> None:
    """With the password alone, as far as the first page; scripts or not."""
    page.goto("/login/")
    page.get_by_label("利用者名").fill(person)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログイン", exact=True).click()
    page.wait_for_url(re.compile(r":\d+/$"))


def fits(page: Page) -> bool:
    """Nothing runs off the side."""
    return not page.evaluate(_RUNS_OFF)


def barriers(page: Page) -> list[str]:
    """What axe finds, what runs off the side, and what shows though it is hidden. axe waits for a timer: without scripts it
    would wait for ever."""
    results: Any = Axe().run(page, options=_AXE).response
    found = [
        f"{page.url} {v['id']} {node['html'][:160]} {node['failureSummary'][:300]}"
        for v in results["violations"]
        for node in v["nodes"]
    ]
    shown = page.locator("[hidden]").filter(visible=True).evaluate_all("all => all.map((e) => e.outerHTML)")
    found += [f"{page.url} shows what is hidden: {each}" for each in shown]
    return found + ([] if fits(page) else [f"{page.url} is wider than the window: {page.evaluate(_WIDE)}"])
