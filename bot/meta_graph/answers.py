"""Graph's answers, as far as we read them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.channel_kit.answers import AnswerModel

Id = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,39}(_[1-9][0-9]{0,39})?$")]


class Made(AnswerModel):
    """A post, a photo, a container."""

    id: Id


class Error(AnswerModel):
    message: str
    code: int
    error_subcode: int | None = None


class Refusal(AnswerModel):
    """An error; at times within a success."""

    error: Error
