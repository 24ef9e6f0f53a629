"""The column as a picture for the pages: it draws the composer's lines, each glyph where the grid has its cell."""

from __future__ import annotations

import base64
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Browser

from bot.config import ROOT
from bot.content.document import Heading, Paragraph, Ruby, Text
from bot.newsletter import svg
from bot.newsletter.article import Article
from bot.newsletter.profile import Profile, load
from bot.newsletter.setting import Setting, set_article
from bot.render.variant import Media
from tests.chromium import chromium

__all__ = ["chromium"]
SPACE = "{http://www.w3.org/2000/svg}"
BODY = (
    Heading(2, (Text("何を変えたか"),)),
    Paragraph(
        (
            Text("12月から、"),
            Ruby("加賀", ("か", "が")),
            Text("市の窓口で「書かない」受付を始めました。Kanazawaの約35％です。<&>"),
        )
    ),
)


@pytest.fixture(scope="module", params=["tate", "yoko"])
def profile(request: pytest.FixtureRequest) -> Profile:
    return replace(load(ROOT / "schedules" / "newsletter.yml"), direction=request.param)


@pytest.fixture
def setting(profile: Profile) -> Setting:
    data = BytesIO()
    Image.new("RGB", (80, 60), "red").save(data, "JPEG")
    media = Media(file="a.jpg", alt="赤い四角", width=80, height=60, sha256="", data=data.getvalue())
    article = Article(
        identity="a",
        issue="",
        title=(Text("書かない窓口"),),
        lead=(),
        body=BODY,
        caption="市民課の窓口",
        contact="",
        handover="",
        media=(media,),
        corrections=("11月号の誤りです。",),
    )
    return set_article(article, profile, ())


def test_every_line_is_drawn_and_nothing_else(setting: Setting, profile: Profile) -> None:
    drawn = ElementTree.fromstring(svg.draw(setting, profile))  # noqa: S314 our own
    placed = [setting.headline.lines, [p.line for p in setting.placed], setting.figure.caption if setting.figure else ()]
    units = [unit for lines in placed for line in lines for unit in line.units]
    expected = "".join("".join(c.text.strip("　 ") for c in unit.cells) + unit.reading for unit in units)
    assert "".join(text.text or "" for text in drawn.iter(f"{SPACE}text")) == expected


def test_each_upright_glyph_stands_on_its_cell(setting: Setting, profile: Profile) -> None:
    drawn = ElementTree.fromstring(svg.draw(setting, profile))  # noqa: S314 our own
    first = next(p for p in setting.placed if p.line.text.startswith("12月から"))
    x, y = setting.grid.cell(first.column, first.row, 0)
    at = {cell.text: at for unit, starts in first.line.positions() for cell, at in zip(unit.cells, starts, strict=True)}["月"]
    glyphs = [g for g in drawn.iter(f"{SPACE}text") if g.text == "月" and float(g.get("font-size", "0")) == profile.size_pt]
    middle = [float(glyphs[0].get(axis, "0")) for axis in "xy"]
    half = profile.size_pt / 2
    expected = [x + half, y + at * profile.size_pt] if setting.grid.vertical else [x + at * profile.size_pt + half, y + 8.8]
    assert middle == pytest.approx(expected, abs=0.02)


def test_a_browser_shows_it_as_an_image_and_its_ink_lies_where_the_text_is(
    setting: Setting, profile: Profile, chromium: Browser
) -> None:
    page = chromium.new_page(viewport={"width": 800, "height": 900})
    page.set_content(f'<body style="margin:0"><img src="{svg.address(setting, profile)}">')
    width = page.locator("img").evaluate("(i) => i.decode().then(() => i.naturalWidth)")
    assert width == round(setting.grid.frame.width + 16)
    shot = Image.open(BytesIO(page.locator("img").screenshot())).convert("L")
    page.close()
    placed = next(p for p in setting.placed if p.line.text.startswith("12月から"))
    empty = setting.grid.lines - 1  # the last line of the first column has no text
    assert _ink(shot, setting, placed.column, placed.row) > 5 * _ink(shot, setting, 0, empty) + 0.05


def _ink(shot: Image.Image, setting: Setting, column: int, row: float) -> float:
    """The dark part of a line's cells, from 0 to 1."""
    x, y = (round(v + 8) for v in setting.grid.cell(column, row, 0))
    length, size = round(setting.grid.length), round(setting.grid.size)
    box = (x, y, x + size, y + length) if setting.grid.vertical else (x, y, x + length, y + size)
    pixels = shot.crop(box).tobytes()
    return sum(p < 160 for p in pixels) / len(pixels)


def test_the_address_holds_the_picture_itself(setting: Setting, profile: Profile) -> None:
    kind, _, data = svg.address(setting, profile).partition(";base64,")
    assert kind == "data:image/svg+xml"
    assert base64.b64decode(data).decode() == svg.draw(setting, profile)
