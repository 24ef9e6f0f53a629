"""Markdown → Document, by way of the `markdown` package's element tree (never of an HTML string).

The dialect is closed: paragraphs, headings (## and ###), flat lists, quotes, links, strong text, line breaks, ruby
(`{漢字|かんじ}`, `{加賀|か|が}`, `｜漢字《かんじ》`) and figures (`{{ indicator.KEY.FIELD }}`). Anything else is a ContentError
with its place, so that nothing an author wrote is dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.blockprocessors import OListProcessor
from markdown.inlinepatterns import InlineProcessor

from bot.content.bounds import excess
from bot.content.document import (
    Block,
    Document,
    Heading,
    Inline,
    ItemList,
    LineBreak,
    Link,
    Paragraph,
    Quote,
    Ruby,
    Strong,
    Text,
)
from bot.content.suppressions import without
from bot.errors import ContentError, Place, TemplateError
from bot.language import say
from bot.strategy.indicators import FIELDS, Indicator

_FIGURE = r"\{\{([^{}\n]*)\}\}"  # one way to read it, however much is left open
_REFERENCE = re.compile(r"indicator\.([A-Za-z0-9_-]+)\.([a-z]+)")
_RUBY = r"\{([^{}|\n]+)\|([^{}\n]+)\}"
_AOZORA = r"｜([^《》｜\n]+)《([^《》\n]+)》"
# Refused and not dropped: what an author wrote and no reader sees would be approved unseen.
_REFUSED = (
    (re.compile(r"</?[A-Za-z][^<>]*>|<!--"), "HTML のタグは使えません", "Markdown の書き方に直してください"),
    (re.compile(r"^(```|~~~)", re.MULTILINE), "コードの囲みは使えません", "ふつうの文として書いてください"),
    (re.compile(r"^\s*\|.*\|\s*$", re.MULTILINE), "表は使えません", "箇条書きか、画像の図表にしてください"),
)
_JAPANESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
_RULE = re.compile(r"^ {0,3}([-*_]) *(?:\1 *){2,}$", re.MULTILINE)
_ADDRESS = re.compile(r"(?:https?://|mailto:|tel:)\S", re.IGNORECASE)  # all else may run a program, or leads nowhere
_UNSUPPORTED = {"img": "画像", "hr": "横線", "h1": "大見出し（#）", "pre": "コード", "code": "コード", "table": "表"}
_HINTS = {
    "img": "画像は、ファイルの先頭の images: に書いてください",
    "h1": "見出しは ## から始めてください（題名は title: に書きます）",
}


@dataclass
class Reader:
    """Turns element trees into Documents while keeping its place in the source: leaves come in source order, so each is
    looked for from where the one before it ended."""

    text: str
    indicators: Mapping[str, Indicator]
    place: Callable[[int], Place]
    cursor: int = 0
    last: str = ""
    used: set[str] = field(default_factory=set)

    def document(self, body: str) -> Document:
        self._require_bounded(body)
        body = without(body)
        self._refuse_markup(body)
        root = _parse(body)
        return Document(tuple(self._block(e) for e in root))

    def line(self, text: str) -> tuple[Inline, ...]:
        """A single run of inlines: a title, a lead."""
        document = self.document(text.replace("\n", " "))
        if len(document.blocks) != 1 or not isinstance(document.blocks[0], Paragraph):
            raise self._error(
                self.cursor, "one line was expected", "ここには見出しや箇条書きは書けません", "1行の文にしてください"
            )
        return document.blocks[0].children

    def figures(self, text: str) -> str:
        """Plain text with its figures put in."""
        self._require_bounded(text)
        return re.sub(_FIGURE, lambda m: self._figure(m.group(1).strip(), self._seek(m.group())), without(text))

    def _block(self, element: Element) -> Block:
        match element.tag:
            case "h2" | "h3":
                return Heading(int(element.tag[1]), self._inlines(element))
            case "p":
                return Paragraph(self._inlines(element))
            case "blockquote":
                return Quote(tuple(self._lines_of(element)))
            case "ul" | "ol":
                start = int(element.get("start", "1"))
                return ItemList(tuple(self._item(e) for e in element), ordered=element.tag == "ol", start=start)
        raise self._unsupported(element)

    def _lines_of(self, quote: Element) -> Iterator[Inline]:
        for number, paragraph in enumerate(quote):
            if paragraph.tag != "p":
                raise self._unsupported(paragraph)
            if number:
                yield LineBreak()
            yield from self._inlines(paragraph)

    def _item(self, item: Element) -> tuple[Inline, ...]:
        inner = [e for e in item if e.tag in ("p", "ul", "ol", "h2", "h3", "blockquote")]
        if len(inner) == 1 and inner[0].tag == "p" and len(item) == 1 and not (item.text or "").strip():
            return self._inlines(inner[0])
        if inner:
            raise self._error(
                self._seek("".join(inner[-1].itertext()).strip().partition("\n")[0]),
                "nested list",
                "箇条書きの中に、箇条書きや段落は入れられません",
                "1段の箇条書きにしてください",
            )
        return self._inlines(item)

    def _inlines(self, element: Element) -> tuple[Inline, ...]:
        found: list[Inline] = [*self._texts(element.text)]
        for child in element:
            found.append(self._inline(child))
            found += self._texts(child.tail)
        return tuple(found)

    def _inline(self, element: Element) -> Inline:
        match element.tag:
            case "strong" | "em":
                return Strong(self._inlines(element), dots=element.tag == "em")
            case "a":
                return self._link(element)
            case "br":
                return LineBreak()
            case "ruby":
                self.last = element.get("base", "")[-1:]
                return self._ruby(element)
            case "figure":
                offset = self._seek(element.get("source", ""))
                shown = self._figure(element.text or "", offset)
                self.last = shown[-1:]
                return Text(shown, offset)
        raise self._unsupported(element)

    def _link(self, element: Element) -> Link:
        href = element.get("href", "")
        if not _ADDRESS.match(href):
            raise self._error(
                self._seek("".join(element.itertext())),
                "address of an unknown kind",
                say("リンク先「{href}」は使えません", href=href[:40]),
                "https:// から始まるアドレス（メールは mailto:、電話は tel:）を書いてください",
            )
        return Link(href, self._inlines(element))

    def _texts(self, text: str | None) -> Iterator[Text]:
        """One Text for each source line; a line end leaves a space only between words that are not Japanese."""
        # A line end in Japanese is no space; between Latin words it is one.
        for number, line in enumerate((text or "").split("\n")):
            shown = line.lstrip(" ") if number else line
            if not shown:
                continue
            offset = self._seek(shown)
            apart = number and self.last and not (_JAPANESE.match(self.last) or _JAPANESE.match(shown))
            self.last = shown[-1]
            yield Text(" " + shown if apart else shown, offset)

    def _ruby(self, element: Element) -> Ruby:
        offset = self._seek(element.get("source", ""))
        base, readings = element.get("base", ""), tuple(element.get("readings", "").split("|"))
        if len(readings) not in (1, len(base)) or not all(r.strip() for r in readings):
            raise self._error(
                offset,
                "ruby parts do not match",
                say(
                    "ふりがなの数が合いません（「{base}」は{count}文字、ふりがなは{count2}個）",
                    base=base,
                    count=len(base),
                    count2=len(readings),
                ),
                "{漢字|かんじ} のように1つにまとめるか、1文字に1つずつ書いてください",
            )
        return Ruby(base, readings, offset)

    def _figure(self, reference: str, offset: int) -> str:
        match = _REFERENCE.fullmatch(reference)
        indicator = self.indicators.get(match[1]) if match else None
        if match is None or indicator is None:
            raise TemplateError(
                f"unknown reference {reference!r}",
                summary=say("「{{{{ {reference} }}}}」に当てはまる数値がありません", reference=reference),
                next_step="content/strategy/indicators.yml にある名前を {{ indicator.名前.value }} の形で書いてください",
                place=self.place(offset),
            )
        try:
            value = indicator.field(match[2])
        except KeyError:
            raise TemplateError(
                f"unknown field in {reference!r}",
                summary=say("指標「{name}」に「{match}」はありません", name=indicator.name, match=match[2]),
                next_step=say("{names} のうち、その指標にあるものを使ってください", names="・".join(FIELDS)),
                place=self.place(offset),
            ) from None
        self.used.add(match[1])
        return value

    def _seek(self, piece: str) -> int:
        """Where `piece` stands in the source, from the cursor on; the cursor itself if escapes hide it."""
        # The source may hold an escape within the piece; its beginning still tells the line.
        for wanted in (piece, piece[:6], piece[:1]):
            if wanted and (found := self.text.find(wanted, self.cursor)) >= 0:
                self.cursor = found + len(wanted)
                return found
        return self.cursor

    def _require_bounded(self, body: str) -> None:
        if found := excess(body):
            raise self._error(self.cursor + found.at, "out of bounds", found.summary, found.next_step)

    def _refuse_markup(self, body: str) -> None:
        for pattern, summary, next_step in _REFUSED:
            if match := pattern.search(body):
                raise self._error(self._seek(match.group().strip()), "unsupported markup", summary, next_step)

    def _unsupported(self, element: Element) -> ContentError:
        name = _UNSUPPORTED.get(element.tag, "この書き方")
        hint = _HINTS.get(element.tag, "使える書き方（見出し・段落・箇条書き・リンク・強調・ふりがな）に直してください")
        source = element.get("alt") or "".join(element.itertext()).strip()[:12]
        if element.tag == "hr" and (rule := _RULE.search(self.text, self.cursor)):
            source = rule.group()
        return self._error(
            self._seek(source), f"unsupported element {element.tag}", say("本文に{name}は使えません", name=name), hint
        )

    def _error(self, offset: int, message: str, summary: str, next_step: str) -> ContentError:
        return ContentError(message, summary=summary, next_step=next_step, place=self.place(offset), rule="content.unsupported")


class _RubyProcessor(InlineProcessor):
    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]  # noqa: N802
        element = Element("ruby", {"base": m[1], "readings": m[2], "source": m[0]})
        return element, m.start(0), m.end(0)


class _FigureProcessor(InlineProcessor):
    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]  # noqa: N802
        element = Element("figure", {"source": m[0]})
        element.text = m[1].strip()
        return element, m.start(0), m.end(0)


class _NumberedList(OListProcessor):
    LAZY_OL = False  # it begins where its author says


@lru_cache(maxsize=1)
def _markdown() -> Markdown:
    md = Markdown(output_format="html")
    # What the dialect has not must reach us as text or element, and not be swallowed by an extension.
    md.preprocessors.deregister("html_block")
    for name in ("code", "setextheader", "reference"):
        md.parser.blockprocessors.deregister(name)
    for name in (
        "backtick",
        "html",
        "entity",
        "automail",
        "reference",
        "short_reference",
        "image_reference",
        "short_image_ref",
    ):
        md.inlinePatterns.deregister(name)
    md.parser.blockprocessors.register(_NumberedList(md.parser), "olist", 40)
    md.treeprocessors.deregister("prettify")
    md.inlinePatterns.register(_FigureProcessor(_FIGURE, md), "figure", 185)
    md.inlinePatterns.register(_RubyProcessor(_RUBY, md), "ruby", 175)
    md.inlinePatterns.register(_RubyProcessor(_AOZORA, md), "aozora", 174)
    return md


def _parse(body: str) -> Element:
    md = _markdown().reset()
    lines = body.split("\n")
    # `convert` would make a string of HTML and lose the tree; so its steps are taken one by one.
    for preprocessor in md.preprocessors:
        lines = preprocessor.run(lines)
    root = md.parser.parseDocument(lines).getroot()
    assert root is not None  # noqa: S101 the parser always makes a root
    for treeprocessor in md.treeprocessors:
        processed = treeprocessor.run(root)
        root = root if processed is None else processed
    return root
