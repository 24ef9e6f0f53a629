"""content/strategy/plan.yml: the measures of the city's digital strategy, by number."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from bot.errors import ConfigError


def load(path: Path) -> Mapping[str, str]:
    """Number → name; nothing where the file is missing. Raises ConfigError if it cannot be read."""
    if not path.is_file():
        return {}
    try:
        content = yaml.load(path.read_text(encoding="utf-8-sig"), yaml.CSafeLoader) or {}
        return {str(number): str(entry["name"]) for number, entry in content.items()}
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError, KeyError, TypeError):
        raise ConfigError(
            f"{path.name} is not a list of measures",
            summary=f"{path} を読めません",
            next_step="「番号: {name: 施策の名前}」の形かどうか確かめてください",
        ) from None
