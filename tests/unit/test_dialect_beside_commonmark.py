"""Beside CommonMark, as a writer's screen reads a post: what the dialect takes at all, it takes for the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot import registry
from bot.content.document import Heading, Inline, ItemList, LineBreak, Link, Quote, Ruby, Strong, Text
from bot.content.library import Library
from bot.errors import ContentError
from tests.office import TOKYO, write_content, write_post

LINES = [
    *("文です。", "続きです。", " 続きです。", "", "", "", "---", "#7119", "A_B_C", "料金*1です。", "5*3 です。", "\\* 印"),
    *(
        "- 一つ",
        "- 二つ",
        "* 三つ",
        "  - 四つ",
        "1. 一つ",
        "2. 二つ",
        "3. 三つ",
        "1) 一つ",
        "> 引用です。",
        ">",
        "> 続きです。",
    ),
    *("## 見出し", "### 小見出し", "## C#", "**大切**な文です。", "***大切***です。", "[申込み](https://example.lg.jp/)です。"),
    *("<https://example.lg.jp/>です。", "_名_です。", "10~20人", "<お知らせ>", "波\\{かっこ\\}"),
]
BODIES = st.lists(st.sampled_from(LINES), min_size=1, max_size=12).map("\n".join)
# 料金*1 twice is emphasis to CommonMark and two notes to a reader of Japanese; test_dialect.py has what becomes of stars.
_DROPPED = re.compile(r"[\s*]")
Shown = list[tuple[str, str]]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("beside")
    write_content(folder)
    return Library(folder, TOKYO, {spec.key: spec.options for spec in registry.specs().values()})


def said(children: tuple[Inline, ...]) -> str:
    words = []
    for child in children:
        match child:
            case Text():
                words.append(child.text)
            case Ruby():
                words.append(child.base)
            case Strong():
                words.append(said(child.children))
            case Link():
                words.append(f"[{said(child.children)}]({child.href})")
            case LineBreak():
                pass
    return _DROPPED.sub("", "".join(words))


def ours(library: Library, body: str) -> Shown | None:
    try:
        document = library.read(write_post(library.root, body=body)).document
    except ContentError:
        return None
    found: Shown = []
    for block in document.blocks:
        match block:
            case ItemList():
                found += [(f"item {n if block.ordered else ''}", said(i)) for n, i in enumerate(block.items, block.start)]
            case Heading():
                found.append((f"h{block.level}", said(block.children)))
            case Quote():
                found.append(("quote", said(block.children)))
            case _:
                found.append(("p", said(block.children)))
    return found


def theirs(body: str) -> Shown:
    found: Shown = []
    kinds: list[str] = []
    number, new_quote = 0, False
    for token in MarkdownIt("commonmark").parse(body):
        if token.type == "ordered_list_open":
            number = int(token.attrs.get("start", 1)) - 1
        elif token.type == "list_item_open":
            number += 1
            kinds.append(f"item {number if token.markup in '.)' else ''}")
        elif token.type in ("heading_open", "blockquote_open"):
            kinds.append(token.tag if token.type == "heading_open" else "quote")
            new_quote = token.type == "blockquote_open"
        elif token.type in ("list_item_close", "heading_close", "blockquote_close"):
            kinds.pop()
        elif token.type == "inline":
            words = _words(token.children or [])
            if kinds[-1:] == ["quote"] and not new_quote:  # another paragraph of it
                found[-1] = ("quote", found[-1][1] + words)
            else:
                found.append((kinds[-1] if kinds else "p", words))
            new_quote = False
    return found


def _words(tokens: list) -> str:  # type: ignore[type-arg]  # markdown-it's own
    words, hrefs = [], []
    for token in tokens:
        if token.type == "link_open":
            hrefs.append(token.attrs["href"])
        words.append(f"]({hrefs.pop()})" if token.type == "link_close" else "[" if token.type == "link_open" else token.content)
    return _DROPPED.sub("", "".join(words))


@settings(deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(BODIES)
def test_the_same_blocks_and_words_as_on_the_writers_screen(library: Library, body: str) -> None:
    read = ours(library, f"はじめ。\n\n{body}\n")
    if read is not None:
        # There a number that is not 1 goes on with the paragraph above it (5.2); here a line that looks like an item is one.
        apart = re.sub(r"\n(?=[23]\. )", "\n\n", f"はじめ。\n\n{body}\n")
        assert read == theirs(apart)
