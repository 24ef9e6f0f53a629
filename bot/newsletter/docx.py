"""The column as a vertical Word file that an office can edit: natural flow, ruby, two-digit numbers set upright.

The order of elements is that of the OOXML schema; Word refuses a file in which it is wrong.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import docx as ooxml
from docx.document import Document as Docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from bot.content.document import Block, Heading, Inline, ItemList, LineBreak, Link, Ruby, Strong, Text, without_breaks
from bot.newsletter.article import Article
from bot.newsletter.correction import CORRECTION_TITLE
from bot.newsletter.geometry import Grid
from bot.newsletter.housestyle import in_house_style
from bot.newsletter.profile import Profile
from bot.newsletter.setting import Setting
from bot.newsletter.story import TWO_DIGITS, item_mark, ruby_pairs

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_MARGIN = 42.0  # points


def build(settings: Sequence[Setting], profile: Profile, issue: str, paper: str) -> bytes:
    """The .docx file; the same articles give the same bytes."""
    docx = ooxml.Document()
    _properties(docx, f"{paper} {issue}")
    _base_style(docx, profile)
    _lay_out(docx.sections[0], profile, columns=1)
    _note(docx, settings, profile, issue, paper)
    for setting in settings:
        _article(docx, in_house_style(setting.article, profile), profile)
    buffer = BytesIO()
    docx.save(buffer)
    return _with_fixed_times(buffer.getvalue())


def _properties(docx: Docx, title: str) -> None:
    moment = datetime(*_LONG_AGO[:3], tzinfo=UTC)
    properties = docx.core_properties
    properties.title, properties.author, properties.language = title, "", "ja-JP"
    # A fixed time, so that equal articles give equal bytes, and a release can be compared (ADR 10).
    properties.created = properties.modified = moment
    properties.revision = 1


def _base_style(docx: Docx, profile: Profile) -> None:
    style: Any = docx.styles["Normal"]
    style.font.size = Pt(profile.size_pt)
    # Word takes the font of Japanese letters from eastAsia; font.name sets the Latin one alone.
    style.font.name = profile.font
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), profile.font)
    style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.line_spacing = Pt(profile.pitch_pt)
    spacing = style.element.pPr.find(qn("w:spacing"))
    for name, on in (("kinsoku", True), ("overflowPunct", profile.hang), ("autoSpaceDE", False), ("autoSpaceDN", False)):
        element = OxmlElement(f"w:{name}")
        element.set(qn("w:val"), "1" if on else "0")
        # The schema gives these elements an order, and Word refuses a file in which it is wrong.
        spacing.addprevious(element)
    # In a language that is not Japanese, LibreOffice sets vertical lines with white space in them askew.
    (language,) = docx.styles.element.iterfind(".//" + qn("w:rPrDefault") + "//" + qn("w:lang"))
    for attribute in ("w:val", "w:eastAsia"):
        language.set(qn(attribute), "ja-JP")


def _note(docx: Docx, settings: Sequence[Setting], profile: Profile, issue: str, paper: str) -> None:
    """The first lines tell the office what this is and how long each article runs."""
    status = "" if profile.confirmed else "【仮】紙面の寸法を確かめていないため、入稿には使えません。"
    docx.add_paragraph(f"{paper}　{issue}　{profile.grid}　{status}")
    for setting in settings:
        title = "".join(_plain(without_breaks(setting.article.title)))
        docx.add_paragraph(f"「{title}」{setting.fit.summary}（全角ベタ換算）")


def _article(docx: Docx, article: Article, profile: Profile) -> None:
    """Two sections: the headline along the whole page, the text in the paper's columns."""
    _begin(docx, profile, WD_SECTION.NEW_PAGE, columns=1)
    headline = docx.add_paragraph()
    headline.paragraph_format.line_spacing = Pt(profile.pitch_pt * 2)
    _runs(headline, without_breaks(article.title), size=profile.size_pt * 1.8, bold=True)
    _begin(docx, profile, WD_SECTION.CONTINUOUS, columns=profile.columns)
    _runs(docx.add_paragraph(), article.lead, size=profile.size_pt, bold=True)
    for block in article.body:
        _block(docx, block, profile)
    _pictures(docx, article, profile)
    if article.contact:
        _runs(docx.add_paragraph(), (Text(f"問い合わせ　{article.contact}"),), size=profile.size_pt)
    if article.corrections:
        _block(docx, Heading(2, (Text(CORRECTION_TITLE),)), profile)
    for sentence in article.corrections:
        _runs(docx.add_paragraph(), (Text(f"　{sentence}"),), size=profile.size_pt)


def _block(docx: Docx, block: Block, profile: Profile) -> None:
    size = profile.size_pt
    match block:
        case Heading():
            _runs(docx.add_paragraph(), (Text("◆"), *block.children), size=size, bold=True)
        case ItemList():
            for number, item in enumerate(block.items, start=block.start):
                mark = Text(item_mark(number, ordered=block.ordered))
                _runs(docx.add_paragraph(), (mark, *item), size=size)
        case _:
            _runs(docx.add_paragraph(), (Text("　"), *block.children), size=size)


def _pictures(docx: Docx, article: Article, profile: Profile) -> None:
    for media in article.media:
        paragraph = docx.add_paragraph()
        paragraph.paragraph_format.line_spacing = 1.0  # an exact line height would cut the picture
        scale = profile.chars * profile.size_pt / max(media.width, media.height)
        picture: Any = paragraph.add_run().add_picture(BytesIO(media.data), width=Pt(media.width * scale))
        described = picture._inline.docPr
        described.set("descr", media.alt)
        described.set("name", media.file)
    if article.caption:
        _runs(docx.add_paragraph(), (Text(article.caption),), size=profile.size_pt * 0.8)


def _runs(paragraph: Paragraph, children: Sequence[Inline], *, size: float, bold: bool = False) -> None:
    for child in children:
        match child:
            case Text():
                _text(paragraph, child.text, size, bold)
            case Ruby():
                for base, reading in ruby_pairs(child):
                    paragraph._p.append(_ruby(base, reading, size, bold))
            case Strong(dots=True):
                _dotted(paragraph, child.children, size, bold)
            case Strong():
                _runs(paragraph, child.children, size=size, bold=True)
            case Link():
                _runs(paragraph, child.children, size=size, bold=bold)
            case LineBreak():
                paragraph.add_run().add_break()


def _dotted(paragraph: Paragraph, children: Sequence[Inline], size: float, bold: bool) -> None:
    """圏点 on all runs of the children."""
    before = len(paragraph.runs)
    _runs(paragraph, children, size=size, bold=bold)
    for run in paragraph.runs[before:]:
        properties, emphasis = run._r.get_or_add_rPr(), OxmlElement("w:em")
        emphasis.set(qn("w:val"), "comma")
        # The schema has it before eastAsianLayout, and last but for that here.
        layout = properties.find(qn("w:eastAsianLayout"))
        properties.append(emphasis) if layout is None else layout.addprevious(emphasis)


def _text(paragraph: Paragraph, text: str, size: float, bold: bool) -> None:
    for number, piece in enumerate(TWO_DIGITS.split(text)):
        if not piece:
            continue
        run = paragraph.add_run(piece)
        run.font.size, run.font.bold = Pt(size), bold or None
        if number % 2:
            run._r.get_or_add_rPr().append(_upright())


def _upright() -> Any:
    layout = OxmlElement("w:eastAsianLayout")
    layout.set(qn("w:vert"), "1")
    layout.set(qn("w:vertCompress"), "1")
    return layout


def _ruby(base: str, reading: str, size: float, bold: bool) -> Any:
    """A run with w:ruby: the reading at half size over its base. Sizes are in half points."""
    half = round(size * 2)
    outer, element, settings = OxmlElement("w:r"), OxmlElement("w:ruby"), OxmlElement("w:rubyPr")
    # Sizes are half points here, as everywhere in OOXML.
    values = {"rubyAlign": "distributeSpace", "hps": half // 2, "hpsRaise": half - 2, "hpsBaseText": half, "lid": "ja-JP"}
    for name, value in values.items():
        setting = OxmlElement(f"w:{name}")
        setting.set(qn("w:val"), str(value))
        settings.append(setting)
    element.append(settings)
    for tag, content, scale in (("w:rt", reading, half // 2), ("w:rubyBase", base, half)):
        part = OxmlElement(tag)
        part.append(_ruby_run(content, scale, bold and tag == "w:rubyBase"))
        element.append(part)
    outer.append(element)
    return outer


def _ruby_run(content: str, half_points: int, bold: bool) -> Any:
    run, properties, text = OxmlElement("w:r"), OxmlElement("w:rPr"), OxmlElement("w:t")
    if bold:
        properties.append(OxmlElement("w:b"))
    size = OxmlElement("w:sz")
    size.set(qn("w:val"), str(half_points))
    properties.append(size)
    text.text = content
    run.append(properties)
    run.append(text)
    return run


def _begin(docx: Docx, profile: Profile, start: WD_SECTION, *, columns: int) -> None:
    """A new section. The one before ends in its own last paragraph, not in an empty one, which would take up a line."""
    last = docx.paragraphs[-1]
    _lay_out(docx.add_section(start), profile, columns=columns)
    holder = docx.paragraphs[-1]._p
    properties: Any = holder.pPr
    last._p.get_or_add_pPr().append(properties.sectPr)
    holder.getparent().remove(holder)


def _lay_out(section: Any, profile: Profile, *, columns: int) -> None:
    """A page as large as the frame and its margins, so that a line has as many characters as in the paper."""
    frame = Grid.of(profile).frame
    section.page_width, section.page_height = (Pt(length + 2 * _MARGIN) for length in (frame.width, frame.height))
    section.orientation = WD_ORIENT.LANDSCAPE if frame.width > frame.height else WD_ORIENT.PORTRAIT
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Pt(_MARGIN))
    element = section._sectPr
    for tag in ("w:cols", "w:textDirection", "w:docGrid"):
        for old in element.findall(qn(tag)):
            element.remove(old)
    _add(element, "w:cols", num=columns, sep=1, space=round(profile.gap_pt * 20))
    if profile.direction == "tate":
        _add(element, "w:textDirection", val="tbRl")
    _add(element, "w:docGrid", type="lines", linePitch=round(profile.pitch_pt * 20))


def _add(parent: Any, tag: str, **attributes: object) -> None:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), str(value))
    parent.append(element)


def _plain(children: Sequence[Inline]) -> list[str]:
    shown: list[str] = []
    for child in children:
        match child:
            case Text():
                shown.append(child.text)
            case Ruby():
                shown.append(child.base)
            case Strong() | Link():
                shown += _plain(child.children)
    return shown


def _with_fixed_times(data: bytes) -> bytes:
    """The same archive with every entry's time the same, so that equal content is equal bytes."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        # The content types come first, as in every file that Word itself writes.
        for name in sorted(source.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            target.writestr(zipfile.ZipInfo(name, _LONG_AGO), source.read(name), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
