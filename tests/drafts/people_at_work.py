"""People at a browser, for the stories of the desk: wide and on a phone, with and without scripts, by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.chromium import log_in

SLOW = 15_000  # milliseconds: a loaded machine
WIDE, PHONE = {"width": 1280, "height": 720}, {"width": 390, "height": 844}
WAYS = {
    "wide": {"viewport": WIDE},
    "phone": {"viewport": PHONE, "has_touch": True},
    "without scripts": {"viewport": WIDE, "java_script_enabled": False},
    "phone without scripts": {"viewport": PHONE, "java_script_enabled": False},
}


@pytest.fixture
def signed_in(people: None, chromium: Browser, web_site: str) -> Iterator[Callable[..., BrowserContext]]:
    made: list[BrowserContext] = []

    def context(person: str, **options: Any) -> BrowserContext:
        made.append(chromium.new_context(base_url=web_site, **options))
        page = made[-1].new_page()
        log_in(page, person)
        page.close()
        return made[-1]

    yield context
    for one in made:
        one.close()


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> dict[str, Any]:
    return WAYS[request.param]


def scripted(way: dict[str, Any]) -> bool:
    """axe waits for a timer, which a page without scripts does not have."""
    return bool(way.get("java_script_enabled", True))


def press(page: Page, wanted: Locator, *, at_most: int = 150) -> None:
    """Go there with the Tab key alone, and press Enter."""
    reach(page, wanted, at_most=at_most)
    page.keyboard.press("Enter")


def reach(page: Page, wanted: Locator, *, at_most: int = 150) -> None:
    """Raises AssertionError where the Tab key does not lead there."""
    handle = wanted.element_handle()
    for _ in range(at_most):
        if page.evaluate("(e) => document.activeElement === e", handle):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {wanted}")
