"""A link of the front matter on a paper that prints no addresses."""

from __future__ import annotations

import json

from tests.checks.test_examples import Desk, desk
from tests.office import write_post

__all__ = ["desk"]


def told(desk: Desk, extra: str) -> list[tuple[str, int, str]]:
    path = write_post(desk.content, extra=f"link: https://example.lg.jp/a\n{extra}", channels="newsletter", body="窓口です。\n")
    found = json.loads(desk.run("check", str(path), "--json").output)
    return [(f["rule"], f["line"], f["advice"]) for f in found if f["rule"].startswith(("paper", "left-out"))]


def test_a_link_that_the_paper_refuses_is_told_at_the_link_and_can_be_left_out_there(desk: Desk) -> None:
    ((rule, line, advice),) = told(desk, "")
    assert (rule, line) == ("paper.glyph", 9)
    assert "newsletter: {link: false}" in advice
    assert told(desk, "newsletter: {link: false}") == []
