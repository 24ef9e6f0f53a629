"""An article with numbers and signs as the paper's vertical lines have them, for what is set in natural flow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.content.document import Block, Inline, ItemList, Link, Strong, Text
from bot.newsletter.article import Article
from bot.newsletter.cells import Style, text_units
from bot.newsletter.galley import style_of
from bot.newsletter.profile import Profile


def in_house_style(article: Article, profile: Profile) -> Article:
    """The same article where the paper is horizontal."""
    style = style_of(profile)
    if style.direction == "yoko":
        return article
    return replace(
        article,
        title=_inlines(article.title, style),
        lead=_inlines(article.lead, style),
        body=tuple(_block(block, style) for block in article.body),
        caption=_text(article.caption, style),
        contact=_text(article.contact, style),
        corrections=tuple(_text(sentence, style) for sentence in article.corrections),
    )


def _block(block: Block, style: Style) -> Block:
    if isinstance(block, ItemList):
        return replace(block, items=tuple(_inlines(item, style) for item in block.items))
    return replace(block, children=_inlines(block.children, style))


def _inlines(children: Sequence[Inline], style: Style) -> tuple[Inline, ...]:
    return tuple(_inline(child, style) for child in children)


def _inline(child: Inline, style: Style) -> Inline:
    match child:
        case Text():
            return replace(child, text=_text(child.text, style))
        case Strong() | Link():
            return replace(child, children=_inlines(child.children, style))
        case _:
            return child


def _text(text: str, style: Style) -> str:
    return "".join(unit.text for unit in text_units(text, style))
