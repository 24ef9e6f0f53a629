"""A Finding: one result of one check, at one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from bot.errors import ContentError, FileError, Place

Level = Literal["error", "warning", "info"]
LEVEL_LABELS: dict[Level, str] = {"error": "直してください", "warning": "確かめてください", "info": "参考"}

SETTINGS = "content.settings"  # the rule that a finding in a file that all posts share bears


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """What a rule is certain of: these words are written `right`."""

    wrong: str
    right: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`message` says what, `advice` what to do; both Japanese. An "error" keeps a post out of the queue. `silenced` is the
    author's reason why the finding does not hold, "" without one. `replacement`: for the words that stand at the place."""

    rule: str
    level: Level
    path: Path
    line: int
    column: int
    message: str
    advice: str
    silenced: str = ""
    replacement: Replacement | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "level": self.level,
            "path": str(self.path),
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "advice": self.advice,
            "silenced": self.silenced,
            "replacement": asdict(self.replacement) if self.replacement else None,
        }


def at(place: Place, rule: str, level: Level, message: str, advice: str, replacement: Replacement | None = None) -> Finding:
    return Finding(
        rule=rule,
        level=level,
        path=place.path,
        line=place.line,
        column=place.column,
        message=message,
        advice=advice,
        replacement=replacement,
    )


def of_json(said: Mapping[str, Any]) -> Finding:
    """What `as_json` wrote. Raises KeyError or TypeError for anything else."""
    replacement = said["replacement"]
    own = Replacement(**replacement) if replacement else None
    return Finding(**{**said, "path": Path(said["path"]), "replacement": own})


def from_error(error: ContentError) -> Finding:
    """A file that cannot be read at all is a finding like any other."""
    return at(error.place, error.rule, "error", error.summary, error.next_step)


def from_errors(error: ContentError) -> list[Finding]:
    """All that is wrong with the file."""
    return [from_error(one) for one in (error, *error.others)]


def from_settings(error: FileError) -> Finding:
    """What is wrong with a file that all posts share, at its place there."""
    return at(error.place, SETTINGS, "error", error.problem, error.next_step)
