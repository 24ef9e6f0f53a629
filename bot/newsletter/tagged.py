"""InDesign tagged text (Adobe タグ付きテキスト): paragraph styles by name, ruby, nothing about looks.

The tags are the long forms of Adobe's tagged text: ParaStyle, CharStyle, cRuby, cRubyString, cMojiRuby (0 for group ruby, 1 for
a reading per character, the readings parted by spaces). Two-digit numbers carry no tag: the paragraph style of the
typesetter's document turns them upright (自動縦中横設定).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.content.document import Inline, LineBreak, Link, Ruby, Strong, Text
from bot.errors import MissingGlyph
from bot.language import say
from bot.newsletter.article import Article
from bot.newsletter.encoding import CP932, twinned
from bot.newsletter.profile import Profile
from bot.newsletter.story import Styled, stories

_HEADER = "<Version:7><FeatureSet:InDesign-Japanese>"
_ESCAPES = str.maketrans({"\\": "\\\\", "<": "\\<", ">": "\\>"})
_FORCED_BREAK = "<0x000A>"


def build(articles: Sequence[Article], profile: Profile) -> bytes:
    """UTF-16LE with its mark, or Shift_JIS where the profile's encoding is cp932. Lines end as on Windows.

    In Shift_JIS a character beyond it is written by its code (<0x9AD9>). Raises MissingGlyph for one beyond four digits.
    """
    paragraphs = [p for story in stories(articles, profile) for p in story]
    body = [f"<ParaStyle:{profile.styles[p.role]}>{_inlines(p.children, profile)}" for p in paragraphs]
    if profile.encoding != CP932:
        return b"\xff\xfe" + _lines("<UNICODE-WIN>", body).encode("utf-16-le")
    for paragraph in paragraphs:
        _check(paragraph)
    return "".join(_sjis(c) for c in twinned(_lines("<SJIS-WIN>", body), CP932)).encode(CP932)


def _lines(start: str, body: Sequence[str]) -> str:
    return "\r\n".join([start, _HEADER, *body]) + "\r\n"


def _inlines(children: Sequence[Inline], profile: Profile) -> str:
    return "".join(_inline(child, profile) for child in children)


def _inline(child: Inline, profile: Profile) -> str:
    match child:
        case Text():
            return child.text.replace("\n", "").translate(_ESCAPES)
        case Ruby():
            return _ruby(child)
        case Strong():
            style = profile.styles["dots" if child.dots else "strong"]
            return f"<CharStyle:{style}>{_inlines(child.children, profile)}<CharStyle:>"
        case Link():
            return _inlines(child.children, profile)
        case LineBreak():
            return _FORCED_BREAK


def _ruby(ruby: Ruby) -> str:
    reading = " ".join(ruby.readings).translate(_ESCAPES)
    mono = int(len(ruby.readings) > 1)
    base = ruby.base.translate(_ESCAPES)
    return f"<cMojiRuby:{mono}><cRuby:1><cRubyString:{reading}>{base}<cMojiRuby:><cRuby:><cRubyString:>"


def _sjis(character: str) -> str:
    try:
        character.encode(CP932)
    except UnicodeEncodeError:
        return f"<0x{ord(character):04X}>"
    return character


def _check(paragraph: Styled) -> None:
    text = "".join(_texts(paragraph.children))
    for character in text:
        if ord(character) > 0xFFFF:
            raise MissingGlyph(
                f"tagged text in Shift_JIS cannot hold U+{ord(character):04X}",
                summary=say(
                    "「{text}」の「{character}」（U+{ord:04X}）は、Shift_JIS では書けません",
                    text=text[:20],
                    character=character,
                    ord=ord(character),
                ),
                next_step="別の字に変えるか、schedules/newsletter.yml の encoding を utf-8-sig にしてください",
            )


def _texts(children: Sequence[Inline]) -> Iterator[str]:
    for child in children:
        match child:
            case Text():
                yield child.text
            case Ruby():
                yield child.base + child.reading
            case Strong() | Link():
                yield from _texts(child.children)
