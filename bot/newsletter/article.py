"""One article of the column, as every output of the paper is made from it."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.content.document import Block, Inline, Paragraph, Text
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
    return Article(
        identity=post.identity,
        issue=issue,
        title=override.title or post.title,
        lead=override.lead or (lead.children if lead else ()),
        body=(override.body.blocks if override.body else post.document.after_lead) + _outlook(post),
        caption=f"{caption}（{picture.credit}）" if picture and picture.credit else caption,
        contact=post.contact,
        handover=handover,
        media=media,
    )


def _outlook(post: Post) -> tuple[Block, ...]:
    """What the hand-over text adds for an achievement that is not whole."""
    if post.achievement == "done":
        return ()
    label = ACHIEVEMENT_LABELS[post.achievement]
    lines = (f"達成度は「{label}」です。", f"理由　{post.reason}", f"次にすること　{post.next}")
    return tuple(Paragraph((Text(line),)) for line in lines)
