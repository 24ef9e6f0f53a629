"""訂正: what earlier issues printed wrongly stands in a box of its own, in every output; 仮 and 入稿用 in every output too."""

from __future__ import annotations

import ctypes
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
from lxml import etree

from bot.config import ROOT
from bot.content.document import Paragraph, Text
from bot.errors import DoesNotFit
from bot.newsletter.arrangement import Correction, IssueArrangement
from bot.newsletter.article import Article
from bot.newsletter.build import Press, build
from bot.newsletter.cells import Direction
from bot.newsletter.frame import Rect
from bot.newsletter.profile import Profile, load
from bot.newsletter.setting import set_article

WRONG = Correction(issue="2026-11", wrong="あした", right="きのう")


@pytest.fixture(scope="module")
def profile() -> Profile:
    paper = load(ROOT / "schedules" / "newsletter.yml")
    return replace(paper, arrangements={"2026-12": IssueArrangement(issue="2026-12", corrections=(WRONG,))})


def article(count: int = 1, *corrections: str) -> Article:
    return Article(
        identity="見本",
        issue="2026-12",
        title=(Text("題"),),
        lead=(),
        body=tuple(Paragraph((Text("い" * 30),)) for _ in range(count)),
        caption="",
        contact="",
        handover="【本文】\nい",
        corrections=corrections,
    )


def built(profile: Profile, folder: Path) -> dict[str, str]:
    """The text of every file of an issue, by the end of its name."""
    press = Press(paper="新聞広報", profile=profile, protected=(), templates=ROOT / "templates")
    paths = build([article()], press, "2026-12", folder)
    return {path.name.partition("2026-12")[2].removeprefix("-kari"): shown(path) for path in paths}


def shown(path: Path) -> str:
    match path.suffix:
        case ".pdf":
            return "".join(page.get_textpage().get_text_range() for page in pdfium.PdfDocument(path))
        case ".docx" | ".idml":
            with zipfile.ZipFile(path) as package:
                parts = [etree.fromstring(package.read(name)) for name in package.namelist() if name.endswith(".xml")]
                return "".join(text for part in parts for text in part.itertext())
        case _:
            data = path.read_bytes()
            return data.decode("utf-16") if data.startswith(b"\xff\xfe") else data.decode("utf-8-sig")


def test_every_output_that_is_read_has_the_correction(profile: Profile, tmp_path: Path) -> None:
    files = built(profile, tmp_path)
    assert len(files) == 8
    for name in (".txt", "-indesign.txt", "-trial.idml", "-article.html", ".html"):
        assert WRONG.text in files[name], name
    assert WRONG.text.replace("2026", "２０２６") in files[".docx"]
    assert "きのう" in files[".pdf"].replace("\r\n", "")


def test_while_the_profile_is_provisional_every_output_says_so_and_none_claims_to_be_ready(
    profile: Profile, tmp_path: Path
) -> None:
    files = built(profile, tmp_path)
    assert [name for name, text in files.items() if "仮" not in text] == []
    assert [name for name, text in files.items() if "入稿用" in text] == []
    ready = built(replace(profile, status="確定"), tmp_path / "ready")
    assert [name for name, text in ready.items() if "仮" in text] == []
    assert "入稿用" in ready[".txt"]


def test_the_box_ends_the_last_column_and_takes_its_lines_from_the_text(profile: Profile) -> None:
    without, with_box = (set_article(article(40, *texts), profile, ()) for texts in ((), (WRONG.text,)))
    box = with_box.correction
    assert box
    assert (box.rect.column, box.rect.line + box.rect.lines) == (profile.columns - 1, profile.lines)
    assert without.fit.capacity - with_box.fit.capacity == box.rect.lines
    assert box.lines[0].line.text == "訂正"
    assert "".join(p.line.text for p in box.lines[1:]).replace("　", "") == (
        "２０２６年11月号の「あした」は、正しくは「きのう」です。おわびして訂正します。"
    )
    assert not any(box.rect.covers((p.column, int(p.row))) for p in with_box.filled.placed)


@pytest.mark.parametrize("direction", ["tate", "yoko"])
def test_the_lines_of_the_box_stay_within_its_border(profile: Profile, direction: Direction) -> None:
    box = set_article(article(1, WRONG.text), replace(profile, direction=direction), ()).correction
    assert box
    assert all(placed.line.indent == 1 for placed in box.lines)
    assert max(placed.line.width for placed in box.lines) == profile.chars - 1


def test_the_border_is_drawn_round_the_box_on_the_proof(profile: Profile, tmp_path: Path) -> None:
    press = Press(paper="新聞広報", profile=profile, protected=(), templates=ROOT / "templates")
    (path,) = [p for p in build([article()], press, "2026-12", tmp_path) if p.suffix == ".pdf"]
    sheet = pdfium.PdfDocument(path)[0]
    frames = [o.get_bounds() for o in sheet.get_objects() if o.type == pdfium_c.FPDF_PAGEOBJ_PATH]
    text = sheet.get_textpage()
    x, y = ctypes.c_double(), ctypes.c_double()
    found = {}
    for n in range(text.count_chars()):
        pdfium_c.FPDFText_GetCharOrigin(text.raw, n, x, y)
        found[chr(pdfium_c.FPDFText_GetUnicode(text.raw, n))] = (x.value, y.value)
    px, py = found["き"]
    round_it = [b for b in frames if b[0] < px < b[2] and b[1] < py < b[3]]
    assert len(round_it) == 2
    inner = min(round_it, key=lambda b: b[2] - b[0])
    assert inner[3] - inner[1] == pytest.approx(profile.chars * profile.size_pt - 3, abs=1)


def test_a_box_that_would_lie_on_the_picture_is_refused_in_words(profile: Profile) -> None:
    at_the_end = replace(profile, headline=Rect(column=3, line=10, columns=1, lines=10))
    with pytest.raises(DoesNotFit) as caught:
        set_article(article(1, WRONG.text), at_the_end, ())
    assert "訂正の欄" in caught.value.summary
    with pytest.raises(DoesNotFit):
        set_article(article(1, *[WRONG.text] * 9), profile, ())


def test_the_fit_tells_of_the_lengths_and_of_what_is_missing(profile: Profile, tmp_path: Path) -> None:
    plan = IssueArrangement(issue="2026-12", posts={"見本": 3, "未承認": 9})
    fit = json.loads(built(replace(profile, arrangements={"2026-12": plan}), tmp_path)["-fit.json"])
    assert fit["missing"] == ["未承認"]
    assert fit["lengths"] == [{"identity": "見本", "planned": 3, "lines": 3, "summary": "目安3行、実際3行、ちょうど"}]
