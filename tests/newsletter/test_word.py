"""The Word file as LibreOffice opens it: the text whole, upright pages of lines as long as the paper's, with columns."""

from __future__ import annotations

import ctypes
import io
import os
import shutil
import subprocess
import zipfile
from collections import defaultdict
from dataclasses import replace
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
from docx import Document
from lxml import etree

from bot.config import ROOT
from bot.content.document import Block, Heading, ItemList, Paragraph, Ruby, Strong, Text
from bot.newsletter import docx
from bot.newsletter.article import Article
from bot.newsletter.cells import Direction
from bot.newsletter.profile import Profile, load
from bot.newsletter.setting import set_article

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SENTENCE = "窓口で書く回数を、これまでの記録を見ながら減らしていきます"
BODY: tuple[Block, ...] = (
    Paragraph(
        (Text("次の"), Ruby("提言", ("ていげん",)), Text("は2022年12月5日のもので、"), Strong((Text("大切"),)), Text("です"))
    ),
    Heading(2, (Text("変えたこと"),)),
    ItemList(((Text("一つ目"),), (Text("二つ目"),))),
    Paragraph((Text("理由　確かめているため"),)),
    *[Paragraph((Text(SENTENCE * 3),))] * 9,
)
# The characters' places depend on there being a Japanese font: the paper's own, whatever the machine has or lacks.
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


@pytest.fixture(scope="module")
def soffice() -> str:
    path = shutil.which("soffice")
    if path is None:
        missing = "no LibreOffice on this machine: install it (apt-get install libreoffice-writer-nogui)"
        if os.environ.get("DXBOT_REQUIRE_ALL") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    return path


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load(ROOT / "schedules" / "newsletter.yml")


@pytest.fixture(scope="module")
def opened(soffice: str, profile: Profile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the file as LibreOffice reads it: column.txt, column.pdf."""
    folder = tmp_path_factory.mktemp("word")
    article = Article(
        identity="見本",
        issue="2026-12",
        title=(Text("書かない窓口"),),
        lead=(Text("窓口で書く回数を減らしました。"),),
        body=BODY,
        caption="",
        contact="市民課",
        handover="",
    )
    setting = set_article(article, profile, ())
    (folder / "column.docx").write_bytes(docx.build([setting], profile, "2026-12", "新聞広報"))
    own = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    fonts = folder / "fonts.conf"
    fonts.write_text(FONTS.format(fonts=files("pylopdf_fonts_jp"), cache=folder / "cache"), encoding="utf-8")
    for target in ("pdf", "txt:Text (encoded):UTF8"):
        command = [soffice, own, "--headless", "--convert-to", target, "--outdir", str(folder), str(folder / "column.docx")]
        subprocess.run(command, check=True, capture_output=True, timeout=120, env={**os.environ, "FONTCONFIG_FILE": str(fonts)})
    return folder


def test_the_text_is_whole_and_in_order(opened: Path) -> None:
    lines = (opened / "column.txt").read_text(encoding="utf-8-sig").splitlines()
    start = lines.index("書かない窓口")
    assert lines[start : start + 8] == [
        "書かない窓口",
        "窓口で書く回数を減らしました。",
        "　次の提言は２０２２年12月５日のもので、大切です",
        "◆変えたこと",
        "▽一つ目",
        "▽二つ目",
        "　理由　確かめているため",
        f"　{SENTENCE * 3}",
    ]
    assert lines[-1] == "問い合わせ　市民課"


def glyphs(path: Path, size: float) -> list[tuple[float, float, str]]:
    """x and y (down) of the characters of this size on the page of the article."""
    sheet = pdfium.PdfDocument(path)[1]
    text = sheet.get_textpage()
    x, y = ctypes.c_double(), ctypes.c_double()
    found = []
    for n in range(text.count_chars()):
        if abs(pdfium_c.FPDFText_GetFontSize(text.raw, n) - size) < 0.6:
            pdfium_c.FPDFText_GetCharOrigin(text.raw, n, x, y)
            found.append((x.value, sheet.get_height() - y.value, chr(pdfium_c.FPDFText_GetUnicode(text.raw, n))))
    return found


def columns(path: Path, profile: Profile) -> list[dict[int, str]]:
    """Each column (段) from above: its lines by their x, from right to left."""
    found = glyphs(path, profile.size_pt)
    head = min(y for _, y, _ in found)
    lines: dict[int, dict[int, list[tuple[float, str]]]] = defaultdict(lambda: defaultdict(list))
    for x, y, character in found:
        number = int((y - head + profile.gap_pt / 2) // (profile.chars * profile.size_pt + profile.gap_pt))
        lines[number][round(x)].append((y, character))
    return [
        {x: "".join(c for _, c in sorted(line)) for x, line in sorted(lines[n].items(), reverse=True)} for n in sorted(lines)
    ]


def test_the_lines_stand_upright_in_the_papers_columns_and_no_longer_than_in_the_paper(opened: Path, profile: Profile) -> None:
    found = columns(opened / "column.pdf", profile)
    assert len(found) == profile.columns
    full = [line for column in found[1:] for line in column.values()]
    assert max(len(line) for line in full) == profile.chars
    assert SENTENCE * 3 in "".join(full)
    steps = {round(a - b) for a, b in pairwise(found[1])}
    assert steps == {round(profile.pitch_pt)}


def test_a_reading_stands_small_beside_its_word_and_the_headline_large(opened: Path, profile: Profile) -> None:
    reading = [(x, y) for x, y, c in glyphs(opened / "column.pdf", profile.size_pt / 2) if c in "ていげん"]
    base = [(x, y) for x, y, c in glyphs(opened / "column.pdf", profile.size_pt) if c in "提言"]
    assert len(reading) == 4
    assert all(x >= base[0][0] + profile.size_pt * 0.8 for x, _ in reading)
    headline = glyphs(opened / "column.pdf", profile.size_pt * 1.8)
    assert "".join(c for _, _, c in sorted(headline, key=lambda g: g[1])) == "書かない窓口"


def test_a_reading_of_each_character_stands_at_that_character(profile: Profile) -> None:
    article = Article(
        identity="見本",
        issue="2026-12",
        title=(Text("題"),),
        lead=(),
        body=(Paragraph((Ruby("加賀", ("か", "が")), Ruby("提言", ("ていげん",)))),),
        caption="",
        contact="",
        handover="",
    )
    data = docx.build([set_article(article, profile, ())], profile, "2026年12月号", "新聞広報")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        tree = etree.fromstring(package.read("word/document.xml"))
    found = [[t.text for t in ruby.iter(f"{W}t")] for ruby in tree.iter(f"{W}ruby")]
    assert found == [["か", "加"], ["が", "賀"], ["ていげん", "提言"]]


@pytest.mark.parametrize(
    ("direction", "shown"),
    [("tate", "44万８７０２人（46・５％）に、０７６‐２番から"), ("yoko", "448,702人（46.5%）に、076-2番から")],
)
def test_numbers_stand_as_in_the_paper(profile: Profile, direction: Direction, shown: str) -> None:
    paper = replace(profile, direction=direction)
    article = Article(
        identity="見本",
        issue="2026-12",
        title=(Text("題"),),
        lead=(),
        body=(Paragraph((Strong((Text("448,702人（46.5%）に、076-2番から"),)),)),),
        caption="",
        contact="",
        handover="",
    )
    data = docx.build([set_article(article, paper, ())], paper, "2026年12月号", "新聞広報")
    assert Document(io.BytesIO(data)).paragraphs[-1].text == f"　{shown}"


@pytest.mark.parametrize(("hang", "hangs"), [(True, "1"), (False, "0")])
def test_the_office_program_breaks_lines_by_the_papers_rules(profile: Profile, hang: bool, hangs: str) -> None:
    """The order of the elements is the schema's: Word refuses another."""
    data = docx.build([], replace(profile, hang=hang), "2026年12月号", "新聞広報")
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        styles = etree.fromstring(package.read("word/styles.xml"))
    (normal,) = styles.xpath('//w:style[@w:styleId="Normal"]/w:pPr', namespaces={"w": W[1:-1]})
    told = [(child.tag.removeprefix(W), child.get(f"{W}val")) for child in normal]
    assert told == [("kinsoku", "1"), ("overflowPunct", hangs), ("autoSpaceDE", "0"), ("autoSpaceDN", "0"), ("spacing", None)]
