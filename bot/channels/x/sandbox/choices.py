"""What of X's behaviour is not the same for every account, or not settled."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bot.platform_kit import choices


class Choices(choices.Choices):
    """`x_app`: an app of the self-serve kind may not reply, not even (so far as is known) to itself; a public utility's may.
    `x_metrics`: two names of the same number, both found in X's own descriptions.
    `x_windows`: whether requests are counted in X's windows of time.
    `x_access`: what the app may do for its user, as X tells with every answer.
    `x_credit_usd`: None for no end of it."""

    x_app: Literal["public_utility", "self_serve"] = "public_utility"
    x_metrics: Literal["repost_count", "retweet_count"] = "repost_count"
    x_windows: bool = True
    x_access: Literal["read", "read-write"] = "read-write"
    x_credit_usd: float | None = Field(default=None, ge=0)
