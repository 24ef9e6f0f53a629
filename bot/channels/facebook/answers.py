"""A Page's posts as Graph lists them, as far as we read them. (What all of Graph answers is in bot.meta_graph.answers.)"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from bot.channel_kit.answers import AnswerModel, Moment
from bot.meta_graph.answers import Id


class Target(AnswerModel):
    id: str | None = None


class Inner(AnswerModel):
    target: Target | None = None


class Inners(AnswerModel):
    data: tuple[Inner, ...] | None = Field(default=None, strict=False)


class Attachment(AnswerModel):
    """A photo; or an album, which has its photos below it; or the preview of a link."""

    type: str | None = None
    target: Target | None = None
    subattachments: Inners | None = None


class Attachments(AnswerModel):
    data: tuple[Attachment, ...] | None = Field(default=None, strict=False)


class Shown(AnswerModel):
    """Graph leaves out what is empty; others put null there."""

    id: Id
    attachments: Attachments | None = None

    @property
    def photos(self) -> set[str]:
        """Their numbers, and among them an album's own."""
        return {inner.target.id for inner in self._all() if inner.target and inner.target.id}

    def _all(self) -> Iterator[Inner | Attachment]:
        for attachment in (self.attachments.data or ()) if self.attachments else ():
            yield attachment
            yield from (attachment.subattachments.data or ()) if attachment.subattachments else ()


class Post(Shown):
    """One of the Page's list."""

    created_time: Moment
    message: str | None = None
    permalink_url: Any = None


class Photo(AnswerModel):
    """`page_story_id` is the post that uses it."""

    id: Id
    page_story_id: str | None = None


class Linked(AnswerModel):
    permalink_url: str
