"""content/strategy/recommendations.yml: what the city was advised to do, and what has become of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.config import may_exist
from bot.strategy import assessment
from bot.strategy.assessment import Assessment
from bot.values.document import load as load_values
from bot.values.node import Node

_KEYS = ("name", "said", "source", "measures", *assessment.KEYS)


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """`said` is what the recommendation says, `measures` the numbers of plan.yml under which it falls."""

    key: str
    name: str
    said: str
    source: str
    measures: tuple[str, ...] = ()
    assessment: Assessment = Assessment()


def load(
    path: Path, measures: Collection[str] | None = None, readings: Collection[str] | None = None
) -> Mapping[str, Recommendation]:
    """By key; nothing where the file is missing. `measures` and `readings` are the known ones, None: not looked at. Raises
    FileError naming file, line and recommendation."""
    if not may_exist(path):
        return {}
    root = load_values(path)
    return {} if root.empty else {key.text(): _read(key.text(), value, measures, readings) for key, value in root.entries()}


def _read(key: str, value: Node, measures: Collection[str] | None, readings: Collection[str] | None) -> Recommendation:
    entry = value.mapping(_KEYS, required=("name", "said", "source"))
    named = entry["measures"].items() if "measures" in entry else []
    return Recommendation(
        key=key,
        name=entry["name"].required_text(),
        said=entry["said"].required_text(),
        source=entry["source"].required_text(),
        measures=tuple(n.required_text() if measures is None else n.choice(measures) for n in named),
        assessment=assessment.read(entry, value, readings),
    )
