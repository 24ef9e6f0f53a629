"""python-markdown reads the posts, with the dialect's constructs and none of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

import pytest
from markdown import Markdown

from bot.content import dialect
from bot.content.document import Document, Paragraph, Text
from bot.content.signs import Wrong
from bot.content.source_text import SourceText
from bot.errors import ContentError, Place


class _Reader:
    def figure(self, reference: str, offset: int) -> str:
        raise AssertionError(reference)

    def refuse(self, offset: int, wrong: Wrong) -> NoReturn:
        place = Place(path=Path("post.md"), line=1, column=offset + 1)
        raise ContentError("refused", summary=wrong.summary, next_step=wrong.next_step, place=place)


def read(text: str) -> Document:
    return dialect.document(SourceText(text, range(len(text))), _Reader())


def test_nothing_of_python_markdown_reads_beside_the_dialect() -> None:
    md = Markdown(extensions=[dialect.Dialect()])
    everything = (md.preprocessors, md.parser.blockprocessors, md.inlinePatterns, md.treeprocessors, md.postprocessors)
    found = [type(processor) for registry in everything for processor in registry]
    assert found
    assert {kind.__module__ for kind in found} == {"bot.content.blocks", "bot.content.dialect"}


def test_python_markdown_makes_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Markdown, "convert", lambda self, text: "")
    assert read("文です。") == Document(())


@pytest.mark.parametrize("gap", ["\n\n", "\n\n\n", "\n \t\n", "\n\n \n\n\n"])
def test_places_hold_behind_whatever_empty_lines_part_the_blocks(gap: str) -> None:
    first, second = read(f"一つ目。{gap}二つ目。").blocks
    assert first == Paragraph((Text("一つ目。", 0),))
    assert second == Paragraph((Text("二つ目。", len("一つ目。" + gap)),))


def test_what_is_wrong_further_up_is_told_first() -> None:
    with pytest.raises(ContentError) as error:
        read("大切な**お知らせです。\n\n文です。\n\n#### 深い見出し")
    assert "閉じていません" in error.value.summary


def test_nothing_of_a_refused_body_is_in_the_next() -> None:
    with pytest.raises(ContentError):
        read("文です。\n\n#### 深い見出し")
    assert read("次の文です。") == Document((Paragraph((Text("次の文です。", 0),)),))
    assert read(" \n") == Document(())


def test_threads_read_apart() -> None:
    bodies = [f"{n}件目です。\n\n- 一つ\n- 二つ\n" * 20 for n in range(40)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(read, bodies)) == [read(body) for body in bodies]
