"""The column's measured layout: schedules/newsletter.yml. Until the PR office has measured the paper, its status is 仮."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, Literal, NoReturn, get_args

import yaml

from bot.errors import ConfigError
from bot.newsletter.cells import Direction
from bot.newsletter.frame import Rect
from bot.newsletter.kinsoku import Level
from bot.newsletter.numerals import NumberStyle
from bot.newsletter.plan import IssuePlan, read_issue

Status = Literal["仮", "確定"]
# What a paragraph is, and the name of its paragraph style in the typesetter's document when the profile gives no other;
# "strong" is a character style.
STYLES = {
    "note": "注記",
    "headline": "見出し",
    "lead": "リード",
    "body": "本文",
    "heading": "小見出し",
    "quote": "引用",
    "item": "箇条書き",
    "caption": "写真説明",
    "contact": "問い合わせ",
    "strong": "強調",
}
_RECT = ("column", "line", "columns", "lines")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """`chars` a line × `lines` a column × `columns`; sizes in points; `issues` maps an issue (2026-12) to its copy deadline,
    `plans` to what goes into it; `notice_days` before a deadline the issue is built by itself and the office told.

    `heading_lines` is the 行取り of a heading in the text. `headline` and `figure` are kept free of text; without a figure's
    rectangle, or in an article without a picture, the text has the place. `body_font` and `heading_font` are font files for
    the proof, empty for the ones that come with the program; `font` is the name that the Word file asks for.
    """

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
    kinsoku: Level
    hang: bool
    numbers: NumberStyle
    heading_lines: int
    headline: Rect
    figure: Rect | None
    body_font: str = ""
    heading_font: str = ""
    styles: Mapping[str, str] = field(default_factory=lambda: STYLES)
    plans: Mapping[str, IssuePlan] = field(default_factory=dict)
    notice_days: int = 3

    def plan(self, issue: str) -> IssuePlan:
        """What was planned for the issue; nothing, if the file does not speak of it."""
        return self.plans.get(issue, IssuePlan(issue=issue))

    @property
    def grid(self) -> str:
        return f"{self.chars}字×{self.lines}行×{self.columns}段"

    @property
    def confirmed(self) -> bool:
        return self.status == "確定"


_KEYS = frozenset(f.name for f in fields(Profile)) - {"plans"}


def load(path: Path) -> Profile:
    """Raises ConfigError naming the file and the item."""
    try:
        entry = yaml.load(path.read_text(encoding="utf-8-sig"), yaml.CSafeLoader)
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        _fail(path, "全体", "を読めません")
    if not isinstance(entry, dict):
        _fail(path, "全体", "は「名前: 値」の形で書いてください")
    if unknown := sorted(str(key) for key in entry if key not in _KEYS):
        _fail(path, unknown[0], "という項目はありません")
    return _Reader(path, entry).profile()


class _Reader:
    """One file's items on their way to a Profile."""

    def __init__(self, path: Path, entry: dict[str, Any]) -> None:
        self.path, self.entry = path, entry

    def profile(self) -> Profile:
        return Profile(
            status=self._choice("status", get_args(Status)),
            direction=self._choice("direction", get_args(Direction)),
            name=self._text("name"),
            encoding=self._encoding(),
            font=self._text("font"),
            issues={plan.issue: deadline for plan, deadline in self._issues()},
            plans={plan.issue: plan for plan, _ in self._issues()},
            chars=self._count("chars"),
            lines=self._count("lines"),
            columns=self._count("columns"),
            size_pt=self._positive("size_pt"),
            pitch_pt=self._positive("pitch_pt"),
            gap_pt=self._positive("gap_pt"),
            kinsoku=self._choice("kinsoku", get_args(Level)),
            hang=self._choice("hang", (True, False)),
            numbers=self._choice("numbers", get_args(NumberStyle)),
            heading_lines=self._count("heading_lines"),
            headline=self._rect("headline"),
            figure=self._figure(),
            body_font=self._font("body_font"),
            heading_font=self._font("heading_font"),
            notice_days=self._count("notice_days"),
            styles=self._styles(),
        )

    def _choice(self, key: str, choices: tuple[Any, ...]) -> Any:
        value = self.entry.get(key)
        shown = "・".join(str(c).lower() if isinstance(c, bool) else c for c in choices)
        return value if value in choices else _fail(self.path, key, f"は {shown} のどれかにしてください")

    def _text(self, key: str) -> str:
        return str(self.entry.get(key) or "")

    def _positive(self, key: str) -> float:
        value = self.entry.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1000:
            _fail(self.path, key, "は正の数で書いてください")
        return float(value)

    def _count(self, key: str) -> int:
        return _whole(self.path, key, self.entry.get(key))

    def _figure(self) -> Rect | None:
        if self.entry.get("figure") is None:
            return None
        figure = self._rect("figure")
        if figure.meets(self._rect("headline")):
            _fail(self.path, "figure", "が headline と重なっています")
        return figure

    def _rect(self, key: str) -> Rect:
        """Counted from 1 in the file, from 0 here."""
        value = self.entry.get(key)
        if not isinstance(value, dict) or set(value) != set(_RECT):
            _fail(self.path, key, "は {column: 1, line: 1, columns: 2, lines: 4}（段と行は1から数える）の形で書いてください")
        column, line, columns, lines = (_whole(self.path, key, value[k]) for k in _RECT)
        if column + columns - 1 > self._count("columns") or line + lines - 1 > self._count("lines"):
            _fail(self.path, key, "が枠からはみ出しています")
        return Rect(column=column - 1, line=line - 1, columns=columns, lines=lines)

    def _font(self, key: str) -> str:
        """A relative path starts at the profile's own folder."""
        name = self._text(key)
        if name and not (self.path.parent / name).is_file():
            _fail(self.path, key, "の書体ファイルがありません")
        return str(self.path.parent / name) if name else ""

    def _styles(self) -> dict[str, str]:
        value = self.entry.get("styles") or {}
        if not isinstance(value, dict) or not all(isinstance(v, str) and not set(v) & set("<>") for v in value.values()):
            _fail(self.path, "styles", "は「役割: 段落スタイル名」の形で書いてください")
        if unknown := sorted(str(role) for role in value if role not in STYLES):
            _fail(self.path, "styles", f"に「{unknown[0]}」という役割はありません（{'・'.join(STYLES)}）")
        return STYLES | value

    def _encoding(self) -> str:
        name = str(self.entry.get("encoding", "utf-8-sig"))
        try:
            codecs.lookup(name)
        except LookupError:
            _fail(self.path, "encoding", "は utf-8-sig か cp932 にしてください")
        return name

    def _issues(self) -> list[tuple[IssuePlan, date]]:
        value = self.entry.get("issues") or []
        if not isinstance(value, list):
            _fail(self.path, "issues", "は「- {issue: 号, deadline: 締切}」の並びにしてください")
        try:
            return [read_issue(entry) for entry in value]
        except ValueError as e:
            _fail(self.path, "issues", str(e))


def _whole(path: Path, key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 1000:
        _fail(path, key, "は1以上の整数で書いてください")
    return value


def _fail(path: Path, key: str, problem: str) -> NoReturn:
    raise ConfigError(
        f"{path.name}: {key}", summary=f"{path} の「{key}」{problem}", next_step="ファイルの説明を見て直してください"
    )
