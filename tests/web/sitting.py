"""Somebody at the desk in a real browser, by hand or by keys alone: what they press, the pages that come, and the seconds."""

from __future__ import annotations

import re
import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page

from bot.config import ROOT
from tests.chromium import log_in

MOST_TABS = 200
_MOST_OPTIONS = 60


class Person:
    """Presses what they see, and counts. Signing in is not counted."""

    def __init__(self, page: Page, keys: bool) -> None:
        self.page, self.keys = page, keys
        self.clicks = self.loads = 0
        self._begun = time.monotonic()
        page.on("domcontentloaded", self._count)

    def _count(self, page: Page) -> None:
        self.loads += not urlsplit(page.url).path.endswith(".pdf")  # a file is no page

    @property
    def seconds(self) -> float:
        """Since they began; of two who wait for each other the first one's waiting is counted, too."""
        return time.monotonic() - self._begun

    def begin(self, name: str = "kouhou") -> None:
        log_in(self.page, name)
        self.page.wait_for_load_state("networkidle")
        self.clicks = self.loads = 0
        self._begun = time.monotonic()

    def press(self, what: Locator, key: str = "Enter") -> None:
        self.clicks += 1
        if self.keys:
            self._walk_to(what)
            self.page.keyboard.press(key)
        else:
            what.click()

    def _walk_to(self, what: Locator) -> None:
        """With Tab from where the focus is."""
        wanted = what.element_handle()
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("(e) => document.activeElement === e", wanted):
                return
        pytest.fail(f"{what} cannot be reached by Tab")

    def button(self, name: str) -> None:
        self.press(self.page.get_by_role("button", name=name, exact=True))

    def link(self, name: str) -> None:
        self.press(self.page.get_by_role("link", name=re.compile(name)).first)

    def tick(self, what: Locator) -> None:
        self.press(what, " ")

    def back(self) -> None:
        self.clicks += 1
        self.page.go_back()

    def write(self, what: Locator, text: str) -> None:
        """Instead of what stands there. Typing is no click."""
        if self.keys:
            self._walk_to(what)
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(text)
        else:
            what.fill(text)

    def choose(self, what: Locator, option: str) -> None:
        self.clicks += 1
        if not self.keys:
            what.select_option(label=option)
            return
        self._walk_to(what)
        for _ in range(_MOST_OPTIONS):
            if what.evaluate("(e) => e.selectedOptions[0].label") == option:
                return
            self.page.keyboard.press("ArrowDown")
        pytest.fail(f"{option} cannot be chosen by the arrow keys")


def needed(*people: Person) -> tuple[int, int]:
    """Clicks and page loads of them all until now; with the seconds they are printed, too."""
    for one in people:
        one.page.wait_for_load_state()
    clicks, loads = sum(one.clicks for one in people), sum(one.loads for one in people)
    print(f"{clicks} clicks, {loads} loads, {sum(one.seconds for one in people):.1f} s")  # noqa: T201 a table for people
    return clicks, loads


def written(story: str) -> tuple[int, int]:
    """Clicks and page loads of a story as docs/desk.md has them."""
    rows = re.findall(
        r"^\| (.+?) \| .+? \| (\d+) \| (\d+) \| [\d.]+ \|$",
        (ROOT / "docs" / "desk.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    return next((int(clicks), int(loads)) for name, clicks, loads in rows if name == story)
