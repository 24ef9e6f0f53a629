"""How often each rule speaks up on Japanese prose that nobody wrote for it: findings per 1,000 characters (`make corpus`).

The texts are those of packages, taken into a folder and kept nowhere: Debian's manuals in Japanese (GPL-2+) as HTML, and the
sentences of hironsancorpus (MIT; news and encyclopaedia, full of dates and places) as one word a line.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from lxml import html

from bot.checks.finding import Finding
from bot.checks.registry import check_post, rules
from bot.checks.rule import Subject
from bot.cli.core import Core
from bot.content.post import Post
from bot.errors import ContentError
from bot.registry import load
from tests.office import write_content

_FRONT = """---
title: 見本
author: shimin-leader
measure: 1-1
achievement: done
channels: [newsletter]
publish: 2026-12-01 12:15
---
"""
_MARKUP = str.maketrans("", "", "\\`*_{}[]<>#|｜《》&")
_SHORTEST = 10  # characters; below it is a label, not prose
_PER_POST = 20  # paragraphs
_SHOWN = 3  # examples of each rule


def paragraphs(file: Path) -> Iterator[str]:
    """Running text in Japanese; code and commands are left out."""
    if file.suffix == ".html":
        tree = html.fromstring(file.read_bytes())
        for code in tree.xpath("//pre | //code | //tt | //kbd"):
            code.drop_tree()
        found = (" ".join(e.text_content().split()) for e in tree.xpath("//p[not(.//p)]"))
    else:
        sentences = file.read_text(encoding="utf-8").split("\n\n")
        found = ("".join(line.split("\t")[0] for line in sentence.split("\n")) for sentence in sentences)
    return (text for text in found if len(text) >= _SHORTEST and any("ぁ" <= c <= "ん" for c in text))


def posts(texts: Iterable[str], read: Callable[[str], Post]) -> Iterator[Post]:
    """Of twenty paragraphs each; where one of them is refused, each is a post of its own, without the refused."""
    batch = [text.translate(_MARKUP) for text in texts]
    for start in range(0, len(batch), _PER_POST):
        together = batch[start : start + _PER_POST]
        try:
            yield read(_FRONT + "\n\n".join(together) + "\n")
        except ContentError:
            for text in together:
                with suppress(ContentError):
                    yield read(f"{_FRONT}{text}\n")


def findings(texts: Iterable[str], folder: Path) -> Iterator[tuple[Finding, str]]:
    """Each with the source from its place on."""
    write_content(folder)
    core = Core(load({"DXBOT_CONTENT_DIR": str(folder)}))
    for post in posts(texts, lambda source: core.library.parse(folder / "posts" / "corpus.md", source.encode())):
        subject = Subject(post, core.specs, core.templates, core.library.city, {})
        lines = post.source.text.split("\n")
        for f in check_post(subject):
            yield f, lines[f.line - 1][max(0, f.column - 11) : f.column + 20]


def main(folder: Path) -> None:
    files = sorted([*folder.rglob("*.html"), *folder.rglob("iob_sents.txt")])
    texts = list(dict.fromkeys(text for file in files for text in paragraphs(file)))
    characters = sum(map(len, texts))
    counts: Counter[str] = Counter()
    with TemporaryDirectory() as content:
        for finding, shown in findings(texts, Path(content)):
            counts[finding.rule] += 1
            if counts[finding.rule] <= _SHOWN:
                print(f"{finding.rule}\t{shown}", file=sys.stderr)  # noqa: T201 a table for people
    print(f"{len(texts)}段落、{characters:,}字")  # noqa: T201
    for rule in rules():
        print(f"{rule}\t{counts[rule]}\t{1000 * counts[rule] / characters:.3f}")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
