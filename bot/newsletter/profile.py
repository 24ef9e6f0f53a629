"""The column's measured layout: schedules/newsletter.yml. Until the PR office has measured the paper, its status is 仮."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, NoReturn, get_args

import yaml

from bot.errors import ConfigError

Status = Literal["仮", "確定"]
Direction = Literal["tate", "yoko"]
_KEYS = frozenset(
    {"status", "name", "direction", "chars", "lines", "columns", "size_pt", "pitch_pt", "gap_pt", "encoding", "font", "issues"}
)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """`chars` a line × `lines` a column × `columns`; sizes in points; `issues` maps an issue (2026-12) to its copy deadline."""

    status: Status
    name: str
    direction: Direction
    chars: int
    lines: int
    columns: int
    size_pt: float
    pitch_pt: float
    gap_pt: float
    encoding: str
    font: str
    issues: Mapping[str, date]

    @property
    def grid(self) -> str:
        return f"{self.chars}字×{self.lines}行×{self.columns}段"

    @property
    def confirmed(self) -> bool:
        return self.status == "確定"


def load(path: Path) -> Profile:
    """Raises ConfigError naming the file and the item."""
    try:
        entry = yaml.load(path.read_text(encoding="utf-8-sig"), yaml.CSafeLoader)
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        _fail(path, "全体", "を読めません")
    if not isinstance(entry, dict):
        _fail(path, "全体", "は「名前: 値」の形で書いてください")
    if unknown := sorted(set(entry) - _KEYS):
        _fail(path, unknown[0], "という項目はありません")
    return Profile(
        status=_choice(path, entry, "status", get_args(Status)),
        direction=_choice(path, entry, "direction", get_args(Direction)),
        name=str(entry.get("name", "")),
        encoding=_encoding(path, str(entry.get("encoding", "utf-8-sig"))),
        font=str(entry.get("font", "")),
        issues=dict(_issue(path, e) for e in entry.get("issues") or ()),
        chars=int(_positive(path, entry, "chars")),
        lines=int(_positive(path, entry, "lines")),
        columns=int(_positive(path, entry, "columns")),
        size_pt=_positive(path, entry, "size_pt"),
        pitch_pt=_positive(path, entry, "pitch_pt"),
        gap_pt=_positive(path, entry, "gap_pt"),
    )


def _choice(path: Path, entry: dict[str, Any], key: str, choices: tuple[Any, ...]) -> Any:
    value = entry.get(key)
    return value if value in choices else _fail(path, key, f"は {'・'.join(choices)} のどれかにしてください")


def _positive(path: Path, entry: dict[str, Any], key: str) -> float:
    value = entry.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1000:
        _fail(path, key, "は正の数で書いてください")
    return float(value)


def _encoding(path: Path, name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError:
        _fail(path, "encoding", "は utf-8-sig か cp932 にしてください")
    return name


def _issue(path: Path, value: Any) -> tuple[str, date]:
    if not isinstance(value, dict) or set(value) != {"issue", "deadline"} or not isinstance(value["deadline"], date):
        _fail(path, "issues", 'は {issue: "2026-12", deadline: 2026-12-04} の形で書いてください')
    return str(value["issue"]), value["deadline"]


def _fail(path: Path, key: str, problem: str) -> NoReturn:
    raise ConfigError(
        f"{path.name}: {key}", summary=f"{path} の「{key}」{problem}", next_step="ファイルの説明を見て直してください"
    )
