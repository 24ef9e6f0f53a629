"""What of the platforms' behaviour is not the same for every account, or not settled: chosen by POST /_sandbox/settings.

Each platform declares its own in a subclass of Choices; a name belongs to one of them only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from bot.platform_kit.state import State

_KIND, _ID = "setting", "all"


class Choices(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


C = TypeVar("C", bound=Choices)


def chosen(state: State, kind: type[C]) -> C:
    """What was chosen of one platform's choices, or their defaults."""
    return kind.model_validate(_own(kind, state.get(_KIND, _ID) or {}))


def shown(state: State, kinds: Iterable[type[Choices]]) -> dict[str, Any]:
    """All choices, as JSON."""
    return {name: value for kind in kinds for name, value in chosen(state, kind).model_dump(mode="json").items()}


def change(state: State, kinds: Iterable[type[Choices]], changes: Mapping[str, object]) -> None:
    """Raises ValueError for a name or a value that does not exist; then nothing is changed."""
    kinds = tuple(kinds)
    if strange := sorted(set(changes) - {name for kind in kinds for name in kind.model_fields}):
        raise ValueError(f"{strange[0]}: no such choice")
    with state.atomic():
        for kind in kinds:
            wanted = kind.model_validate(chosen(state, kind).model_dump() | _own(kind, changes))
            state.update(_KIND, _ID, **wanted.model_dump(mode="json"))


def _own(kind: type[Choices], values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if name in kind.model_fields}
