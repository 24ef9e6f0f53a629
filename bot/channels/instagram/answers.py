"""The private API's answers, and what Graph answers of Instagram alone, as far as we read them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from bot.channel_kit.answers import AnswerModel, Moment
from bot.meta_graph.answers import Id

_ALBUM = "CAROUSEL_ALBUM"
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


class Person(AnswerModel):
    pk: Annotated[str, Field(pattern=_PK)] | Annotated[int, Field(gt=0)]
    username: str = ""


class Current(AnswerModel):
    """Whose the session is."""

    status: Literal["ok"]
    user: Person


class Refusal(AnswerModel):
    status: Literal["fail", "ok"]  # one is told within a success
    message: str | None = None
    error_type: str | None = None


class Caption(AnswerModel):
    text: str | None = None


class FeedItem(AnswerModel):
    """A post in the account's feed."""

    pk: Annotated[str, Field(pattern=_PK)] | Annotated[int, Field(gt=0)]
    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    taken_at: Annotated[int, Field(gt=0, lt=10**11)]
    caption: Caption | None = None
    carousel_media: list[Any] | None = None


class Feed(AnswerModel):
    """Its entries are read one by one. `next_max_id` asks for the page behind this one."""

    status: Literal["ok"]
    items: list[Any]
    more_available: bool = False
    next_max_id: str | int | None = None


class Children(AnswerModel):
    data: list[Any]


class Shown(AnswerModel):
    """A post in Graph's list. Graph leaves out what is empty; others put null there."""

    id: Id
    timestamp: Moment
    caption: str | None = None
    permalink: Any = None
    media_type: str | None = None
    children: Children | None = None

    def may_show(self, pictures: int) -> bool:
        """So many pictures, as far as it tells."""
        if self.children is not None:
            return len(self.children.data) == pictures
        return self.media_type is None or (self.media_type == _ALBUM) == (pictures > 1)


class Container(AnswerModel):
    """`status` are words that may hold a subcode."""

    status_code: Annotated[str, Field(min_length=1)]
    status: str | None = None


class Permalink(AnswerModel):
    permalink: str


class QuotaRule(AnswerModel):
    quota_total: Annotated[int, Field(gt=0)]
    quota_duration: Annotated[int, Field(gt=0, le=10**7)]


class Quota(AnswerModel):
    quota_usage: Annotated[int, Field(ge=0)]
    config: QuotaRule


class Quotas(AnswerModel):
    data: Annotated[tuple[Quota, ...], Field(min_length=1, strict=False)]
