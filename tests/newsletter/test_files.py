"""The column's files: the approved text to the letter, and a Word file that opens vertical, with ruby."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from lxml import etree

from bot.config import ROOT
from bot.errors import ConfigError, MissingGlyph, StaleApproval
from bot.newsletter import docx, handover
from bot.newsletter.article import Article
from bot.newsletter.profile import Profile, load
from bot.services.newsletter import build_issue
from bot.store.models import Submission
from tests.office import Office

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def profile() -> Profile:
    return load(ROOT / "schedules" / "newsletter.yml")


def parts(path: Path) -> etree._Element:
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read("word/document.xml"))


BODY = "{提言|ていげん}は2022年12月5日です。\n\n## 変えたこと\n\n- 一つ目\n- 二つ目\n"


def test_an_issue_is_built_from_what_was_approved(office: Office, tmp_path: Path) -> None:
    office.approved("one", body=BODY)
    office.submit(office.post("two", title="承認前（見本）"))
    text, word = build_issue(office.ctx, "2026-12", tmp_path)
    shown = text.read_bytes().decode("utf-8-sig")
    assert "｜提言《ていげん》は2022年12月5日です。" in shown
    assert "承認前" not in shown
    assert "◆変えたこと\r\n・一つ目\r\n・二つ目" in shown
    assert word.suffix == ".docx"


def test_while_the_profile_is_provisional_every_file_says_so(office: Office, tmp_path: Path) -> None:
    office.approved(body=BODY)
    text, word = build_issue(office.ctx, "2026-12", tmp_path)
    assert "入稿には使えません" in text.read_bytes().decode("utf-8-sig")
    assert "入稿には使えません" in Document(str(word)).paragraphs[0].text
    assert all("kari" in path.name for path in (text, word))


def test_the_word_file_is_vertical_with_columns_ruby_upright_numbers_and_alt_texts(office: Office, tmp_path: Path) -> None:
    office.approved(body=BODY)
    _, word = build_issue(office.ctx, "2026-12", tmp_path)
    tree = parts(word)
    assert {d.get(f"{W}val") for d in tree.iter(f"{W}textDirection")} == {"tbRl"}
    assert {c.get(f"{W}num") for c in tree.iter(f"{W}cols")} == {"4"}
    (ruby,) = tree.iter(f"{W}ruby")
    assert [t.text for t in ruby.iter(f"{W}t")] == ["ていげん", "提言"]
    upright = [r.find(f"{W}t").text for r in tree.iter(f"{W}r") if r.find(f"{W}rPr/{W}eastAsianLayout") is not None]  # type: ignore[union-attr]
    assert upright == ["12"]
    described = [
        e.get("descr") for e in tree.iter("{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr")
    ]
    assert described == ["赤い四角の見本"]


def test_two_builds_are_equal_to_the_byte(office: Office, tmp_path: Path) -> None:
    office.approved(body=BODY)
    first, second = (build_issue(office.ctx, "2026-12", tmp_path / n) for n in ("a", "b"))
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_a_post_for_another_issue_stays_out(office: Office, tmp_path: Path) -> None:
    office.approved("now")
    office.approved("later", title="次の号の見本", extra="slot: lunch\nnewsletter: {issue: 2027-01}")
    text, _ = build_issue(office.ctx, "2026-12", tmp_path)
    assert "次の号の見本" not in text.read_bytes().decode("utf-8-sig")


def test_what_was_tampered_with_is_not_printed(office: Office, tmp_path: Path) -> None:
    office.approved()
    Submission.objects.update(bundle=Submission.objects.get().bundle.replace("窓口", "裏口"))
    with pytest.raises(StaleApproval):
        build_issue(office.ctx, "2026-12", tmp_path)


def _article(text: str) -> Article:
    return Article(identity="見本", issue="2026-12", title=(), lead=(), body=(), caption="", contact="", handover=text)


def test_a_character_the_encoding_lacks_is_named_never_replaced(profile: Profile) -> None:
    import dataclasses

    narrow = dataclasses.replace(profile, encoding="cp932")
    with pytest.raises(MissingGlyph) as caught:
        handover.text([_article("【本文】\n𠮷野さん")], narrow, "2026-12", "新聞広報")
    assert "𠮷" in caught.value.summary
    assert "U+20BB7" in caught.value.summary


def test_lines_are_counted_paragraph_by_paragraph_without_readings(profile: Profile) -> None:
    text = "【本文】\n" + "あ" * 16 + "\n｜提言《ていげん》\n"
    assert handover.lines_needed(_article(text), profile) == 3


def test_a_horizontal_profile_needs_no_code(profile: Profile) -> None:
    import dataclasses

    data = docx.build([_article("【本文】\nあ")], dataclasses.replace(profile, direction="yoko"), "2026-12", "新聞広報")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"tbRl" not in archive.read("word/document.xml")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("chars: 15", "chars: 多め"),
        ("status: 仮", "status: たぶん"),
        ("encoding: utf-8-sig", "encoding: utf-99"),
        ("size_pt: 10", "point: 10"),
    ],
)
def test_a_wrong_profile_is_named_with_its_item(tmp_path: Path, change: str, word: str) -> None:
    path = tmp_path / "newsletter.yml"
    path.write_text((ROOT / "schedules" / "newsletter.yml").read_text(encoding="utf-8").replace(change, word), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert "newsletter.yml" in caught.value.summary


def test_issues_have_deadlines(profile: Profile) -> None:
    assert profile.issues["2026-12"] == date(2026, 12, 4)
