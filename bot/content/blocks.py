"""A body's lines → blocks, each with its text. What opens no block that the dialect has is refused at its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NoReturn, Protocol

from bot.content.lines import HEADING, OPENS, QUOTE, TASK, Item, item
from bot.content.signs import Wrong
from bot.content.source_text import SourceText
from bot.language import say

Kind = Literal["heading", "paragraph", "quote", "list"]
_CODE = 4  # blanks at a line's beginning, from which on Markdown takes it for code
_LINE = re.compile(r"(?P<indent>[ \t]*)(?P<text>[^\n]*)(?:\n|\Z)")
_TABLE = Wrong("表は使えません", "箇条書きか、画像の図表にしてください")
_MARKS = "`~|:=-*_[＃#>+・･"  # with which a line of another kind than running text begins; a number may, too
_USABLE = "使える書き方（見出し・段落・箇条書き・リンク・強調・ふりがな）に直してください"
# Refused and not dropped: what an author wrote and no reader sees would be approved unseen.
_WRONG = (
    (re.compile(r"`{3}|~{3}"), Wrong("コードの囲みは使えません", "ふつうの文として書いてください")),
    (re.compile(r"\|.*\|\s*$|:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?\s*$"), _TABLE),
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


class _Refuses(Protocol):
    def refuse(self, offset: int, wrong: Wrong) -> NoReturn: ...


@dataclass
class Part:
    """A block while it is read: `lines` of it (of each item of a list, of each paragraph of a quote), from where to where their
    text stands. `level` of a heading; `numbers` of a list's items, with their places."""

    kind: Kind
    lines: list[list[tuple[int, int]]] = field(default_factory=list)
    start: int = 0
    level: int = 0
    sign: str = ""
    indent: int = 0
    numbers: list[tuple[int, int]] = field(default_factory=list)


class Blocks:
    """One body on its way to its parts."""

    def __init__(self, written: SourceText, reader: _Refuses) -> None:
        self.written, self.text, self.reader = written, written.text, reader
        self.open: Part | None = None
        self.gap = True  # an empty line was the last

    def read(self) -> Iterator[Part]:
        for line in _LINE.finditer(self.text):
            if not line["text"].strip():
                self.gap = True
                continue
            begun = self._begun(line)
            if begun is not self.open:
                yield from self._closed()
                self.open = begun
            self.gap = False
        yield from self._closed()

    def _closed(self) -> Iterator[Part]:
        if self.open:
            self._numbered(self.open)
            if not any(self.open.lines):
                self._refuse(self.open.start, Wrong("引用に、言葉がありません", "引用する文を書くか、その行を消してください"))
            yield self.open

    def _begun(self, line: re.Match[str]) -> Part:
        """The block to which this line belongs, new or open."""
        start, text, width = line.start("text"), line["text"], len(line["indent"].expandtabs(4))
        marked = text[0] in _MARKS or text[0].isdigit()
        after_list = self.open is not None and self.open.kind == "list"
        for form, wrong in _WRONG if marked else ():
            if form.match(text):
                self._refuse(start, wrong)
        if width >= _CODE and self.gap and not after_list:
            self._refuse(start, Wrong("行の初めに空白が4つ以上あり、コードとみなされます", "行の初めの空白を消してください"))
        if marked and (found := HEADING.match(text)):
            return self._heading(found, start)
        if marked and (found := QUOTE.match(text)):
            return self._quote(start + found.end(), line.end("text"))
        if marked and (mark := item(text)):
            return self._item(mark, start, line.end("text"), width)
        if after_list and self.gap and width >= 2:  # as far as an item's text stands in
            self._refuse(start, _NESTED)
        return self._text(start, line.end("text"))

    def _heading(self, found: re.Match[str], start: int) -> Part:
        level, text = len(found["signs"]), found["text"].rstrip()
        if level == 1:
            self._refuse(
                start, Wrong("本文に大見出し（#）は使えません", "見出しは ## から始めてください（題名は title: に書きます）")
            )
        if level > 3 or not text.strip("# \t"):  # as many levels as the outputs tell apart
            self._refuse(start, Wrong("見出しが深すぎるか、言葉がありません", "## 言葉 か ### 言葉 と書いてください"))
        # Closing signs, as some write them: as many as in front. Any other # is text (C#, #7119).
        text = re.sub(rf"[ \t]+#{{{level}}}$", "", text).rstrip()
        begin = start + found.start("text")
        return Part(kind="heading", lines=[[(begin, begin + len(text))]], level=level)

    def _quote(self, start: int, end: int) -> Part:
        text = self.text[start:end]
        if OPENS.match(text.lstrip()):
            self._refuse(start, Wrong("引用の中に、見出し・引用・箇条書きは使えません", _USABLE))
        part = self.open if self.open and self.open.kind == "quote" and not self.gap else Part("quote", [[]], start)
        if text.strip():
            part.lines[-1].append((start + len(text) - len(text.lstrip()), end))
        elif part.lines[-1]:
            part.lines.append([])
        return part

    def _item(self, mark: Item, start: int, end: int, width: int) -> Part:
        part = self.open
        if part is None or part.kind != "list" or part.sign != mark.sign:
            part = Part(kind="list", sign=mark.sign, indent=width)
        elif width > part.indent:
            self._refuse(start, _NESTED)
        begin = start + mark.length
        text = self.text[begin:end]
        if not text.strip():
            self._refuse(start, Wrong("箇条書きの項目に、言葉がありません", "項目を書くか、その行を消してください"))
        if TASK.match(text):
            self._refuse(begin, Wrong("チェックの欄（[ ]）は使えません", "ふつうの箇条書きにしてください"))
        if OPENS.match(text):
            self._refuse(begin, _NESTED)
        part.lines.append([(begin, end)])
        if mark.number is not None:
            part.numbers.append((mark.number, start))
        return part

    def _text(self, start: int, end: int) -> Part:
        part = self.open
        # Behind an empty line, be it one of a quote, nothing goes on that is not marked.
        if part is None or self.gap or part.kind == "heading" or not part.lines[-1]:
            part = Part(kind="paragraph", lines=[[]])
        part.lines[-1].append((start, end))
        return part

    def _numbered(self, part: Part) -> None:
        """A writer's screen counts on from the first number, whatever stands there; a number that is not the one that comes out
        is told."""
        first = part.numbers[0][0] if part.numbers else 0
        alike = all(number == first for number, _ in part.numbers)
        for expected, (number, start) in enumerate(part.numbers, start=first):
            if number != expected and not alike:
                wrong = say("番号が続いていません（{expected} のところが {number} です）", expected=expected, number=number)
                self._refuse(start, Wrong(wrong, "続いた番号にするか、番号で始まる行を空の行で分けてください"))

    def _refuse(self, at: int, wrong: Wrong) -> NoReturn:
        self.reader.refuse(self.written.offset(at), wrong)
