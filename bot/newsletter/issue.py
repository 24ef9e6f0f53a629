"""A whole issue: its posts in their order, in one column under a shared headline or each in a frame, and how long each is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.content.document import Block, Heading, Paragraph, Strong, Text, without_breaks
from bot.errors import BotError
from bot.newsletter.arrangement import IssueArrangement
from bot.newsletter.article import Article
from bot.newsletter.galley import galley
from bot.newsletter.printable import refusal
from bot.newsletter.profile import Profile


@dataclass(frozen=True, kw_only=True)
class Length:
    """A post's lines in the column, its title among them if it is one of several there. `planned` 0: no wish."""

    identity: str
    planned: int
    lines: int

    def as_json(self) -> dict[str, Any]:
        return {"identity": self.identity, "planned": self.planned, "lines": self.lines, "summary": self.summary}

    @property
    def summary(self) -> str:
        """目安30行、実際33行、3行超過."""
        if not self.planned:
            return f"目安なし、実際{self.lines}行"
        over = self.lines - self.planned
        state = "ちょうど" if not over else f"{over}行超過" if over > 0 else f"{-over}行不足"
        return f"目安{self.planned}行、実際{self.lines}行、{state}"


@dataclass(frozen=True, kw_only=True)
class Roll:
    """The posts of an issue in their order; `planned` are the identities of all that are meant for it. `missing` were planned
    but are not approved, `left_out` are approved but were not planned, `refused` cannot be printed, with the reason."""

    posts: tuple[Article, ...]
    lengths: tuple[Length, ...]
    missing: tuple[str, ...]
    left_out: tuple[str, ...]
    planned: tuple[str, ...] = ()
    refused: Mapping[str, BotError] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        lengths = [length.as_json() for length in self.lengths]
        refused = {identity: error.summary for identity, error in self.refused.items()}
        return {"lengths": lengths, "missing": list(self.missing), "left_out": list(self.left_out), "refused": refused}

    def as_lines(self) -> list[str]:
        return [
            *(f"{length.identity}　{length.summary}" for length in self.lengths),
            *(f"{error.summary}（載せていません）" for error in self.refused.values()),
            *(f"{identity}　承認された原稿がないため、載っていません" for identity in self.missing),
            *(f"{identity}　この号の予定にないため、載せていません" for identity in self.left_out),
        ]


def roll_of(articles: Sequence[Article], arrangement: IssueArrangement, profile: Profile) -> Roll:
    """All articles as they come, or, where posts are planned, those alone and in the order arranged."""
    order = {identity: number for number, identity in enumerate(arrangement.posts)}
    chosen = [a for a in articles if not order or a.identity in order]
    planned = sorted(chosen, key=lambda a: order.get(a.identity, 0))
    # What cannot be printed is left out by itself: on the day of the deadline one sign must not stop the whole issue (ADR 10).
    refused = {a.identity: error for a in planned if (error := refusal(a, profile)) is not None}
    posts = tuple(a for a in planned if a.identity not in refused)
    there = {article.identity for article in articles}
    return Roll(
        posts=posts,
        lengths=tuple(_length(article, arrangement, profile) for article in posts),
        missing=tuple(identity for identity in arrangement.posts if identity not in there),
        left_out=tuple(a.identity for a in articles if a not in chosen),
        planned=tuple(a.identity for a in planned),
        refused=refused,
    )


def frames_of(articles: Sequence[Article], arrangement: IssueArrangement) -> list[Article]:
    """What goes into a frame each: all posts under the shared headline, or every one; corrections are in the last."""
    frames = [_joined(articles, arrangement)] if arrangement.headline else list(articles)
    return [*frames[:-1], replace(frames[-1], corrections=tuple(c.text for c in arrangement.corrections))]


def _length(article: Article, arrangement: IssueArrangement, profile: Profile) -> Length:
    shown = _joined([article], arrangement) if arrangement.headline else article
    lines = sum(passage.rows for passage in galley(shown, profile))
    return Length(identity=article.identity, planned=arrangement.posts.get(article.identity, 0), lines=lines)


def _joined(articles: Sequence[Article], arrangement: IssueArrangement) -> Article:
    """One article of all: each title a heading, the headings below it one level lower."""
    pictured = next((a for a in articles if a.media), None)
    return Article(
        identity="・".join(a.identity for a in articles),
        issue=arrangement.issue,
        title=(Text(arrangement.headline),),
        lead=(),
        body=tuple(block for article in articles for block in _section(article)),
        caption=pictured.caption if pictured else "",
        contact="",
        handover="\n\n".join([f"【共通の見出し】\n{arrangement.headline.replace('｜', '')}", *(a.handover for a in articles)]),
        media=tuple(media for article in articles for media in article.media),
    )


def _section(article: Article) -> Iterator[Block]:
    yield Heading(2, without_breaks(article.title))
    if article.lead:
        yield Paragraph((Strong(article.lead),))
    for block in article.body:
        yield Heading(3, block.children) if isinstance(block, Heading) else block
    if article.contact:
        yield Paragraph((Strong((Text("問い合わせ"),)), Text(f"　{article.contact}")))
