"""One article of the column, as every output of the paper is made from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.content.document import Block, Heading, Inline, LineBreak, Paragraph, Ruby, Text, inlines, leaves
from bot.content.post import Post
from bot.render.bundle import ACHIEVEMENT_LABELS
from bot.render.variant import Media


@dataclass(frozen=True, kw_only=True)
class Article:
    """`handover` is the approved text for the typesetter; the rest is the same content as a tree. `corrections` are of
    earlier issues, whole sentences, and stand in a box of their own."""

    identity: str
    issue: str
    title: tuple[Inline, ...]
    lead: tuple[Inline, ...]
    body: tuple[Block, ...]
    caption: str
    contact: str
    handover: str
    media: tuple[Media, ...] = field(default=())
    corrections: tuple[str, ...] = ()


def from_post(post: Post, handover: str, media: tuple[Media, ...], issue: str) -> Article:
    """`handover` and `media` are what was approved for the newsletter."""
    override = post.override("newsletter")
    lead = post.document.lead
    picture = post.pictures[0] if post.pictures else None
    # As approved: what a chart says of its readings may have changed since.
    alt = media[0].alt if media else picture.alt if picture else ""
    caption = str(override.options.get("caption", "")) or alt
    own = tuple(_as_written(override.text)) if override.text is not None else None
    return Article(
        identity=post.identity,
        issue=issue,
        title=override.title or post.title,
        # A text that the author wrote for the paper is all that was approved for it.
        lead=() if own is not None else override.lead or (lead.children if lead else ()),
        body=own if own is not None else (override.body.blocks if override.body else post.document.after_lead) + _outlook(post),
        caption=f"{caption}（{picture.credit}）" if picture and picture.credit else caption,
        contact=post.contact if own is None else "",
        handover=handover,
        media=media,
    )


def _as_written(text: str) -> Iterator[Block]:
    """A paragraph for each line; ◆ is a heading, as in the hand-over."""
    for line in (line.strip() for line in text.split("\n")):
        if line.startswith("◆"):
            yield Heading(2, (Text(line[1:]),))
        elif line:
            yield Paragraph((Text(line),))


def written(article: Article) -> str:
    """All that is printed of it, readings too."""
    lines = [article.title, article.lead, *(line for block in article.body for line in inlines(block))]
    shown = [_plain(line) for line in lines]
    return "\n".join([article.handover, article.caption, article.contact, *article.corrections, *shown])


def _plain(line: tuple[Inline, ...]) -> str:
    return "".join(leaf.text if isinstance(leaf, Text) else leaf.base + leaf.reading for leaf in _letters(line))


def _letters(line: tuple[Inline, ...]) -> Iterator[Text | Ruby]:
    yield from (leaf for leaf in leaves(line) if not isinstance(leaf, LineBreak))


def _outlook(post: Post) -> tuple[Block, ...]:
    """What the hand-over text adds for an achievement that is not whole."""
    if post.achievement == "done":
        return ()
    label = ACHIEVEMENT_LABELS[post.achievement]
    lines = (f"達成度は「{label}」です。", f"理由　{post.reason}", f"次にすること　{post.next}")
    return tuple(Paragraph((Text(line),)) for line in lines)
