"""The column's files: the approved text to the letter, and a Word file that opens vertical, with ruby."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from pathlib import Path

import pytest
from docx import Document
from lxml import etree

from bot.config import ROOT
from bot.errors import ConfigError, MissingGlyph, StaleApproval
from bot.newsletter import docx, handover
from bot.newsletter.article import Article
from bot.newsletter.issue import Roll
from bot.newsletter.profile import Profile, load
from bot.newsletter.setting import Setting, set_article
from bot.services.paper.issues import export
from bot.store.models import Submission
from tests.office import Office

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


EMPTY = Roll(posts=(), lengths=(), missing=(), left_out=())


@pytest.fixture
def profile() -> Profile:
    return load(ROOT / "schedules" / "newsletter.yml")


def parts(path: Path) -> etree._Element:
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read("word/document.xml"))


def built(office: Office, folder: Path) -> tuple[Path, Path]:
    """The hand-over text and the Word file among the issue's files."""
    paths = {path.name: path for path in export(office.ctx, "2026-12", folder)}
    return paths["column-2026-12-kari.txt"], paths["column-2026-12-kari.docx"]


BODY = "{提言|ていげん}は2022年12月5日です。\n\n## 変えたこと\n\n- 一つ目\n- 二つ目\n"


def test_an_issue_is_built_from_what_was_approved(office: Office, tmp_path: Path) -> None:
    office.approved("one", body=BODY)
    office.submit(office.post("two", title="承認前（見本）"))
    text, word = built(office, tmp_path)
    shown = text.read_bytes().decode("utf-8-sig")
    assert "｜提言《ていげん》は2022年12月5日です。" in shown
    assert "承認前" not in shown
    assert "◆変えたこと\r\n・一つ目\r\n・二つ目" in shown
    assert word.suffix == ".docx"


def test_while_the_profile_is_provisional_every_file_says_so(office: Office, tmp_path: Path) -> None:
    office.approved(body=BODY)
    text, word = built(office, tmp_path)
    assert "入稿には使えません" in text.read_bytes().decode("utf-8-sig")
    assert "入稿には使えません" in Document(str(word)).paragraphs[0].text
    assert all("kari" in path.name for path in (text, word))


def test_the_word_file_is_vertical_with_columns_ruby_upright_numbers_and_alt_texts(office: Office, tmp_path: Path) -> None:
    office.approved(body=BODY)
    _, word = built(office, tmp_path)
    tree = parts(word)
    assert {d.get(f"{W}val") for d in tree.iter(f"{W}textDirection")} == {"tbRl"}
    assert [c.get(f"{W}num") for c in tree.iter(f"{W}cols")] == ["1", "1", "4"]
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
    first, second = (export(office.ctx, "2026-12", tmp_path / n) for n in ("a", "b"))
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_a_post_for_another_issue_stays_out(office: Office, tmp_path: Path) -> None:
    office.approved("now")
    office.approved("later", title="次の号の見本", extra="slot: lunch\nnewsletter: {issue: 2027-01}")
    text, _ = built(office, tmp_path)
    assert "次の号の見本" not in text.read_bytes().decode("utf-8-sig")


def test_what_was_tampered_with_is_not_printed(office: Office, tmp_path: Path) -> None:
    office.approved()
    Submission.objects.update(bundle=Submission.objects.get().bundle.replace("窓口", "裏口"))
    with pytest.raises(StaleApproval):
        export(office.ctx, "2026-12", tmp_path)


def _setting(text: str, profile: Profile) -> Setting:
    article = Article(identity="見本", issue="2026-12", title=(), lead=(), body=(), caption="", contact="", handover=text)
    return set_article(article, profile, ())


def test_a_character_the_encoding_lacks_is_named_never_replaced(profile: Profile) -> None:
    narrow = dataclasses.replace(profile, encoding="cp932")
    with pytest.raises(MissingGlyph) as caught:
        handover.text(
            [_setting("【本文】\n𠮷野さん", narrow)],
            narrow,
            "2026-12",
            "新聞広報",
            EMPTY,
        )
    assert "流し込み原稿の「𠮷野さん」にある「𠮷」（U+20BB7）" in caught.value.summary


def test_a_character_of_a_correction_that_the_encoding_lacks_is_named_too(profile: Profile) -> None:
    narrow = dataclasses.replace(profile, encoding="cp932")
    setting = _setting("【本文】\nあ", narrow)
    wrong = dataclasses.replace(setting, article=dataclasses.replace(setting.article, corrections=("𠮷野さんです。",)))
    with pytest.raises(MissingGlyph) as caught:
        handover.text([wrong], narrow, "2026年12月号", "新聞広報", EMPTY)
    assert "流し込み原稿の「𠮷野さんです。」にある「𠮷」" in caught.value.summary


def test_a_horizontal_profile_needs_no_code(profile: Profile) -> None:
    yoko = dataclasses.replace(profile, direction="yoko")
    data = docx.build([_setting("【本文】\nあ", yoko)], yoko, "2026-12", "新聞広報")
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


LONG = "## 何を変えたか\n\n窓口で書く回数を、これまでのデータを見ながら、少しずつ減らしていきます。\n\n" * 13


def test_the_files_of_an_issue_tell_the_same_fit(office: Office, tmp_path: Path) -> None:
    office.approved(body=LONG, channels="newsletter")
    paths = {path.name.removeprefix("column-2026-12-kari"): path for path in export(office.ctx, "2026-12", tmp_path)}
    assert set(paths) == {".pdf", ".html", "-article.html", "-fit.json", ".txt", "-indesign.txt", "-trial.idml", ".docx"}
    (fit,) = json.loads(paths["-fit.json"].read_text(encoding="utf-8"))["articles"]
    assert fit["overflow"]
    assert f"行数　{fit['summary']}" in paths[".txt"].read_bytes().decode("utf-8-sig")
    assert fit["summary"] in paths[".html"].read_text(encoding="utf-8")
    assert fit["summary"] in Document(str(paths[".docx"])).paragraphs[1].text


def test_an_overflowing_article_comes_with_the_documented_ways_out_in_order(office: Office, tmp_path: Path) -> None:
    office.approved(body=LONG, channels="newsletter")
    (fit_path,) = [p for p in export(office.ctx, "2026-12", tmp_path) if p.suffix == ".json"]
    (fit,) = json.loads(fit_path.read_text(encoding="utf-8"))["articles"]
    assert fit["over"] > 0
    labels = [knob["label"][:4] for knob in fit["knobs"]]
    assert labels == ["写真・図", "句読点の", "禁則を新", "小見出し"][: len(labels)]
    assert labels


def test_the_preview_shows_each_line_hidden_from_screen_readers_and_the_article_to_read(office: Office, tmp_path: Path) -> None:
    office.approved(body=BODY, title="書かない<窓口>")
    page = etree.HTML(next(p for p in export(office.ctx, "2026-12", tmp_path) if p.name.endswith("kari.html")).read_bytes())
    (sheet,) = page.xpath('//div[@class="sheet"]')
    assert sheet.get("aria-hidden") == "true"
    lines = ["".join(line.itertext()) for line in sheet.xpath('./div[starts-with(@class, "line")]')]
    assert "書かない＜窓口＞" in "".join(lines)
    assert all(len(line) <= 15 + 4 for line in lines if "提言" not in line)
    (article,) = page.xpath("//article")
    assert article.xpath("./h2/text()") == ["書かない<窓口>"]
    assert article.xpath("./p//ruby/rt/text()") == ["ていげん"]
    assert article.xpath("./ul/li/text()") == ["一つ目", "二つ目"]
    assert article.xpath("./figure/img/@alt") == ["赤い四角の見本"]
    assert "2022年12月5日" in "".join(article.itertext())


def test_nothing_is_written_when_one_file_cannot_be_made(office: Office, tmp_path: Path) -> None:
    office.approved_unprintable(body="絵文字\U0001f642があります。")
    with pytest.raises(MissingGlyph):
        export(office.ctx, "2026-12", tmp_path / "out")
    assert not (tmp_path / "out").exists()
