"""The IDML package: built as the format asks, nothing dangling, the text the article's."""

from __future__ import annotations

import io
import posixpath
import zipfile
from dataclasses import replace

import pytest
from lxml import etree

from bot.config import ROOT
from bot.content.document import Block, Heading, ItemList, LineBreak, Paragraph, Ruby, Strong, Text
from bot.newsletter import idml
from bot.newsletter.article import Article
from bot.newsletter.profile import Profile, load

BODY: tuple[Block, ...] = (
    Heading(2, (Text("変えたこと"),)),
    Paragraph((Text("<次>の"), Ruby("提言", ("ていげん",)), Text("は2022年12月、"), Ruby("加賀", ("か", "が")))),
    Paragraph((Strong((Text("大切"),)), LineBreak(), Text("です"))),
    ItemList(((Text("一つ目"),), (Text("二つ目"),))),
)
LINES = ["題", "変えたこと", "<次>の提言は2022年12月、加賀", "大切\u2028です", "▽一つ目", "▽二つ目", "問い合わせ　市民課"]


@pytest.fixture(scope="module")
def profile() -> Profile:
    return replace(load(ROOT / "schedules" / "newsletter.yml"), status="確定")


def article(identity: str = "a") -> Article:
    return Article(
        identity=identity, issue="", title=(Text("題"),), lead=(), body=BODY, caption="", contact="市民課", handover=""
    )


def package(profile: Profile, count: int = 1) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(idml.build([article(str(n)) for n in range(count)], profile, "新聞広報 2026-12号")))


def roots(opened: zipfile.ZipFile) -> dict[str, etree._Element]:
    return {name: etree.fromstring(opened.read(name)) for name in opened.namelist() if name.endswith(".xml")}


def story_lines(story: etree._Element) -> list[str]:
    text = ""
    for element in story.iter("Content", "Br"):
        text += element.text or "" if element.tag == "Content" else "\n"
    return text.split("\n")


def test_the_type_of_the_package_comes_first_and_is_not_packed(profile: Profile) -> None:
    data = idml.build([article()], profile, "題")
    first = zipfile.ZipFile(io.BytesIO(data)).infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert data[30:].startswith(b"mimetypeapplication/vnd.adobe.indesign-idml-package")


def test_every_part_is_there_and_named_once(profile: Profile) -> None:
    opened = package(profile, 2)
    names = opened.namelist()
    designmap = etree.fromstring(opened.read("designmap.xml"))
    sources = [element.get("src") for element in designmap.iter() if element.get("src")]
    assert sorted(sources) == sorted(n for n in names if posixpath.dirname(n) in ("Resources", "Spreads", "Stories"))
    assert opened.read("designmap.xml").split(b"\n")[1].startswith(b"<?aid ")


def test_no_reference_dangles(profile: Profile) -> None:
    parts = roots(package(profile, 2))
    own = [e.get("Self") for root in parts.values() for e in root.iter() if e.get("Self")]
    assert len(own) == len(set(own))
    for root in parts.values():
        for element in root.iter():
            for key in ("ParentStory", "AppliedParagraphStyle", "AppliedCharacterStyle"):
                assert element.get(key) is None or element.get(key) in own
            assert set((element.get("StoryList") or "").split()) <= set(own)


def test_the_text_is_the_articles(profile: Profile) -> None:
    parts = roots(package(profile, 2))
    assert story_lines(parts["Stories/Story_s0.xml"]) == LINES
    assert story_lines(parts["Stories/Story_s1.xml"]) == LINES


def test_ruby_upright_digits_and_vertical_writing_are_marked(profile: Profile) -> None:
    story = roots(package(profile))["Stories/Story_s0.xml"]
    ruby = [(r.get("RubyString"), r.get("RubyType"), r.findtext("Content")) for r in story.iter() if r.get("RubyFlag")]
    assert ruby == [("ていげん", "GroupRuby", "提言"), ("か が", "PerCharacterRuby", "加賀")]
    assert [r.findtext("Content") for r in story.iter() if r.get("Tatechuyoko")] == ["12"]
    assert [p.get("StoryOrientation") for p in story.iter("StoryPreference")] == ["Vertical"]


def test_a_horizontal_paper_has_a_horizontal_package(profile: Profile) -> None:
    story = roots(package(replace(profile, direction="yoko")))["Stories/Story_s0.xml"]
    assert [p.get("StoryOrientation") for p in story.iter("StoryPreference")] == ["Horizontal"]
    assert not [r for r in story.iter() if r.get("Tatechuyoko")]


def test_the_frame_lies_within_its_page_in_the_papers_columns(profile: Profile) -> None:
    spread = roots(package(profile))["Spreads/Spread_p0.xml"]
    (page,) = spread.iter("Page")
    top, left, bottom, right = (float(n) for n in page.get("GeometricBounds", "").split())
    down = float(page.get("ItemTransform", "").split()[5])
    for point in spread.iter("PathPointType"):
        x, y = (float(n) for n in point.get("Anchor", "").split())
        assert left < x < right
        assert top + down < y < bottom + down
    (columns,) = spread.iter("TextFramePreference")
    assert columns.get("TextColumnCount") == "4"


def test_while_the_profile_is_provisional_the_first_story_begins_by_saying_so(profile: Profile) -> None:
    story = roots(package(replace(profile, status="仮")))["Stories/Story_s0.xml"]
    assert story_lines(story)[0].startswith("【仮】")


def test_one_text_is_one_package(profile: Profile) -> None:
    assert idml.build([article()], profile, "題") == idml.build([article()], profile, "題")
