"""X's answers, as far as we read them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from bot.channel_kit.answers import AnswerModel, Moment

Id = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,18}$")]


class Numbered(AnswerModel):
    id: Id


class Made(AnswerModel):
    """A post or an upload."""

    data: Numbered


class Fate(AnswerModel):
    deleted: bool


class Deleted(AnswerModel):
    data: Fate


class Shown(AnswerModel):
    """A post by its number; one that is gone has errors in place of data, and the status of a success."""

    data: Numbered | None = None


class Person(AnswerModel):
    id: Id
    username: str


class Me(AnswerModel):
    """Whose the keys are."""

    data: Person


class Complaint(AnswerModel):
    message: str
    code: int | None = None


class Problem(AnswerModel):
    """X's newer form of a refusal. `type` is a URI, about:blank or null."""

    title: str
    type: str | None
    detail: str | None = None
    errors: tuple[Complaint, ...] = Field(default=(), strict=False)


class Complaints(AnswerModel):
    """Its older form."""

    errors: tuple[Complaint, ...] = Field(min_length=1, strict=False)


class Link(AnswerModel):
    """A shortened link. That of a post's own pictures has a `media_key`."""

    url: str
    expanded_url: str | None = None
    media_key: str | None = None


class Entities(AnswerModel):
    urls: tuple[Link, ...] | None = Field(default=None, strict=False)


class Attachments(AnswerModel):
    media_keys: tuple[str, ...] | None = Field(default=None, strict=False)


class Reference(AnswerModel):
    type: str
    id: Id


class Post(AnswerModel):
    """One of the account's timeline. X leaves out what is empty; others put null there."""

    id: Id
    text: str
    created_at: Moment
    author_id: Id | None = None
    entities: Entities | None = None
    attachments: Attachments | None = None
    referenced_tweets: tuple[Reference, ...] | None = Field(default=None, strict=False)


class Meta(AnswerModel):
    next_token: str | None = None


class Timeline(AnswerModel):
    """Its entries are read one by one: an odd neighbour says nothing of the others. None at all: X leaves out `data`."""

    data: list[Any] | None = None
    meta: Meta | None = None
