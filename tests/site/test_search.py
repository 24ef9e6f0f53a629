"""Searching the public site, where Pagefind is installed; and a sentence where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bot.errors import ConfigError
from bot.services.pages import public_search, public_site
from bot.services.records.context import Context
from tests.chromium import barriers
from tests.office import Office
from tests.site.pages import page_of, publish
from tests.site.test_public_site import TITLE

needs_pagefind = pytest.mark.skipif(not public_search.is_available(), reason="pagefind is not installed (dxbot[report])")


@needs_pagefind
def test_a_word_inside_a_japanese_sentence_is_found(
    office: Office, public: Context, tmp_path: Path, served: str, chromium: Browser
) -> None:
    publish(office, "a")
    publish(office, "b", title="別の取組（見本）", channels="x", body="会議の資料を画面で見ます（見本）。\n", images="")
    assert public_site.build(public, tmp_path / "site").searchable
    context = chromium.new_context(base_url=served, viewport={"width": 360, "height": 800})
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.goto("/search.html")
    page.get_by_label("言葉").fill("資料")
    page.get_by_role("button", name="探す").click()
    page.locator("#found li").wait_for()
    assert page.locator("#found a").all_inner_texts() == ["別の取組（見本）"]
    assert [line for line in said if "Content Security" in line] == []
    assert barriers(page) == []
    page.locator("#found a").click()
    assert page.url.endswith(page_of(tmp_path / "site", "別の取組（見本）").name)
    context.close()


@needs_pagefind
def test_an_index_is_made_anew_only_when_a_page_changed(office: Office, public: Context, tmp_path: Path) -> None:
    publish(office, "a")
    public_site.build(public, tmp_path / "site")
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "site" / "pagefind").rglob("*")}
    public_site.build(public, tmp_path / "site")
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "site" / "pagefind").rglob("*")} == stamps


def test_without_it_there_is_no_page_to_search_by_and_all_others_are_there(
    office: Office, public: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_search, "_PARTS", ("no_such_part_of_ours",))
    publish(office, "a")
    assert not public_site.build(public, tmp_path / "site").searchable
    assert not (tmp_path / "site" / "search.html").exists()
    assert "search.html" not in (tmp_path / "site" / "index.html").read_text("utf-8")
    assert page_of(tmp_path / "site", TITLE).is_file()


def test_an_index_that_cannot_be_made_is_told_and_the_pages_stay(
    office: Office, public: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_search, "is_available", lambda: True)
    monkeypatch.setattr("sys.executable", "/bin/false")
    publish(office, "a")
    with pytest.raises(ConfigError, match="pagefind") as told:
        public_site.build(public, tmp_path / "site")
    assert "ほかのページはできています" in told.value.next_step
    assert page_of(tmp_path / "site", TITLE).is_file()
