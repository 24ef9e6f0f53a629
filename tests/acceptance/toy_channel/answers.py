"""The toy's answers, as far as we read them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from bot.channel_kit.answers import AnswerModel, Moment

Id = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,18}$")]


class Made(AnswerModel):
    """A note or a picture."""

    id: Id


class Owner(AnswerModel):
    """Whose the token is."""

    account: Id
    name: str


class Error(AnswerModel):
    code: int
    message: str


class Refusal(AnswerModel):
    error: Error


class Note(AnswerModel):
    id: Id
    text: str
    pictures: int
    made: Moment


class Notes(AnswerModel):
    """Its entries are read one by one: an odd neighbour says nothing of the others."""

    notes: list[Any]
