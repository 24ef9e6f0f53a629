"""The private API's answers, as far as we read them. (Graph's are in bot.meta_graph.answers.)"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bot.channel_kit.answers import AnswerModel

_PK = r"^[1-9][0-9]{0,39}$"


class Media(AnswerModel):
    """The app's API tells a number as text or as a number."""

    pk: Annotated[str, Field(pattern=_PK)] | Annotated[int, Field(gt=0)]
    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class Configured(AnswerModel):
    status: Literal["ok"]
    media: Media


class Uploaded(AnswerModel):
    status: Literal["ok"]


class Deleted(AnswerModel):
    status: Literal["ok"]
    did_delete: bool


class Refusal(AnswerModel):
    status: Literal["fail", "ok"]  # one is told within a success
    message: str | None = None
    error_type: str | None = None
