"""The proof, the HTML page and the picture show the composer's lines, and these the text: over a corpus made by chance.

`make outputs` takes 5,000 paragraphs; the tests' own run a part of them.
"""

from __future__ import annotations

import ctypes
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from bot.config import ROOT
from bot.content.document import Paragraph, Text
from bot.newsletter import html, pdf, svg
from bot.newsletter.article import Article
from bot.newsletter.cells import text_units
from bot.newsletter.galley import style_of
from bot.newsletter.profile import Profile, load
from bot.newsletter.setting import Setting, set_article

PARAGRAPHS = int(os.environ.get("PARAGRAPHS", "200"))
AT_ONCE = 200
SENTENCES = (
    "窓口で書く回数を、これまでの記録を見ながら減らしていきます。",
    "「書かない窓口」は、市民課で始まりました。",
    "カードを持つ人は448,702人のうち208,794人（46.5%）です。",
    "9:00〜17:00に受け付けます。",
    "合併—その後、気温は-5℃でした……。",
    "TEL 076-220-2111 FAX 076-220-2112へ。",
    "面積は20m²、60km/hまで。",
    "葛\U000e0100城市の𠮷野さんと、か\u309aき。",
    "VoiceTra と AI-OCR を、2026.11.29に使いました！ 次は？",
    "定員 20人（先着）→会場 A棟 3F。",
    "キャッシュレスのレジを、7か所に置きました。",
    "‘引用’と“引用”、①〜③、〳〵、№5、ℓ、€10。",
    "ﾃﾞｰﾀを２０２６年に４８台へ。",
)


def paragraph(chance: random.Random) -> str:
    return "".join(chance.choice(SENTENCES) for _ in range(chance.randint(1, 5)))


def settings(profile: Profile) -> Iterator[tuple[Sequence[str], Setting]]:
    """A frame large enough for all of its paragraphs, several times."""
    chance = random.Random(20261129)  # noqa: S311 it must be repeatable, not secret
    for start in range(0, PARAGRAPHS, AT_ONCE):
        texts = [paragraph(chance) for _ in range(min(AT_ONCE, PARAGRAPHS - start))]
        body = tuple(Paragraph((Text(text),)) for text in texts)
        article = Article(identity="a", issue="", title=(Text("題"),), lead=(), body=body, caption="", contact="", handover="")
        setting = set_article(article, profile, ())
        assert setting.fit.fits
        yield texts, setting


class Page(HTMLParser):
    """The text of each drawn line, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = dict(attrs).get("class") or ""
        if kind.startswith("line "):
            self.lines.append("")
        self._inside = kind.split(" ")[0] in ("upright", "tcy", "word")

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.lines[-1] += data


def of_page(setting: Setting, profile: Profile) -> list[str]:
    page = Page()
    page.feed(html.preview([setting], profile, "2026-12", "新聞広報", ROOT / "templates").decode())
    return [bare(line) for line in page.lines]


def of_picture(setting: Setting, profile: Profile) -> str:
    drawn = ElementTree.fromstring(svg.draw(setting, profile))  # noqa: S314 our own
    return bare("".join(text.text or "" for text in drawn.iter("{http://www.w3.org/2000/svg}text")))


def of_proof(setting: Setting, profile: Profile) -> str:
    """In the order in which it was drawn, of the text's size."""
    sheet = pdfium.PdfDocument(pdf.build([setting], profile, "2026-12", "新聞広報"))[0]
    text, room, size = sheet.get_textpage(), (ctypes.c_ushort * 200)(), ctypes.c_float()
    shown = []
    for piece in sheet.get_objects([pdfium_c.FPDF_PAGEOBJ_TEXT]):
        pdfium_c.FPDFTextObj_GetFontSize(piece.raw, size)
        if abs(size.value - profile.size_pt) < 0.01:
            length = pdfium_c.FPDFTextObj_GetText(piece.raw, text.raw, room, 200)
            shown.append(bytes(room)[:length].decode("utf-16-le"))
    return bare("".join(shown))


def bare(text: str) -> str:
    """White space is not drawn; a variation selector has no ink of its own."""
    return "".join(c for c in text if c.strip() and c != "\0")


def test_proof_page_picture_and_text_have_the_same_lines() -> None:
    given = load(ROOT / "schedules" / "newsletter.yml")
    profile = replace(given, lines=700, columns=4, figure=None)
    count = 0
    for texts, setting in settings(profile):
        lines = [bare(placed.line.text) for placed in setting.placed]
        title, *page = of_page(setting, profile)
        assert page == lines
        assert of_picture(setting, profile) == title + "".join(lines)
        assert of_proof(setting, profile) == "".join(lines)
        style = style_of(profile)
        assert "".join(lines) == bare("".join(unit.text for text in texts for unit in text_units(text, style)))
        count += len(lines)
    assert count > 3 * PARAGRAPHS
