"""Graph's answers, as far as we read them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from bot.channel_kit.answers import AnswerModel

Id = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,39}(_[1-9][0-9]{0,39})?$")]


class Done(AnswerModel):
    """Of what is changed in its place."""

    success: bool


class Made(AnswerModel):
    """A post, a photo, a container."""

    id: Id


class Inspected(AnswerModel):
    """What Graph tells of a token; 0 for one that does not end."""

    is_valid: bool
    expires_at: Annotated[int, Field(ge=0, lt=10**11)] = 0
    data_access_expires_at: Annotated[int, Field(ge=0, lt=10**11)] = 0
    scopes: tuple[str, ...] = Field(default=(), strict=False)


class Inspection(AnswerModel):
    data: Inspected


class Named(AnswerModel):
    """A Page or a professional account."""

    id: Id
    name: str = ""
    username: str = ""


class Error(AnswerModel):
    message: str
    code: int
    error_subcode: int | None = None


class Refusal(AnswerModel):
    """An error; at times within a success."""

    error: Error


class Cursors(AnswerModel):
    after: str | None = None


class Paging(AnswerModel):
    """`next` is the address of the next page; it may hold a token, so the cursor is used."""

    cursors: Cursors | None = None
    next: str | None = None


class Listing(AnswerModel):
    """Its entries are read one by one: an odd neighbour says nothing of the others."""

    data: list[Any]
    paging: Paging | None = None
