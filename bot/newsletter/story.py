"""An article as paragraphs with styles, in the order in which a typesetter pours them: natural flow, numbers as written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.content.document import Block, Heading, Inline, ItemList, Link, Quote, Ruby, Strong, Text, without_breaks
from bot.newsletter.article import Article
from bot.newsletter.cells import normal
from bot.newsletter.correction import CORRECTION_TITLE
from bot.newsletter.profile import Profile

Role = Literal["note", "headline", "lead", "body", "quote", "heading", "item", "caption", "contact"]
TWO_DIGITS = re.compile(r"(?<![\d.,])(\d{2})(?!\d|[.,]\d)")  # 縦中横 in what is set from natural flow
PROVISIONAL = "【仮】紙面の寸法を確かめていないため、入稿には使えません"
_CIRCLED = 20  # ⑳ is the last that every Japanese typeface and code page has


@dataclass(frozen=True, kw_only=True)
class Styled:
    role: Role
    children: tuple[Inline, ...]


def stories(articles: Sequence[Article], profile: Profile) -> list[list[Styled]]:
    """One for each article; the first begins with a note while the profile is 仮."""
    told = [list(_story(article)) for article in articles]
    if not profile.confirmed:
        told[0].insert(0, Styled(role="note", children=(Text(PROVISIONAL),)))
    return told


def item_mark(number: int, *, ordered: bool) -> str:
    """What stands before a list's item, one cell wide up to twenty."""
    if not ordered:
        return "▽"
    return chr(ord("①") + number - 1) if 1 <= number <= _CIRCLED else f"{number}　"


def ruby_pairs(ruby: Ruby) -> list[tuple[str, str]]:
    """Base and reading: of each character (mono ruby), or of the whole (group ruby)."""
    bases = list(ruby.base) if len(ruby.readings) > 1 else [ruby.base]
    return list(zip(bases, ruby.readings, strict=True))


def _story(article: Article) -> Iterator[Styled]:
    yield from (replace(each, children=_normal(each.children)) for each in _paragraphs(article))


def _normal(children: Sequence[Inline]) -> tuple[Inline, ...]:
    """The same normal form as in the proof: what is poured must not look another way than what was looked at."""
    return tuple(_normal_inline(child) for child in children)


def _normal_inline(child: Inline) -> Inline:
    match child:
        case Text():
            return replace(child, text=normal(child.text))
        case Strong() | Link():
            return replace(child, children=_normal(child.children))
        case _:
            return child


def _paragraphs(article: Article) -> Iterator[Styled]:
    yield Styled(role="headline", children=without_breaks(article.title))
    if article.lead:
        yield Styled(role="lead", children=article.lead)
    for block in article.body:
        yield from _styled(block)
    if article.contact:
        yield Styled(role="contact", children=(Text(f"問い合わせ　{article.contact}"),))
    if article.caption:
        yield Styled(role="caption", children=(Text(article.caption),))
    if article.corrections:
        yield Styled(role="heading", children=(Text(CORRECTION_TITLE),))
        yield from (Styled(role="body", children=(Text(sentence),)) for sentence in article.corrections)


def _styled(block: Block) -> Iterator[Styled]:
    match block:
        case Heading():
            yield Styled(role="heading", children=block.children)
        case ItemList():
            for number, item in enumerate(block.items, start=block.start):
                yield Styled(role="item", children=(Text(item_mark(number, ordered=block.ordered)), *item))
        case Quote():
            yield Styled(role="quote", children=block.children)
        case _:
            yield Styled(role="body", children=block.children)
