"""X's answers, as far as we read them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.channel_kit.answers import AnswerModel

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
