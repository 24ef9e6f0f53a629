"""The proof read back by another program: every line where the composer put it, vertical glyphs, one file from one text."""

from __future__ import annotations

import ctypes
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil, pi
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
from PIL import Image

from bot.config import ROOT
from bot.content.document import Block, Heading, ItemList, Paragraph, Ruby, Strong, Text
from bot.errors import MissingGlyph
from bot.newsletter import pdf
from bot.newsletter.article import Article
from bot.newsletter.profile import Profile, load
from bot.newsletter.setting import Setting, set_article
from bot.render.variant import Media

BODY = (
    "カードを持つ人が少ないと、カードで使えるサービスを広げにくくなります。2022年12月5日の時点で、448,702人のうち"
    "208,794人（46.5%）です。「書かない窓口」は、DXの第1歩。きょう、VoiceTraを置きました！ 次は……どうしますか？"
)


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load(ROOT / "schedules" / "newsletter.yml")


def picture() -> Media:
    data = io.BytesIO()
    Image.new("RGB", (300, 200), "red").save(data, "JPEG")
    return Media(file="a.jpg", alt="赤い四角の見本", width=300, height=200, sha256="", data=data.getvalue())


def article(*blocks: Block, title: str = "書かない窓口、11月から", media: tuple[Media, ...] = ()) -> Article:
    return Article(
        identity="見本",
        issue="2026-12",
        title=(Text(title),),
        lead=(Text("窓口で書く回数を減らしました。"),),
        body=blocks,
        caption="赤い四角（市民課）",
        contact="市民課",
        handover="",
        media=media,
    )


def full(profile: Profile) -> Setting:
    ruby = Ruby("提言", ("ていげん",))
    blocks: tuple[Block, ...] = (
        Paragraph((Text("次の"), ruby, Text(BODY))),
        Heading(2, (Text("変えたこと"),)),
        ItemList(((Text("一つ目の"), Strong((Text("大切な"),)), Text("項目です")), (Text("二つ目"),))),
        *[Paragraph((Text(BODY),))] * 3,
    )
    return set_article(article(*blocks, media=(picture(),)), profile, ())


@dataclass(frozen=True)
class Glyph:
    """`x` and `y` of its origin, in points from the page's upper left corner."""

    text: str
    x: float
    y: float
    size: float
    angle: float


def glyphs(data: bytes, page: int = 0) -> Iterator[Glyph]:
    """In the order of the page's content, as the PDF engine of Chromium reads them."""
    sheet = pdfium.PdfDocument(data)[page]
    text = sheet.get_textpage()
    x, y = ctypes.c_double(), ctypes.c_double()
    for n in range(text.count_chars()):
        if pdfium_c.FPDFText_IsGenerated(text.raw, n):
            continue
        pdfium_c.FPDFText_GetCharOrigin(text.raw, n, x, y)
        yield Glyph(
            chr(pdfium_c.FPDFText_GetUnicode(text.raw, n)),
            x.value,
            sheet.get_height() - y.value,
            pdfium_c.FPDFText_GetFontSize(text.raw, n),
            pdfium_c.FPDFText_GetCharAngle(text.raw, n),
        )


def frame_corner(data: bytes) -> tuple[float, float]:
    """The upper left corner of the frame's outline, less the margin between outline and text."""
    sheet = pdfium.PdfDocument(data)[0]
    paths = [o for o in sheet.get_objects() if o.type == pdfium_c.FPDF_PAGEOBJ_PATH]
    left, _, _, top = max((o.get_bounds() for o in paths), key=lambda b: b[2] - b[0] + b[3] - b[1])
    return left + 6.8, sheet.get_height() - top + 6.8


def lines(data: bytes, profile: Profile, page: int = 0) -> dict[tuple[int, float], str]:
    """The text of each line of vertical type in the text's size, by column and (half) row, found by arithmetic alone."""
    left, top = frame_corner(data)
    right = left + profile.lines * profile.pitch_pt + (profile.pitch_pt - profile.size_pt) / 2
    found: dict[tuple[int, float], list[Glyph]] = defaultdict(list)
    for glyph in glyphs(data, page):
        if glyph.size == profile.size_pt:
            column = int((glyph.y - top) // (profile.chars * profile.size_pt + profile.gap_pt))
            row = ceil(2 * (right - glyph.x - 0.1) / profile.pitch_pt) / 2 - 1
            found[column, row].append(glyph)
    return {place: "".join(g.text for g in sorted(line, key=lambda g: (g.y, g.x))) for place, line in found.items()}


def test_every_line_stands_where_the_composer_put_it(profile: Profile) -> None:
    setting = full(profile)
    data = pdf.build([setting], profile, "2026-12", "新聞広報")
    expected = {(p.column, p.row): p.line.text.replace("　", "") for p in setting.placed}
    assert {place: text.replace("　", "") for place, text in lines(data, profile).items()} == expected


def test_each_character_begins_a_whole_cell_below_the_head_of_its_column(profile: Profile) -> None:
    shown = replace(article(Paragraph((Text("市役所の窓口で" * 6),))), lead=())
    data = pdf.build([set_article(shown, profile, ())], profile, "2026-12", "新聞広報")
    _, top = frame_corner(data)
    baseline = 0.88 * profile.size_pt
    cells = [(g.y - baseline - top) / profile.size_pt for g in glyphs(data) if g.size == profile.size_pt]
    assert len(cells) > 40
    assert all(abs(c - round(c)) < 0.05 for c in cells)


def test_a_reading_stands_small_to_the_right_of_its_word(profile: Profile) -> None:
    setting = set_article(article(Paragraph((Text("これは"), Ruby("提言", ("ていげん",)), Text("です")))), profile, ())
    found = list(glyphs(pdf.build([setting], profile, "2026-12", "新聞広報")))
    base = [g for g in found if g.text in "提言" and g.size == profile.size_pt]
    reading = [g for g in found if g.size < 0.6 * profile.size_pt and g.text in "ていげん"]
    assert "".join(g.text for g in reading) == "ていげん"
    assert all(r.x >= base[0].x + profile.size_pt - 0.1 for r in reading)
    top = base[0].y - 0.88 * profile.size_pt
    assert all(top - 0.1 <= r.y <= top + 2 * profile.size_pt + 0.1 for r in reading)


def ink(data: bytes, character: str) -> tuple[float, float, float, float]:
    """Where the ink of the only such character lies in its cell: left, top, right, bottom, as shares of the cell."""
    scale, size = 20, 10.0
    (glyph,) = [g for g in glyphs(data) if g.text == character and g.size == size]
    x, y = glyph.x, glyph.y - 0.88 * size
    page = pdfium.PdfDocument(data)[0].render(scale=scale).to_pil().convert("L")
    cell = page.crop((round(x * scale), round(y * scale), round((x + size) * scale), round((y + size) * scale)))
    box = cell.point(lambda v: 255 if v < 128 else 0).getbbox()
    assert box
    return box[0] / 200, box[1] / 200, box[2] / 200, box[3] / 200


@pytest.fixture(scope="module")
def punctuation() -> dict[str, bytes]:
    vertical = load(ROOT / "schedules" / "newsletter.yml")
    shown = article(Paragraph((Text("市、市。市ー市（市っ市"),)), title="見出し")
    shown = replace(shown, lead=(), contact="")
    return {
        direction: pdf.build([set_article(shown, chosen, ())], chosen, "2026-12", "新聞広報")
        for direction, chosen in (("tate", vertical), ("yoko", replace(vertical, direction="yoko")))
    }


@pytest.mark.parametrize("stop", ["、", "。", "っ"])
def test_stops_and_small_kana_stand_to_the_upper_right_in_vertical_writing(punctuation: dict[str, bytes], stop: str) -> None:
    tate, yoko = ink(punctuation["tate"], stop), ink(punctuation["yoko"], stop)
    assert tate[0] > yoko[0]
    assert tate[3] < yoko[3]


@pytest.mark.parametrize("turned", ["ー", "（"])
def test_dashes_and_brackets_are_turned_in_vertical_writing(punctuation: dict[str, bytes], turned: str) -> None:
    def tall(box: tuple[float, float, float, float]) -> bool:
        return box[3] - box[1] > box[2] - box[0]

    assert tall(ink(punctuation["tate"], turned)) != tall(ink(punctuation["yoko"], turned))


def test_two_digits_stand_side_by_side_in_one_cell_and_a_word_lies_along_the_line(profile: Profile) -> None:
    setting = set_article(article(Paragraph((Text("月12日とVoiceTra"),)), title="見出し"), profile, ())
    found = [g for g in glyphs(pdf.build([setting], profile, "2026-12", "新聞広報")) if g.size == profile.size_pt]
    one, two = (next(g for g in found if g.text == d) for d in "12")
    assert one.y == two.y
    assert 0 < two.x - one.x <= profile.size_pt / 2 + 0.1
    turned = [g for g in found if abs(g.angle - pi / 2) < 0.01]
    assert "".join(g.text for g in turned) == "VoiceTra"
    assert [g.y for g in turned] == sorted(g.y for g in turned)


def test_the_fonts_are_embedded(profile: Profile) -> None:
    data = pdf.build([full(profile)], profile, "2026-12", "新聞広報")
    sheet = pdfium.PdfDocument(data)[0]
    texts = [o for o in sheet.get_objects() if o.type == pdfium_c.FPDF_PAGEOBJ_TEXT]
    assert texts
    assert all(pdfium_c.FPDFFont_GetIsEmbedded(pdfium_c.FPDFTextObj_GetFont(o.raw)) == 1 for o in texts)


def test_one_text_is_one_file(profile: Profile) -> None:
    first, second = (pdf.build([full(profile)], profile, "2026-12", "新聞広報") for _ in range(2))
    assert first == second


def test_what_overflows_is_printed_whole_on_a_page_of_its_own(profile: Profile) -> None:
    narrow = replace(profile, columns=2, figure=None)
    setting = set_article(article(*[Paragraph((Text(BODY),))] * 6), narrow, ())
    assert setting.fit.over > 0
    data = pdf.build([setting], narrow, "2026-12", "新聞広報")
    assert len(pdfium.PdfDocument(data)) == 2
    found = lines(data, narrow, 1)
    shown = "".join(found[place] for place in sorted(found))
    assert shown.replace("　", "") == setting.fit.overflow.replace("\n", "").replace("　", "")


def test_while_the_profile_is_provisional_each_page_says_so(profile: Profile) -> None:
    def shown(chosen: Profile) -> str:
        return "".join(g.text for g in glyphs(pdf.build([full(chosen)], chosen, "2026-12", "新聞広報")))

    assert "【仮】紙面の寸法を確かめていないため、入稿には使えません" in shown(profile)
    assert "仮" not in shown(replace(profile, status="確定"))


@pytest.mark.parametrize(
    ("block", "title", "where", "character"),
    [
        (Paragraph((Text("本文に\U0001f642がある"),)), "見出し", "段目", "\U0001f642"),
        (Paragraph((Text("本文"),)), "見出し\U0001f642", "見出し", "\U0001f642"),
        (Paragraph((Text("渡辺\U000e01efさん"),)), "見出し", "段目", "辺\U000e01ef"),
        (Paragraph((Ruby("提言", ("て\U0001f642",)),)), "見出し", "段目", "\U0001f642"),
    ],
)
def test_a_character_the_typeface_lacks_is_named_with_its_place(
    profile: Profile, block: Block, title: str, where: str, character: str
) -> None:
    setting = set_article(article(block, title=title), profile, ())
    with pytest.raises(MissingGlyph) as caught:
        pdf.build([setting], profile, "2026-12", "新聞広報")
    assert f"「{character}」" in caught.value.summary
    assert where in caught.value.summary


@pytest.mark.parametrize(
    "change",
    [
        {"chars: 15 ": "chars: 13 ", "lines: 20 ": "lines: 35 ", "columns: 4 ": "columns: 5 "},
        {"chars: 15 ": "chars: 12 ", "lines: 20 ": "lines: 33 ", "columns: 4 ": "columns: 5 "},
        {
            "direction: tate": "direction: yoko",
            "chars: 15 ": "chars: 18 ",
            "lines: 20 ": "lines: 21 ",
            "figure: {column: 2": "figure: {column: 3",
        },
    ],
)
def test_another_paper_needs_only_another_profile(tmp_path: Path, change: dict[str, str]) -> None:
    text = (ROOT / "schedules" / "newsletter.yml").read_text(encoding="utf-8")
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "newsletter.yml").write_text(text, encoding="utf-8")
    other = load(tmp_path / "newsletter.yml")
    setting = full(other)
    found = [g for g in glyphs(pdf.build([setting], other, "2026-12", "新聞広報")) if g.size == other.size_pt]
    lines = "".join(p.line.text for p in setting.placed)
    assert "".join(g.text for g in found).replace("　", "").replace(" ", "") == lines.replace("　", "").replace(" ", "")
    assert setting.fit.capacity > 40
