"""Short and unusual posts are printed as any other: nothing is lost, and nothing stops."""

from __future__ import annotations

import ctypes
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest

from bot.newsletter import handover
from bot.services.paper.issues import export
from tests.office import Office


def drawn(file: Path) -> Iterator[str]:
    """In the order in which it was drawn, whatever a reader makes of where it stands."""
    page = pdfium.PdfDocument(file)[0]
    text, room = page.get_textpage(), (ctypes.c_ushort * 100)()
    for piece in page.get_objects([pdfium_c.FPDF_PAGEOBJ_TEXT]):
        length = pdfium_c.FPDFTextObj_GetText(piece.raw, text.raw, room, 100)
        yield bytes(room)[:length].decode("utf-16-le").rstrip("\0")


def printed(office: Office, folder: Path) -> tuple[str, str, str]:
    """The proof's text, the hand-over and the tagged text."""
    files = {p.name.partition("kari")[2]: p for p in export(office.ctx, "2026-12", folder)}
    page = "".join(drawn(files[".pdf"]))
    tagged = files["-indesign.txt"].read_bytes().decode("utf-16")
    return "".join(page.split()), files[".txt"].read_text("utf-8-sig"), tagged


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("リードだけです。", "リードだけです。"),
        ("**太字だけの一行**", "太字だけの一行"),
        ("リード。\n\n**太字だけの一行**", "太字だけの一行"),
        ("- 一つ\n- 二つ", "▽二つ"),
        ("> 引用だけ", "引用だけ"),
        ("あ\n\n## 終わりの見出し", "終わりの見出し"),
        ("〳〵、ℓ、€、—あ—", "ℓ、€、"),
    ],
)
def test_a_post_of_almost_nothing_is_printed(office: Office, tmp_path: Path, body: str, shown: str) -> None:
    office.approved(body=body)
    assert shown in printed(office, tmp_path)[0]


def test_the_hand_over_keeps_emphasis_quotation_and_ruby_and_says_by_which_rules_the_proof_was_set(
    office: Office, tmp_path: Path
) -> None:
    office.approved(body="リード。\n\nこれは**大切な**{提言|ていげん}。ﾃﾞｰﾀ、が\n\n> 引いた言葉\n> 二行目\n")
    _, text, tagged = printed(office, tmp_path)
    text = text.replace("\r\n", "\n")
    assert "これは［＃太字］大切な［＃太字終わり］｜提言《ていげん》。データ、が" in text
    assert "［＃ここから引用］\n引いた言葉" in text
    assert "<CharStyle:強調>大切な<CharStyle:>" in tagged
    assert "<ParaStyle:引用>引いた言葉" in tagged
    assert "データ、が" in tagged
    sheet = text.partition("【割付】")[2]
    assert [line.partition("　")[0] for line in sheet.strip().split("\n")][4:10] == [
        *("禁則", "ぶら下げ", "数字", "時刻", "単位", "組み方の印")
    ]
    assert handover._bare("［＃太字］大切な［＃太字終わり］｜提言《ていげん》") == "大切な提言"  # what is counted


def test_dots_stand_beside_what_is_set_off_and_reach_every_file(office: Office, tmp_path: Path) -> None:
    office.approved(body="リード。\n\n*大切、な*ことで、**太字**です。\n")
    proof, text, tagged = printed(office, tmp_path)
    assert "大﹅切﹅、な﹅こと" in proof
    assert "［＃傍点］大切、な［＃傍点終わり］" in text
    assert "<CharStyle:圏点>大切、な<CharStyle:>" in tagged
    word = zipfile.ZipFile(next(tmp_path.glob("*.docx"))).read("word/document.xml").decode()
    assert word.count('<w:em w:val="comma"/>') == 1
    assert "<em>大切、な</em>" in next(tmp_path.glob("*-article.html")).read_text("utf-8")


def test_a_text_for_the_paper_alone_is_what_is_set(office: Office, tmp_path: Path) -> None:
    office.approved(
        body="絵文字\U0001f600の本文。",
        extra="contact: 市民課\nnewsletter:\n  text: |\n    紙面だけの文です。\n    ◆小さな見出し\n    つづき",
    )
    proof, text, tagged = printed(office, tmp_path)
    assert "紙面だけの文です。小さな見出し" in proof.replace("　", "")
    assert "市民課" not in proof
    assert "<ParaStyle:小見出し>小さな見出し" in tagged
    assert "紙面だけの文です。\r\n◆小さな見出し\r\nつづき" in text.replace("\r\n", "\n").replace("\n", "\r\n")


def test_a_list_begins_where_its_author_says(office: Office, tmp_path: Path) -> None:
    office.approved(body="リード。\n\n5. 五番目\n6. 六番目\n")
    proof, text, tagged = printed(office, tmp_path)
    assert "⑤五番目" in proof
    assert "⑥六番目" in proof
    assert "5. 五番目\n6. 六番目" in text.replace("\r\n", "\n")
    assert "⑤五番目" in tagged
