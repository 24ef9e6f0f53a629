"""What of Graph's behaviour is not settled, or changes with time."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from bot.platform_kit import choices


class Choices(choices.Choices):
    """`meta_metrics`: under which names Graph tells how often a post was seen; "impressions" are the former ones.
    `meta_lacks`: permissions that were not given to the tokens.
    `meta_tokens_end_at`: when Graph's tokens expire, None for never."""

    meta_metrics: Literal["views", "impressions"] = "views"
    meta_lacks: tuple[str, ...] = ()
    meta_tokens_end_at: AwareDatetime | None = None
