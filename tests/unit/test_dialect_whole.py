"""No character gets lost: each one of a body is text in the outputs, or one of the marks that the dialect has, or the post is
refused. The marks are told here once more, by another road than the reader's."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import registry
from bot.config import ROOT
from bot.content.document import Document, Heading, Inline, ItemList, LineBreak, Link, Quote, Ruby, Strong, Text, inlines
from bot.content.library import Library
from bot.content.post import Post
from bot.errors import ContentError
from bot.render.bundle import parts
from bot.render.environment import Templates
from tests.office import TOKYO, write_content, write_post

_SIGNS = "*_~`#>|[](){}<>!\\&=-+.:;/@%^$\"'・※①｜《》「」（）＃　 "
_WORDS = (
    "金沢市 窓口 書かない です。 ます、 12月1日 7119 １． ① 日時　 電話 C# A_B 料金*1 5*3*2 https://example.lg.jp/_a_/b*c "
    "@kanazawa_ #金沢市DX ** * __ _ ## ### # - 1. 2. > [ ]( ] ) {漢字|かんじ} ｜漢字《かんじ》 {{ }} <!-- --> &nbsp; [^1] "
    "**大切** [申込み](https://example.lg.jp/) <https://example.lg.jp/> \\* \\ ~~ ` ==== --- | [ ] 5℃"
)
PIECES = [
    *_SIGNS,
    *_WORDS.split(" "),
    "\n",
    "\n\n",
    "\n- ",
    "\n1. ",
    "\n## ",
    "\n## C#\n",
    "\n## x #\n",
    "\n## y ##\n",
    "\n> ",
    "  \n",
    "\\\n",
    "\n  ",
]
BODIES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=25).map("".join)
_ITEM = re.compile(r"^[ \t]*(?:[-*+](?=\s)|\d{1,9}[.)](?=\s)|[・･])", re.MULTILINE)
_HEADING = re.compile(r"^[ \t]*\#{2,3}|(?<=[ \t])\#{2,3}[ \t]*$", re.MULTILINE)
_QUOTE = re.compile(r"^[ \t]*>", re.MULTILINE)
_ESCAPE = re.compile(r"\\(?=[\0\n])")
SLOW = settings(
    deadline=None, max_examples=600, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("whole")
    write_content(folder)
    return Library(folder, TOKYO, {spec.key: spec.options for spec in registry.specs().values()})


def read(library: Library, body: str) -> Post | None:
    """None for what was refused: at a place within the file, with a sentence and what to do."""
    path = write_post(library.root, body=body)
    try:
        return library.read(path)
    except ContentError as e:
        error = e
    lines = path.read_text(encoding="utf-8").split("\n")
    assert error.summary
    assert error.next_step
    assert 1 <= error.place.column <= len(lines[error.place.line - 1]) + 1
    return None


def pieces(document: Document) -> list[Text | Ruby]:
    return [leaf for block in document.blocks for line in inlines(block) for leaf in _leaves(line)]


def _leaves(children: tuple[Inline, ...]) -> list[Text | Ruby]:
    found: list[Text | Ruby] = []
    for child in children:
        if isinstance(child, Link | Strong):
            found += _leaves(child.children)
        elif not isinstance(child, LineBreak):
            found.append(child)
    return found


class Ledger:
    """What of a body each thing that was read accounts for; in the end nothing may be left."""

    def __init__(self, source: str) -> None:
        self.source, self.left = source, list(source)

    def unsaid(self, document: Document) -> str:
        for block in document.blocks:
            for line in inlines(block):
                self.line(line)
        marks = {_HEADING: Heading, _QUOTE: Quote, _ITEM: ItemList}
        left = "".join(self.left)
        for mark, kind in marks.items():
            blocks = [b for b in document.blocks if isinstance(b, kind)]
            lines = sum(len(b.items) if isinstance(b, ItemList) else 1 for b in blocks)
            # A heading may be closed, and a quote's lines each have their mark; an item has one.
            left, number = mark.subn("", left, count=lines if kind is ItemList else 2 * lines if kind is Heading else 0)
            assert not number or lines, (kind, self.source)
        return _ESCAPE.sub("", left).replace("\0", "").strip()

    def line(self, children: tuple[Inline, ...]) -> tuple[int, int]:
        spans = [self.inline(child) for child in children if not isinstance(child, LineBreak)]
        return min((s for s, _ in spans), default=0), max((e for _, e in spans), default=0)

    def inline(self, inline: Inline) -> tuple[int, int]:
        start, end = self.span(inline)
        self.left[start:end] = "\0" * (end - start)
        return start, end

    def span(self, inline: Inline) -> tuple[int, int]:
        match inline:
            case Ruby():
                return inline.offset, next(m.end() for m in re.finditer("[}》]", self.source) if m.end() > inline.offset)
            case Text() if inline.text == " " and self.source[inline.offset] == "\n":  # a line end between Latin words
                return inline.offset, inline.offset
            case Text():
                assert self.source.startswith(inline.text, inline.offset)
                return inline.offset, inline.offset + len(inline.text)
            case Strong() | Link():
                start, end = self.line(inline.children)
                start -= self.source[start - 1] == "\\"
                return self.strong(start, end) if isinstance(inline, Strong) else self.link(inline, start, end)
        raise AssertionError(inline)

    def strong(self, start: int, end: int) -> tuple[int, int]:
        for count in (3, 2, 1):
            if self.source[start - count : start] == self.source[end : end + count] == "*" * count:
                return start - count, end + count
        raise AssertionError(self.source[start - 3 : end + 3])

    def link(self, link: Link, start: int, end: int) -> tuple[int, int]:
        if self.source[start - 1] == "<":
            assert self.source[end] == ">"
            return start - 1, end + 1
        close = f"]({link.href})"
        assert self.source[start - 1] == "["
        assert self.source.startswith(close, end)
        return start - 1, end + len(close)


@SLOW
@given(BODIES)
def test_each_character_is_text_or_a_mark_or_refused(library: Library, body: str) -> None:
    if (post := read(library, f"はじめ。\n\n{body}\n")) is not None:
        begin = len(post.source.text) - len(f"はじめ。\n\n{body}\n")
        source = "\0" * begin + post.source.text[begin:]
        assert Ledger(source).unsaid(post.document) == ""


@SLOW
@given(BODIES)
def test_all_of_the_text_is_in_each_output(library: Library, body: str) -> None:
    post = read(library, f"はじめ。\n\n{body}\n")
    if post is None:
        return
    for channel in ("facebook", "instagram", "newsletter"):
        spec = registry.specs()[channel]
        text = "".join(p.text for p in parts(post, spec, Templates(ROOT / "templates"), library.city))
        at = 0
        for leaf in pieces(post.document):
            said = leaf.base if isinstance(leaf, Ruby) else leaf.text
            for sign, stands_for in spec.style.escapes.items():
                said = said.replace(sign, stands_for) if isinstance(leaf, Text) else said
            for word in said.split():  # white space at a line's edges is no text
                found = text.find(word, at)
                assert found >= 0, (channel, word)
                at = found + len(word)


def test_the_numbers_of_a_list_are_those_that_were_written(library: Library) -> None:
    for first in (1, 2, 7):
        post = read(library, f"はじめ。\n\n{first}. 一つ\n{first + 1}. 二つ\n")
        assert post is not None
        items = post.document.blocks[1]
        assert isinstance(items, ItemList)
        assert items.start == first


@pytest.mark.parametrize("dropped", ["窓", "*", "_"])
def test_the_test_finds_what_is_dropped(library: Library, dropped: str) -> None:
    """The property must be able to fail: a reader that loses a character is found."""
    post = read(library, "窓口は料金*1の_名_です。\n")
    assert post is not None
    whole = post.document.blocks[0].children[0]  # type: ignore[union-attr]  # a paragraph
    assert isinstance(whole, Text)
    at = whole.text.index(dropped)
    cut = (Text(whole.text[:at], whole.offset), Text(whole.text[at + 1 :], whole.offset + at + 1))
    source = "\0" * whole.offset + post.source.text[whole.offset :]
    poorer = Document((type(post.document.blocks[0])(tuple(t for t in cut if t.text)),))  # type: ignore[call-arg]
    assert Ledger(source).unsaid(poorer) == dropped
