"""Reading answers: only what has the platform's own form is its word. Each channel has its models in its folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

import requests
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.errors import ChannelError, OutcomeUnknown, Unavailable

BY_OTHERS = "途中の機器（プロキシなど）が答えました。"
MADE = (200, 201)


class AnswerModel(BaseModel):
    """What we need of an answer. A value of another type is no answer; fields that we do not know are the platform's affair."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


T = TypeVar("T", bound=AnswerModel)
# A time as text with its zone; a number of seconds is no such text.
Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(lambda v: v if isinstance(v, str) else None)]
_LINK = re.compile(r"https?://[!-~]{1,480}")


def read(model: type[T], answer: requests.Response) -> T | None:
    """None for what has not this form, or does not say that it is JSON."""
    if not is_json(answer):
        return None
    try:
        return model.model_validate_json(answer.content)
    except ValidationError:
        return None


def rows(model: type[T], given: Iterable[Any]) -> tuple[list[T], int]:
    """Entries of a list, each read for itself: an odd neighbour says nothing of the others. And how many were odd."""
    found, odd = list[T](), 0
    for entry in given:
        try:
            found.append(model.model_validate(entry))
        except ValidationError:
            odd += 1
    return found, odd


def link(value: Any) -> str:
    """An address as a platform tells it, "" for what is none."""
    return value if isinstance(value, str) and _LINK.fullmatch(value) else ""


def is_json(answer: requests.Response) -> bool:
    return "json" in answer.headers.get("Content-Type", "").lower()


def unreadable(answer: requests.Response, *, committing: bool) -> ChannelError:
    """What an answer means that is not in the platform's form. Anybody on the way may have given it, before or after the
    platform had the request."""
    kind = OutcomeUnknown if committing else Unavailable
    told = "" if is_json(answer) else BY_OTHERS + kind.summary_ja
    return kind(f"HTTP {answer.status_code}, not in the platform's form", code=str(answer.status_code), summary=told)
