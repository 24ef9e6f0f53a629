"""How citizens answered a post, as it was ordered by POST /_sandbox/reactions. Nobody has, as long as nothing was."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from bot.platform_kit.state import State


class Reactions(BaseModel):
    """Counts. `views`: how often it was shown; `reach`: to how many; `clicks`: on its links and pictures."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    views: int = Field(default=0, ge=0)
    reach: int = Field(default=0, ge=0)
    likes: int = Field(default=0, ge=0)
    replies: int = Field(default=0, ge=0)
    reposts: int = Field(default=0, ge=0)
    quotes: int = Field(default=0, ge=0)
    saves: int = Field(default=0, ge=0)
    clicks: int = Field(default=0, ge=0)

    @property
    def interactions(self) -> int:
        return self.likes + self.replies + self.reposts + self.quotes + self.saves


def to_post(state: State, identity: str) -> Reactions:
    return Reactions.model_validate(state.get("reactions", identity) or {})


def change(state: State, identity: str, counts: dict[str, object]) -> Reactions:
    """Raises ValueError for a name or a number that cannot be."""
    with state.atomic():
        changed = Reactions.model_validate(to_post(state, identity).model_dump() | counts)
        state.put("reactions", identity, changed.model_dump())
    return changed
