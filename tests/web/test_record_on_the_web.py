"""The record of a post and the registers, from the desk."""

from __future__ import annotations

import io
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from bot.services.pages import printed_report
from tests.office import Office
from tests.web.browser import Browser
from tests.web.site import work_on


def test_the_button_gives_one_pdf_with_its_data_and_the_other_one_a_zip(office: Office, officer: Browser) -> None:
    number = office.approved()[0].submission_id
    page = officer.get(f"/history/{number}/").text
    for link in (f"/history/{number}/record/", f"/history/{number}/record/?redacted=1", f"/history/{number}/record/?data=1"):
        assert f'href="{link}"' in page
    got = officer.get(f"/history/{number}/record/")
    assert got.headers["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(got.content)) as pdf:
        assert list(pdf.attachments) == ["record.json"]
    names = zipfile.ZipFile(io.BytesIO(officer.get(f"/history/{number}/record/?data=1").content)).namelist()
    assert names[:2] == ["record.json", "record.html"]


def test_without_pango_the_page_says_so_and_gives_data_and_html(
    office: Office, officer: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken" / "weasyprint.py"
    broken.parent.mkdir()
    broken.write_text("raise OSError('cannot load library libpango-1.0-0')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(broken.parent)
    for name in [n for n in sys.modules if n.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    printed_report.forget()
    number = office.approved()[0].submission_id
    assert "PDF を組む部品（Pango）が入っていません。データと HTML を ZIP で" in officer.get(f"/history/{number}/").text
    got = officer.get(f"/history/{number}/record/")
    assert got.headers["Content-Type"] == "application/zip"
    assert "record.json" in zipfile.ZipFile(io.BytesIO(got.content)).namelist()


def test_the_registers_are_linked_and_say_what_is_undecided(
    office: Office, officer: Browser, leader: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.approved(channels="x")
    office.publish_all()
    page = officer.get("/history/").text
    assert 'href="/history/register/2026.csv"' in page
    assert "transfer.csv" not in page
    assert "まだ決まっていません（仮）" in page
    assert "書かない窓口（見本）" in officer.get("/history/register/2026.csv").text
    assert "register" not in leader.get("/history/").text
    work_on(replace(office.ctx, config=replace(office.ctx.config, record_class="広報", record_years=5)), monkeypatch)
    page = officer.get("/history/").text
    assert 'href="/history/transfer.csv"' in page
    assert officer.get("/history/transfer.csv").text.startswith("\ufeff分類,名称,移管者")
