"""Which glyph stands for a character in vertical type, by its name in the typeface: HarfBuzz's own vertical shaping judges."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import uharfbuzz as hb
from fontTools.ttLib import TTFont
from fpdf import FPDF

from bot.config import ROOT
from bot.newsletter.fontfile import FontFile, font_files
from bot.newsletter.orientation import lies
from bot.newsletter.profile import load
from bot.newsletter.typeface import Typeface

# By their line in VerticalOrientation.txt: vo=U, vo=Tr or Tu (a vertical form or another place), vo=R.
UPRIGHT = "市あアＡ１％＆℃℉№①⑳㎡㌔〒〆々〇×÷±§©®△▽◇○◎●☆☎♪♨㈱"
FORMED = "、。，．ー〜～（）「」『』【】［］｛｝〈〉《》〔〕＝：；ぁっゃょゎァィッュョヶ゠！？"
LYING = "—–−‐→←↑↓⇒⇔‘’…‥―‖°²³µ≠≦≧∞∴"
SELECTED = "葛辻榊祇芦逢茨淫迂餌襖迦牙恢晦蟹鰯鰻噂溢"


@lru_cache(maxsize=1)
def fonts() -> tuple[FontFile, FontFile]:
    return font_files(load(ROOT / "schedules" / "newsletter.yml"))


def drawn(font: FontFile, text: str, *, vertical: bool = True) -> tuple[list[str], bool]:
    """The names of the glyphs, and whether they lie along the line."""
    pdf = FPDF()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "font.otf"
        path.write_bytes(font.subset(" " + text))
        pdf.add_font("font", fname=path)
        pdf.add_page()
        face = Typeface(pdf, "font")
        face.upright(text, 0, 0, 10, vertical=vertical)
    (shaped,) = face.shapes.values()
    named = {code: glyph.glyph_name for glyph, code in pdf.fonts["font"].subset.items() if glyph}  # type: ignore[union-attr]
    pdf.output()  # closes the file
    return [named[code] for code, _ in shaped.codes], shaped.turned


def judged(font: FontFile, text: str, direction: str) -> list[str]:
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.direction, buffer.script, buffer.language = direction, "Kana", "ja"
    hb.shape(font._font, buffer, {"kern": False, "vkrn": False})
    return [names(font)[info.codepoint] for info in buffer.glyph_infos]


@lru_cache(maxsize=2)
def names(font: FontFile) -> list[str]:
    """By a glyph's number in the whole typeface."""
    return TTFont(BytesIO(font._face.blob.data), lazy=True).getGlyphOrder()  # type: ignore[no-any-return]


@pytest.mark.parametrize("character", UPRIGHT + FORMED + LYING)
def test_a_character_has_its_vertical_form_or_lies_along_the_line(character: str) -> None:
    for font in fonts():
        found, turned = drawn(font, character)
        vertical, horizontal = judged(font, character, "ttb"), judged(font, character, "ltr")
        assert found == vertical
        # UAX #50: R and Tr are turned, unless the typeface has a vertical form; U and Tu never.
        assert turned == (character not in UPRIGHT and lies(character) and vertical == horizontal)


def test_the_signs_that_a_typeface_has_no_vertical_form_of_are_turned() -> None:
    text, _ = fonts()
    assert [c for c in "–−‐→←°²" if not drawn(text, c)[1]] == []
    assert [c for c in UPRIGHT if drawn(text, c)[1]] == []
    assert [c for c in "→−°" if drawn(text, c, vertical=False)[1]] == []


@pytest.mark.parametrize("base", SELECTED)
def test_a_variation_selector_chooses_the_form_of_a_name(base: str) -> None:
    text, _ = fonts()
    found = {}
    for number in range(2):
        pair = base + chr(0xE0100 + number)
        if text.lacks(pair):
            continue
        found[number] = drawn(text, pair)[0]
        assert found[number] == judged(text, pair, "ttb")
        assert len(found[number]) == 1
    assert len({tuple(glyphs) for glyphs in found.values()}) == len(found) >= 1


def test_two_forms_of_one_name_are_two_glyphs_and_a_combined_kana_is_one() -> None:
    text, _ = fonts()
    first, second = (drawn(text, "葛" + chr(0xE0100 + n))[0] for n in range(2))
    assert first != second
    assert len(drawn(text, "か\u309a")[0]) == 1
