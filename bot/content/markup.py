"""Markdown → Document.

The dialect is closed: paragraphs, headings (## and ###), flat lists, quotes, links, strong text, line breaks, ruby
(`{漢字|かんじ}`, `{加賀|か|が}`, `｜漢字《かんじ》`) and figures (`{{ indicator.KEY.FIELD }}`). Each character of the source
becomes text or is a mark of these, or it is a ContentError with its place; so nothing that an author wrote is dropped, or laid
bare, in silence (ADR 35).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from bot.content import dialect
from bot.content.bounds import excess
from bot.content.document import Document, Inline, LineBreak, Text, leaves
from bot.content.inlines import Inlines, LineEnds
from bot.content.lines import OPENS
from bot.content.signs import FIGURE, Wrong
from bot.content.source_text import SourceText
from bot.content.suppressions import hidden
from bot.errors import ContentError, Place, TemplateError
from bot.language import say
from bot.strategy.indicators import FIELDS, Indicator

_FIGURE = re.compile(FIGURE)
_REFERENCE = re.compile(r"indicator\.([A-Za-z0-9_-]+)\.([a-z]+)")
_ONE_LINE = Wrong("ここには見出しや箇条書きは書けません", "1行の文にしてください")
_PLAIN = Wrong(
    "この項目は飾りのない文のため、強調・ふりがな・リンクは使えません",
    "記号を使わずに書いてください。記号そのものは、前に \\ を置きます",
)


@dataclass(frozen=True)
class Reader:
    """Passages of one post → what they say. `place` gives line and column of an offset in its file."""

    indicators: Mapping[str, Indicator]
    place: Callable[[int], Place]

    def document(self, written: SourceText) -> Document:
        return dialect.document(self._shown(written), self)

    def line(self, written: SourceText, ends: LineEnds = "join") -> tuple[Inline, ...]:
        """A single run of inlines: a title, a lead."""
        written = self._shown(written).stripped()
        if OPENS.match(written.text):
            self.refuse(written.offset(0), _ONE_LINE)
        return self._inlines(written, ends)

    def plain(self, written: SourceText) -> str:
        """A sentence without any marks: a reason, a picture's description. Figures are put in, line ends stay."""
        written = self._shown(written)
        for start, _ in _lines(written.text):
            if OPENS.match(written.text, start) and not written.text[start].isdigit():
                self.refuse(written.offset(start), _PLAIN)
        return "".join(self._unadorned(written, inline) for inline in self._inlines(written, "keep"))

    def _unadorned(self, written: SourceText, inline: Inline) -> str:
        if not isinstance(inline, Text | LineBreak):
            first = next((leaf.offset for leaf in leaves((inline,)) if not isinstance(leaf, LineBreak)), written.offset(0))
            self.refuse(first, _PLAIN)
        return inline.text if isinstance(inline, Text) else "\n"

    def figures(self, written: SourceText) -> str:
        """A text as it stands, with its figures put in."""
        written = self._shown(written)
        return _FIGURE.sub(lambda m: self.figure(m["reference"].strip(), written.offset(m.start())), written.text)

    def _shown(self, written: SourceText) -> SourceText:
        if found := excess(written.text):
            self.refuse(written.offset(found.at), Wrong(found.summary, found.next_step))
        return written.without(hidden(written.text))

    def _inlines(self, written: SourceText, ends: LineEnds) -> tuple[Inline, ...]:
        return Inlines(written, self, ends).read()

    def figure(self, reference: str, offset: int) -> str:
        """What the register says. Raises TemplateError."""
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
            return indicator.field(match[2])
        except KeyError:
            raise TemplateError(
                f"unknown field in {reference!r}",
                summary=say("指標「{name}」に「{match}」はありません", name=indicator.name, match=match[2]),
                next_step=say("{names} のうち、その指標にあるものを使ってください", names="・".join(FIELDS)),
                place=self.place(offset),
            ) from None

    def refuse(self, offset: int, wrong: Wrong) -> NoReturn:
        raise ContentError(
            "not in the dialect",
            summary=wrong.summary,
            next_step=wrong.next_step,
            place=self.place(offset),
            rule="content.unsupported",
        )


def _lines(text: str) -> list[tuple[int, int]]:
    """From where to where each line's text stands, without its indent."""
    return [m.span(1) for m in re.finditer(r"^[ \t]*(\S[^\n]*)", text, re.MULTILINE)]
