"""The guide for the PR office tells of every setting and every file that there is."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from bot.config import ROOT
from bot.newsletter.cells import Style, text_units
from bot.newsletter.numerals import NumberStyle
from bot.newsletter.profile import Profile
from bot.services.paper.issues import export
from tests.office import Office

GUIDE = (ROOT / "docs" / "newsletter.md").read_text(encoding="utf-8")


def test_every_setting_is_told_and_no_other() -> None:
    table = GUIDE[GUIDE.index("## 設定") : GUIDE.index("### 禁則")]
    told = {key for row in table.splitlines() for key in re.findall(r"`([a-z_]+)`", row.split("|")[1] if "|" in row else "")}
    assert told == {f.name for f in fields(Profile)} - {"arrangements"}


def test_every_file_of_an_issue_is_told(office: Office, tmp_path: Path) -> None:
    office.approved(channels="newsletter")
    table = GUIDE[GUIDE.index("## できるファイル") : GUIDE.index("校正刷りと組み見本は")]
    told = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
    assert sorted(told) == sorted(p.name.removeprefix("column-2026-12-kari") for p in export(office.ctx, "2026-12", tmp_path))


ROWS = re.findall(r"^\| `(arabic_tcy|kanji_\w+)` \| (.+) \|$", GUIDE, re.MULTILINE)


@pytest.mark.parametrize(("numbers", "row"), ROWS, ids=[name for name, _ in ROWS])
def test_numbers_are_set_as_the_guide_shows(numbers: NumberStyle, row: str) -> None:
    style = Style(direction="tate", numbers=numbers)
    sources = ("23", "448,702", "46.5%", "2022年")
    shown = ["".join(u.text for u in text_units(source, style)) for source in sources]
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    assert [s.translate(wide) for s in shown] == [s.replace("（縦中横）", "").translate(wide) for s in row.split(" | ")]
