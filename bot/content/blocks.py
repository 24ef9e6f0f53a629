"""A body's lines → elements, by block processors of python-markdown. What opens no block that the dialect has is refused at its
place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn
from xml.etree.ElementTree import Element, SubElement

from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor

from bot.content.inlines import Figures
from bot.content.lines import HEADING, OPENS, QUOTE, TASK, Item, item
from bot.content.signs import Wrong
from bot.content.source_text import SourceText

_CODE = 4  # blanks at a line's beginning, from which on Markdown takes it for code
_TABLE = Wrong("表は使えません", "箇条書きか、画像の図表にしてください")
_LISTS = ("ul", "ol")
_MARKS = "`~|:=-*_[＃#>+・･"  # with which a line of another kind than running text begins; a number may, too
_USABLE = "使える書き方（見出し・段落・箇条書き・リンク・強調・ふりがな）に直してください"
# Refused and not dropped: what an author wrote and no reader sees would be approved unseen.
_WRONG = (
    (re.compile(r"`{3}|~{3}"), Wrong("コードの囲みは使えません", "ふつうの文として書いてください")),
    (re.compile(r"\|.*\|\s*$|:?-+:?\s*(?:\|\s*:?-+:?\s*+)+\|?\s*$"), _TABLE),
    (
        re.compile(r"=+\s*$|(?P<sign>[-*_])(?:[ \t]*(?P=sign)){1,}\s*$"),
        Wrong("本文に横線は使えません", "見出しは、行の初めに ## を書いてください"),
    ),
    (re.compile(r"\[\^[^\]\n]+\]:"), Wrong("脚注（[^1]）は使えません", "文の中に（ ）で書いてください")),
    (
        re.compile(r"\[[^\]\n]+\]:"),
        Wrong(
            "「[名前]: …」の行は、見えないメモやリンクの控えの書き方のため使えません",
            "メモは、原稿の外に書いてください",
        ),
    ),
    (re.compile(r"＃+[ 　]|＃{2,}"), Wrong("見出しの「＃」が全角です", "半角の ## と空白で書いてください")),
    (re.compile(r":::"), Wrong("囲み（:::）は使えません", _USABLE)),
)
_NESTED = Wrong("箇条書きの中に、箇条書きや段落は入れられません", "1段の箇条書きにしてください")


@dataclass(frozen=True)
class Line:
    """A line without its indent, which is `width` wide; `start` is its place in the body; `gap`: behind an empty line."""

    text: str
    start: int
    width: int
    gap: bool

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Body:
    """What is known of a body beside python-markdown's blocks and elements, which are strings without places. `at` is where
    the lines begin that are still to be read; `gap`: an empty line was the last. `lines` are those of an element's own text,
    from where to where each stands in the body; `starts` where an element begins."""

    written: SourceText
    reader: Figures

    def begin(self, written: SourceText, reader: Figures) -> None:
        self.written, self.reader = written, reader
        self.at, self.gap = 0, True
        self.lines: dict[Element, list[tuple[int, int]]] = {}
        self.starts: dict[Element, int] = {}

    def take(self, blocks: list[str]) -> Line:
        """The first line of what is left. A processor takes no more, since any line may open a block."""
        line, more, rest = blocks.pop(0).partition("\n")
        if more:
            blocks.insert(0, rest)
        text = line.lstrip(" \t")
        indent = len(line) - len(text)
        taken = Line(text, self.at + indent, len(line[:indent].expandtabs(4)), self.gap)
        self.at += len(line) + (1 if more else 2)  # BlockParser split the body at two line ends
        self.gap = not more or not text.strip()
        return taken

    def refuse(self, at: int, wrong: Wrong) -> NoReturn:
        self.reader.refuse(self.written.offset(at), wrong)


def register(parser: BlockParser, body: Body) -> None:
    """The dialect's processors, asked in this order about each line."""
    for number, kind in enumerate((_Empty, _Unknown, _Code, _Heading, _Quote, _Item, _Running)):
        parser.blockprocessors.register(kind(parser, body), kind.__name__, -number)


class _Processor(BlockProcessor):
    def __init__(self, parser: BlockParser, body: Body) -> None:
        super().__init__(parser)
        self.body = body

    def test(self, parent: Element, block: str) -> bool:
        return self.begins(block.partition("\n")[0].lstrip(" \t"))

    def begins(self, line: str) -> bool:
        """Is a line, without its indent, one of this kind?"""
        raise NotImplementedError

    def open(self, parent: Element, *tags: str) -> Element | None:
        """The last block, if it is one of these."""
        last = self.lastChild(parent)
        return last if last is not None and last.tag in tags else None


class _Empty(_Processor):
    def begins(self, line: str) -> bool:
        return not line.strip()

    def run(self, parent: Element, blocks: list[str]) -> None:
        self.body.take(blocks)


class _Unknown(_Processor):
    """What Markdown has and the dialect has not."""

    def begins(self, line: str) -> bool:
        return _wrong(line) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        line = self.body.take(blocks)
        if wrong := _wrong(line.text):
            self.body.refuse(line.start, wrong)


def _marked(line: str) -> bool:
    return line[0] in _MARKS or line[0].isdigit()


def _wrong(line: str) -> Wrong | None:
    return next((wrong for form, wrong in _WRONG if form.match(line)), None) if _marked(line) else None


class _Code(_Processor):
    """A line that Markdown takes for code, because it stands in."""

    def test(self, parent: Element, block: str) -> bool:
        return self.body.gap and block.expandtabs(4).startswith(" " * _CODE) and self.open(parent, *_LISTS) is None

    def run(self, parent: Element, blocks: list[str]) -> None:
        wrong = Wrong("行の初めに空白が4つ以上あり、コードとみなされます", "行の初めの空白を消してください")
        self.body.refuse(self.body.take(blocks).start, wrong)


class _Heading(_Processor):
    def begins(self, line: str) -> bool:
        return HEADING.match(line) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        line = self.body.take(blocks)
        signs, text = HEADING.findall(line.text)[0]
        begin, text, level = line.end - len(text), text.rstrip(), len(signs)
        if level == 1:
            wrong = Wrong("本文に大見出し（#）は使えません", "見出しは ## から始めてください（題名は title: に書きます）")
            self.body.refuse(line.start, wrong)
        if level > 3 or not text.strip("# \t"):  # as many levels as the outputs tell apart
            self.body.refuse(line.start, Wrong("見出しが深すぎるか、言葉がありません", "## 言葉 か ### 言葉 と書いてください"))
        # Closing signs, as some write them: as many as in front. Any other # is text (C#, #7119).
        text = re.sub(rf"[ \t]+#{{{level}}}$", "", text).rstrip()
        self.body.lines[SubElement(parent, f"h{level}")] = [(begin, begin + len(text))]


class _Quote(_Processor):
    def begins(self, line: str) -> bool:
        return QUOTE.match(line) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        line = self.body.take(blocks)
        text = QUOTE.sub("", line.text, count=1)
        start, text = line.end - len(text), text.lstrip()
        if OPENS.match(text):
            self.body.refuse(start, Wrong("引用の中に、見出し・引用・箇条書きは使えません", _USABLE))
        quote = self.open(parent, "blockquote")
        if quote is None or line.gap:
            quote = SubElement(parent, "blockquote")
            self.body.starts[quote] = start
            self._paragraph(quote)
        lines = self.body.lines[quote[-1]]
        if text:
            lines.append((line.end - len(text), line.end))
        elif lines:
            self._paragraph(quote)

    def _paragraph(self, quote: Element) -> None:
        self.body.lines[SubElement(quote, "p")] = []


class _Item(_Processor):
    def begins(self, line: str) -> bool:
        return item(line) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        line = self.body.take(blocks)
        mark = item(line.text)
        assert mark is not None  # noqa: S101 what `begins` asked
        items = self._goes_on(parent, line, mark)
        begin = line.start + mark.length
        text = line.text[mark.length :]
        if not text.strip():
            self.body.refuse(line.start, Wrong("箇条書きの項目に、言葉がありません", "項目を書くか、その行を消してください"))
        if TASK.match(text):
            self.body.refuse(begin, Wrong("チェックの欄（[ ]）は使えません", "ふつうの箇条書きにしてください"))
        if OPENS.match(text):
            self.body.refuse(begin, _NESTED)
        if items is None:
            tag = "ul" if mark.number is None else "ol"
            items = SubElement(parent, tag, {"sign": mark.sign, "indent": str(line.width)})
        entry = SubElement(items, "li", {"value": str(mark.number or 0)})
        self.body.lines[entry], self.body.starts[entry] = [(begin, line.end)], line.start

    def _goes_on(self, parent: Element, line: Line, mark: Item) -> Element | None:
        """The open list, if the item is one of it."""
        found = self.open(parent, *_LISTS)
        if found is None or found.get("sign") != mark.sign:
            return None
        if line.width > int(found.get("indent", 0)):
            self.body.refuse(line.start, _NESTED)
        return found


class _Running(_Processor):
    """Running text: what no other processor took."""

    def begins(self, line: str) -> bool:
        return True

    def run(self, parent: Element, blocks: list[str]) -> None:
        line = self.body.take(blocks)
        last = self.open(parent, "p", "blockquote", *_LISTS)
        if line.gap and line.width >= 2 and last is not None and last.tag in _LISTS:  # as far as an item's text stands in
            self.body.refuse(line.start, _NESTED)
        if last is not None and last.tag != "p":
            last = last[-1]
        # Behind an empty line, be it one of a quote, nothing goes on that is not marked.
        if last is None or line.gap or not self.body.lines[last]:
            last = SubElement(parent, "p")
        self.body.lines.setdefault(last, []).append((line.start, line.end))
