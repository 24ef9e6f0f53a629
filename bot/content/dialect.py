"""The dialect, as an extension of python-markdown: a body → blocks → elements → Document.

python-markdown goes through the body: it splits it into blocks, asks the dialect's processors (`blocks`) about each, grows the
tree of elements and hands that to the treeprocessor here, which makes the Document of it. Of its own constructs it has none
left, since the dialect is closed (ADR 35).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import Registry

from bot.content import blocks
from bot.content.blocks import Body
from bot.content.document import Block, Document, Heading, Inline, ItemList, LineBreak, Paragraph, Quote
from bot.content.inlines import Figures, Inlines
from bot.content.signs import Wrong
from bot.content.source_text import SourceText
from bot.errors import ContentError
from bot.language import say


def document(written: SourceText, reader: Figures) -> Document:
    """Raises ContentError, by the reader, at the first place that is not in the dialect."""
    return _own.document(written, reader)


class Dialect(Extension):
    """`body` is what is read at the time, `document` what was made of it."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.document = Body(), Document(())

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 python-markdown's name
        # All, and not by name: what a later python-markdown adds would be a construct that the dialect does not have. The
        # preprocessors change white space and take out HTML, so that no place would be right any more.
        md.preprocessors, md.inlinePatterns, md.postprocessors = Registry(), Registry(), Registry()
        md.parser.blockprocessors, md.treeprocessors = Registry(), Registry()
        blocks.register(md.parser, self.body)
        # In place of python-markdown's own: its inline patterns put a placeholder where they found something, so that what
        # follows has lost its place, and pass on what they do not know.
        self.inline = _Inline(md, self)
        md.treeprocessors.register(self.inline, "inline", 20)


class _Inline(Treeprocessor):
    """Elements → Document. An element cannot hold texts with their places, so the inlines are no elements."""

    def __init__(self, md: Markdown, dialect: Dialect) -> None:
        super().__init__(md)
        self.dialect, self.body = dialect, dialect.body

    def run(self, root: Element) -> Element:
        self.dialect.document = Document(self.blocks(root))
        return Element(root.tag)  # nothing is left to be written as HTML: outputs are made of the Document

    def blocks(self, elements: Iterable[Element]) -> tuple[Block, ...]:
        return tuple(self._block(element) for element in elements)

    def _block(self, element: Element) -> Block:
        match element.tag:
            case "ul":
                return ItemList(tuple(self._inlines(item) for item in element))
            case "ol":
                return self._numbered(element)
            case "blockquote":
                return Quote(self._quoted(element))
            case "p":
                return Paragraph(self._inlines(element))
        return Heading(int(element.tag[1:]), self._inlines(element))

    def _inlines(self, element: Element) -> tuple[Inline, ...]:
        body = self.body
        return Inlines(body.written.joined(body.lines[element], "\n"), body.reader, "prose").read()

    def _quoted(self, quote: Element) -> tuple[Inline, ...]:
        paragraphs = [self._inlines(paragraph) for paragraph in quote if self.body.lines[paragraph]]
        if not paragraphs:
            wrong = Wrong("引用に、言葉がありません", "引用する文を書くか、その行を消してください")
            self.body.refuse(self.body.starts[quote], wrong)
        return tuple(inline for n, line in enumerate(paragraphs) for inline in (*([LineBreak()] if n else []), *line))

    def _numbered(self, items: Element) -> ItemList:
        """A writer's screen counts on from the first number, whatever stands there; a number that is not the one that comes out
        is told."""
        numbers = [int(item.get("value", 0)) for item in items]
        first = numbers[0]
        for expected, (item, number) in enumerate(zip(items, numbers, strict=True), start=first):
            if number != expected and len(set(numbers)) > 1:
                wrong = say("番号が続いていません（{expected} のところが {number} です）", expected=expected, number=number)
                next_step = "続いた番号にするか、番号で始まる行を空の行で分けてください"
                self.body.refuse(self.body.starts[item], Wrong(wrong, next_step))
        return ItemList(tuple(self._inlines(item) for item in items), ordered=True, start=first)


class _Own(threading.local):
    """A thread's own python-markdown, since one reads one body at a time. It is not built for each body: that would take
    half as long as reading one."""

    def __init__(self) -> None:
        self.dialect = Dialect()
        self.markdown = Markdown(extensions=[self.dialect])

    def document(self, written: SourceText, reader: Figures) -> Document:
        self.dialect.body.begin(written, reader)
        self.dialect.document = Document(())  # python-markdown begins with no empty body
        try:
            self.markdown.reset().convert(written.text)
        except ContentError:
            # All blocks are read before the words in them, and what is wrong further up is told first. The last one is open.
            self.dialect.inline.blocks(self.markdown.parser.root[:-1])
            raise
        return self.dialect.document


_own = _Own()
