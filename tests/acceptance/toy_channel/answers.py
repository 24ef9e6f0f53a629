"""The toy's answers, as far as we read them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from bot.channel_kit.answers import AnswerModel

Id = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,18}$")]


class Made(AnswerModel):
    """A note or a picture."""

    id: Id


class Note(AnswerModel):
    id: Id
    text: str
    pictures: int
    made: datetime = Field(strict=False)


class Notes(AnswerModel):
    notes: tuple[Note, ...] = Field(strict=False)


class Deleted(AnswerModel):
    """Nothing but that it is JSON."""


class Refusal(AnswerModel):
    error: Any = Field()
