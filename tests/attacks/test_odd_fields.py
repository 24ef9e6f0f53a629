"""Whoever is logged in sends what no browser would: into every address and every field, and gets an answer in words."""

from __future__ import annotations

import pytest

from tests.attacks.test_role_matrix import FIELDS, PEOPLE, Scene, answer, scene, table
from tests.people.browser import Browser

__all__ = ["scene"]

# What the forms of the site ask for, beside what FIELDS has.
MORE = (
    *("title", "measure", "achievement", "lead", "remainder", "answer-1", "publish", "when", "channels", "hashtags", "window"),
    *("do", "theirs", "head", "at", "start", "end", "day", "url", "address", "who", "on_behalf_of", "reference", "version"),
    *("planned", "slot", "paper", "password", "login", "q", "page", "year", "from", "to", "month", "place", "question"),
)
ODD = {
    "nul": ("あ\x00い",),
    "others": ("9" * 5_000, "\x1b[2J\u202e\ufffe", "長い" * 2_000, "[[[[", "2026-13-45T99:99"),
}


def sent(odd: tuple[str, ...]) -> dict[str, str | list[str]]:
    """Another of them in each field, so that each is in many."""
    return {name: odd[number % len(odd)] for number, name in enumerate((*FIELDS, *MORE))}


@pytest.mark.parametrize("name", ODD)
def test_no_field_ends_in_a_fault_of_ours(scene: Scene, web_site: str, name: str) -> None:
    browsers = {person: Browser(web_site) for person in PEOPLE.values()}
    for person, browser in browsers.items():
        if person:
            browser.log_in(person)
        browser.get("/tokens/" if person else "/login/")
    scene.build(browsers["kouhou"])
    broken = []
    for row, cells in table("画面").items():
        method, _, route = row.partition(" ")
        person = next(PEOPLE[column] for column in reversed(cells) if cells[column] in ("○", "入", "×", "―"))
        allowed = [PEOPLE[column] for column in cells if cells[column] == "○"]
        browser, address = browsers[allowed[-1] if allowed else person], scene.fill(route)
        if method == "GET":
            got = browser.session.get(
                browser.base + address,
                params={k: v[:900] for k, v in sent(ODD[name]).items()},
                timeout=20,
                allow_redirects=False,
            )
        else:
            got = answer(browser, method, address, sent(ODD[name]))
        if got.status_code >= 500:
            broken.append(f"{row} {got.status_code}")
    assert not broken, "\n".join(broken)
