"""content/strategy/plan.yml: the measures of the city's digital strategy, by number."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.config import may_exist
from bot.values.document import load as load_values
from bot.values.node import Node


def load(path: Path) -> Mapping[str, str]:
    """Number → name; nothing where the file is missing. Raises FileError naming file, line and measure."""
    if not may_exist(path):
        return {}
    root = load_values(path)
    return {} if root.empty else {number.text(): _name(entry) for number, entry in root.entries()}


def _name(value: Node) -> str:
    entry = value.mapping(("name", "goals", "source"), required=("name",))
    if "goals" in entry:
        entry["goals"].texts()
    if "source" in entry:
        entry["source"].text()
    return entry["name"].required_text()
