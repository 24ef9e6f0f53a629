"""What of the platforms' behaviour is not the same for every account, or not settled: chosen by POST /_sandbox/settings."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.platform_kit.state import State


class Choices(BaseModel):
    """`x_app`: an app of the self-serve kind may not reply, not even (so far as is known) to itself; a public utility's may.
    `x_metrics`: two names of the same number, both found in X's own descriptions.
    `x_windows`: whether requests are counted in X's windows of time.
    `x_credit_usd`: None for no end of it.
    `meta_metrics`: under which names Graph tells how often a post was seen; "impressions" are the former ones.
    `meta_tokens_end_at`: when Graph's tokens expire, None for never.
    `instagram_private`: what the private endpoints want from a person before they go on; "feedback" stops publishing only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    x_app: Literal["public_utility", "self_serve"] = "public_utility"
    x_metrics: Literal["repost_count", "retweet_count"] = "repost_count"
    x_windows: bool = True
    meta_metrics: Literal["views", "impressions"] = "views"
    meta_tokens_end_at: AwareDatetime | None = None
    instagram_private: Literal["open", "challenge", "suspended", "feedback", "wait"] = "open"
    x_credit_usd: float | None = Field(default=None, ge=0)


class Settings:
    def __init__(self, state: State) -> None:
        self._state = state

    def read(self) -> Choices:
        return Choices.model_validate(self._state.get("setting", "all") or {})

    def change(self, changes: dict[str, object]) -> Choices:
        """Raises ValueError for a name or a value that does not exist."""
        with self._state.atomic():
            chosen = Choices.model_validate(self.read().model_dump() | changes)
            self._state.put("setting", "all", chosen.model_dump(mode="json"))
        return chosen
