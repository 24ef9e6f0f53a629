"""An address on paper as a QR code: the same modules in proof, page and picture, whole, and the text around it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pypdfium2 as pdfium
import pytest
import qrcode

from bot.config import ROOT
from bot.content.document import LineBreak, Paragraph, Text
from bot.newsletter import handover, html, pdf, qr, svg
from bot.newsletter.article import Article
from bot.newsletter.issue import Roll
from bot.newsletter.profile import Profile, load
from bot.newsletter.setting import Setting, set_article

EMPTY = Roll(posts=(), lengths=(), missing=(), left_out=())
ADDRESS = "https://www.example.jp/dx/index.html?a=1"


@pytest.fixture(scope="module", params=["tate", "yoko"])
def profile(request: pytest.FixtureRequest) -> Profile:
    return replace(load(ROOT / "schedules" / "newsletter.yml"), addresses="qr", figure=None, direction=request.param)


def setting(profile: Profile, *texts: str) -> Setting:
    body = tuple(Paragraph((Text(text),)) for text in texts)
    article = Article(identity="a", issue="", title=(Text("題"),), lead=(), body=body, caption="", contact="", handover="")
    return set_article(article, profile, ())


def test_the_proof_shows_each_module_where_the_library_has_it(profile: Profile) -> None:
    found = setting(profile, f"くわしくは{ADDRESS}へ。", "つぎの文です。")
    (((column, row), address),) = found.filled.codes
    assert address == ADDRESS
    code = qrcode.QRCode(border=4, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(ADDRESS)
    matrix = code.get_matrix()
    box = qr.box_of(found.grid, column, row)
    assert box.width >= 57 - (profile.pitch_pt - profile.size_pt)
    page = pdfium.PdfDocument(pdf.build([found], profile, "2026-12", "新聞広報"))[0].render(scale=8).to_pil().convert("L")
    size = box.width / len(matrix)
    for x, y in product(range(len(matrix)), repeat=2):
        place = (box.x + 34 + (x + 0.5) * size, box.y + 56 + (y + 0.5) * size)
        assert (page.getpixel((round(place[0] * 8), round(place[1] * 8))) < 128) == bool(matrix[y][x])


def test_page_and_picture_have_the_same_code_and_no_text_runs_through_it(profile: Profile) -> None:
    found = setting(profile, f"くわしくは{ADDRESS}へ。", "つぎの文です。")
    (((column, row), _),) = found.filled.codes
    box = qr.box_of(found.grid, column, row)
    assert qr.path(ADDRESS, box) in svg.draw(found, profile)
    page = html.preview([found], profile, "2026-12", "新聞広報", ROOT / "templates").decode()
    assert qr.path(ADDRESS, replace(box, x=0.0, y=0.0)) in page
    rows = range(row, row + qr.rows_of(profile.pitch_pt))
    assert not [p for p in found.placed if p.column == column and p.row in rows]
    assert "".join(p.line.text for p in found.placed).replace("　", "").startswith("くわしくはhttps://www.")


def test_lead_and_contact_have_theirs_and_a_line_end_ends_an_address(profile: Profile) -> None:
    broken = Paragraph((Text("https://a.jp/b"), LineBreak(), Text("123へ")))
    article = replace(
        setting(profile).article, lead=(Text(f"{ADDRESS} を見て"),), body=(broken,), contact="市民課 https://a.jp/c"
    )
    found = set_article(article, profile, ())
    addresses = [address for _, address in found.filled.codes]
    assert addresses == [ADDRESS, "https://a.jp/b", "https://a.jp/c"]
    # Who pours the text anew is told of them.
    sheet = handover.text([found], profile, "2026-12", "新聞広報", EMPTY).decode("utf-8-sig").partition("【割付】")[2]
    assert [address for address in addresses if f"QRコード　{address}（" in sheet] == addresses


def test_a_code_is_never_torn_between_columns(profile: Profile) -> None:
    for count in range(20):
        found = setting(profile, *["短い文です。"] * count, f"{ADDRESS}を見てください。")
        (((_, row), _),) = found.filled.codes
        assert row + qr.rows_of(profile.pitch_pt) <= profile.lines


def test_a_paper_without_codes_has_none_and_a_mail_address_is_none(profile: Profile) -> None:
    assert setting(replace(profile, addresses="written"), ADDRESS).filled.codes == ()
    assert setting(profile, "a@example.jp へ").filled.codes == ()
