"""The page of the accounts behind the channels."""

from __future__ import annotations

from datetime import timedelta

from tests.office import TUESDAY, Office
from tests.web.browser import Browser


def test_it_says_whose_the_keys_are_what_they_may_do_and_until_when(officer: Browser, office: Office) -> None:
    assert "まだ確かめていません" in officer.get("/connections/").text
    office.sandbox.choose(x_access="read", meta_tokens_end_at=(TUESDAY + timedelta(days=9)).isoformat())
    office.runner().ask()
    shown = officer.get("/connections/").text
    for words in ("x:1500000000000000001", "足りない権限：read-write", "2026年12月10日", "100回のうち0回", "0米ドル"):
        assert words in shown
    assert 'aria-current="page"' in shown
