"""Bodies of X's API v2, closed as its published description closes them: an unknown property is refused.

Properties that this sandbox would have to act upon and does not (polls, quotes, places, communities) are left out, so they are
refused too, rather than taken in silence.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

Id = Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]
MAX_ALT = 1000
B = TypeVar("B", bound="Body")


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class AttachedMedia(Body):
    media_ids: list[Id] = Field(min_length=1, max_length=4)
    tagged_user_ids: list[Id] = Field(default=[], max_length=10)


class Reply(Body):
    in_reply_to_tweet_id: Id
    exclude_reply_user_ids: list[Id] = []
    auto_populate_reply_metadata: bool = False


class NewPost(Body):
    text: str = ""
    media: AttachedMedia | None = None
    reply: Reply | None = None
    reply_settings: Literal["following", "mentionedUsers", "subscribers", "verified"] | None = None
    made_with_ai: bool = False
    paid_partnership: bool = False


class AltText(Body):
    text: str = Field(max_length=MAX_ALT)


class Metadata(Body):
    alt_text: AltText


class MediaMetadata(Body):
    id: Id
    metadata: Metadata


class Initialize(Body):
    media_type: Literal["image/jpeg", "image/png", "image/webp", "image/gif"]
    media_category: Literal["tweet_image", "tweet_gif"]
    total_bytes: int = Field(ge=1, le=15_000_000)
    shared: bool = False
    additional_owners: list[Id] = []


class OneShot(Body):
    """In a multipart body `media` is the file's bytes; in a JSON body it is base64."""

    media: bytes
    media_category: Literal["tweet_image", "tweet_gif"]
    media_type: str = ""
    additional_owners: str = ""


class Append(Body):
    media: bytes
    segment_index: int = Field(ge=0, le=999)


def read(schema: type[B], raw: bytes | dict[str, Any]) -> B:
    """Raises ValueError with the first thing that is wrong, in words that quote no value."""
    try:
        return schema.model_validate_json(raw) if isinstance(raw, bytes) else schema.model_validate(raw)
    except ValidationError as e:
        error = e.errors(include_input=False, include_url=False)[0]
        path = "".join(f".{part}" for part in error["loc"])
        raise ValueError(f"${path}: {error['msg']}") from None
