"""IDML, as a trial (試験的): a small InDesign package with a page and a text frame for each article.

After Adobe's IDML File Format Specification: `mimetype` first and stored, `designmap.xml`, one file for each spread and story.
Not opened in InDesign itself so far; the tagged text is what a typesetter should be given first.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from bot.content.document import Inline, LineBreak, Link, Ruby, Strong, Text
from bot.newsletter.article import Article
from bot.newsletter.geometry import Grid
from bot.newsletter.profile import CHARACTER_STYLES, Profile
from bot.newsletter.story import TWO_DIGITS, Styled, stories

_MIMETYPE = "application/vnd.adobe.indesign-idml-package"
_PACKAGING = "http://ns.adobe.com/AdobeInDesign/idml/1.0/packaging"
_CONTAINER = "urn:oasis:names:tc:opendocument:xmlns:container"
_VERSION = "7.5"
_AID = '<?aid style="50" type="document" readerVersion="6.0" featureSet="513"?>'
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_FORCED_BREAK = "\u2028"
_MARGIN = 36.0  # points
_SIZES = {"headline": 1.8, "caption": 0.75, "note": 0.75}  # of the text's size

register_namespace("idPkg", _PACKAGING)


def build(articles: Sequence[Article], profile: Profile, title: str) -> bytes:
    """The package's bytes; equal articles give equal bytes."""
    told = stories(articles, profile)
    parts = {f"Stories/Story_s{n}.xml": _story(f"s{n}", story, profile) for n, story in enumerate(told)}
    parts |= {f"Spreads/Spread_p{n}.xml": _spread(n, profile) for n in range(len(told))}
    parts |= {"Resources/Styles.xml": _styles(profile), "Resources/Preferences.xml": _preferences(profile)}
    parts |= {"Resources/Graphic.xml": _part("Graphic"), "Resources/Fonts.xml": _part("Fonts")}
    designmap = _designmap(sorted(parts), len(told), title)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        # First and not compressed: the package's kind is read from fixed bytes at its beginning (IDML specification).
        package.writestr(zipfile.ZipInfo("mimetype", _LONG_AGO), _MIMETYPE, zipfile.ZIP_STORED)
        _write(package, "designmap.xml", designmap, _AID)
        _write(package, "META-INF/container.xml", _container())
        for name in sorted(parts):
            _write(package, name, parts[name])
    return buffer.getvalue()


def _write(package: zipfile.ZipFile, name: str, root: Element, instruction: str = "") -> None:
    head = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{instruction}'
    content = head.encode() + tostring(root, encoding="utf-8")
    package.writestr(zipfile.ZipInfo(name, _LONG_AGO), content, zipfile.ZIP_DEFLATED)


def _part(kind: str) -> Element:
    return Element(f"{{{_PACKAGING}}}{kind}", DOMVersion=_VERSION)


def _container() -> Element:
    root = Element("container", xmlns=_CONTAINER, version="1.0")
    files = SubElement(root, "rootfiles")
    SubElement(files, "rootfile", {"full-path": "designmap.xml", "media-type": "text/xml"})
    return root


def _designmap(names: Sequence[str], count: int, title: str) -> Element:
    stories_listed = " ".join(f"s{n}" for n in range(count))
    root = Element("Document", DOMVersion=_VERSION, Self="d", Name=title, StoryList=stories_listed)
    SubElement(root, "Language", Self="Language/$ID/Japanese", Name="$ID/Japanese", ICULocaleName="ja_JP")
    for kind in ("Graphic", "Fonts", "Styles", "Preferences", "Spread", "Story"):
        for name in names:
            if name.rpartition("/")[2].removesuffix(".xml").split("_")[0] == kind:
                SubElement(root, f"{{{_PACKAGING}}}{kind}", src=name)
    return root


def _styles(profile: Profile) -> Element:
    root = _part("Styles")
    characters = SubElement(root, "RootCharacterStyleGroup", Self="characters")
    SubElement(characters, "CharacterStyle", Self=_CHARACTER_NONE, Name="$ID/[No character style]")
    strong, dots = profile.styles["strong"], profile.styles["dots"]
    SubElement(characters, "CharacterStyle", Self=f"CharacterStyle/{strong}", Name=strong, FontStyle="Bold")
    SubElement(characters, "CharacterStyle", Self=f"CharacterStyle/{dots}", Name=dots, KentenKind="KentenSesameDot")
    paragraphs = SubElement(root, "RootParagraphStyleGroup", Self="paragraphs")
    for role, name in profile.styles.items():
        if role not in CHARACTER_STYLES:
            size = profile.size_pt * _SIZES.get(role, 1.0)
            attributes = {"Self": f"ParagraphStyle/{name}", "Name": name, "PointSize": f"{size:g}"}
            SubElement(paragraphs, "ParagraphStyle", attributes)
    return root


_CHARACTER_NONE = "CharacterStyle/$ID/[No character style]"


def _preferences(profile: Profile) -> Element:
    root = _part("Preferences")
    width, height = _page(profile)
    # A vertical paper is read from the right, so its pages are bound there.
    binding = "RightToLeftBinding" if profile.direction == "tate" else "LeftToRightBinding"
    attributes = {"PageWidth": f"{width:g}", "PageHeight": f"{height:g}", "FacingPages": "false", "PageBinding": binding}
    SubElement(root, "DocumentPreference", attributes)
    return root


def _page(profile: Profile) -> tuple[float, float]:
    frame = Grid.of(profile).frame
    return frame.width + 2 * _MARGIN, frame.height + 2 * _MARGIN


def _spread(number: int, profile: Profile) -> Element:
    """A page with one text frame in as many columns as the paper has. The spread's origin is the page's middle left."""
    width, height = _page(profile)
    root = _part("Spread")
    spread = SubElement(root, "Spread", Self=f"p{number}", PageCount="1", ItemTransform=f"1 0 0 1 0 {number * (height + 72):g}")
    bounds = f"0 0 {height:g} {width:g}"
    shift = f"1 0 0 1 0 {-height / 2:g}"
    SubElement(spread, "Page", Self=f"p{number}a", Name=str(number + 1), GeometricBounds=bounds, ItemTransform=shift)
    frame = SubElement(spread, "TextFrame", Self=f"p{number}f", ParentStory=f"s{number}", ItemTransform="1 0 0 1 0 0")
    path = SubElement(SubElement(SubElement(frame, "Properties"), "PathGeometry"), "GeometryPathType", PathOpen="false")
    points = SubElement(path, "PathPointArray")
    right, bottom = width - _MARGIN, height / 2 - _MARGIN
    for x, y in ((_MARGIN, -bottom), (_MARGIN, bottom), (right, bottom), (right, -bottom)):
        place = f"{x:g} {y:g}"
        SubElement(points, "PathPointType", Anchor=place, LeftDirection=place, RightDirection=place)
    columns = {"TextColumnCount": str(profile.columns), "TextColumnGutter": f"{profile.gap_pt:g}"}
    SubElement(frame, "TextFramePreference", columns)
    return root


def _story(identity: str, paragraphs: Sequence[Styled], profile: Profile) -> Element:
    root = _part("Story")
    story = SubElement(root, "Story", Self=identity)
    vertical = profile.direction == "tate"
    SubElement(story, "StoryPreference", StoryOrientation="Vertical" if vertical else "Horizontal")
    for number, paragraph in enumerate(paragraphs):
        style = f"ParagraphStyle/{profile.styles[paragraph.role]}"
        place = SubElement(story, "ParagraphStyleRange", AppliedParagraphStyle=style)
        for text, attributes in _runs(paragraph.children, {"AppliedCharacterStyle": _CHARACTER_NONE}, profile):
            SubElement(SubElement(place, "CharacterStyleRange", attributes), "Content").text = text
        if number + 1 < len(paragraphs):
            SubElement(SubElement(place, "CharacterStyleRange", AppliedCharacterStyle=_CHARACTER_NONE), "Br")
    return root


def _runs(children: Sequence[Inline], style: dict[str, str], profile: Profile) -> Iterator[tuple[str, dict[str, str]]]:
    """Stretches of text with the attributes of their range."""
    for child in children:
        match child:
            case Text():
                yield from _text(child.text, style, vertical=profile.direction == "tate")
            case Ruby():
                kind = "PerCharacterRuby" if len(child.readings) > 1 else "GroupRuby"
                reading = " ".join(child.readings)
                yield child.base, style | {"RubyFlag": "true", "RubyString": reading, "RubyType": kind}
            case Strong():
                name = profile.styles["dots" if child.dots else "strong"]
                strong = {"AppliedCharacterStyle": f"CharacterStyle/{name}"}
                yield from _runs(child.children, style | strong, profile)
            case Link():
                yield from _runs(child.children, style, profile)
            case LineBreak():
                yield _FORCED_BREAK, style


def _text(text: str, style: dict[str, str], *, vertical: bool) -> Iterator[tuple[str, dict[str, str]]]:
    pieces = TWO_DIGITS.split(text) if vertical else [text]
    for number, piece in enumerate(pieces):
        if piece:
            yield piece, style | ({"Tatechuyoko": "true"} if number % 2 else {})
