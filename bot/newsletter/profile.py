"""The column's measured layout: schedules/newsletter.yml. Until the PR office has measured the paper, its status is 仮."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Literal, cast, get_args

from bot.newsletter.cells import Direction
from bot.newsletter.frame import Rect
from bot.newsletter.kinsoku import Level
from bot.newsletter.numerals import NumberStyle
from bot.newsletter.plan import IssuePlan, read_issue
from bot.values.document import load as load_values
from bot.values.node import Node

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
_REQUIRED = tuple(sorted(_KEYS - {"name", "font", "body_font", "heading_font", "figure", "styles", "issues", "encoding"}))
_TOO_LARGE = 1000
_KINDS: Mapping[str, Callable[[Node], object]] = {"deadline": Node.day, "lines": lambda node: node.integer(0, _TOO_LARGE - 1)}


def load(path: Path) -> Profile:
    """Raises FileError naming file, line and item."""
    root = load_values(path)
    return _Reader(root, root.mapping(_KEYS, required=_REQUIRED)).profile()


class _Reader:
    """One file's items on their way to a Profile."""

    def __init__(self, root: Node, entry: Mapping[str, Node]) -> None:
        self.folder, self.entry = root.origin.path.parent, entry

    def profile(self) -> Profile:
        issues = self._issues()
        return Profile(
            status=cast(Status, self._choice("status", get_args(Status))),
            direction=cast(Direction, self._choice("direction", get_args(Direction))),
            name=self._text("name"),
            encoding=self._encoding(),
            font=self._text("font"),
            issues={plan.issue: deadline for plan, deadline in issues},
            plans={plan.issue: plan for plan, _ in issues},
            chars=self._count("chars"),
            lines=self._count("lines"),
            columns=self._count("columns"),
            size_pt=self._positive("size_pt"),
            pitch_pt=self._positive("pitch_pt"),
            gap_pt=self._positive("gap_pt"),
            kinsoku=cast(Level, self._choice("kinsoku", get_args(Level))),
            hang=self.entry["hang"].flag(),
            numbers=cast(NumberStyle, self._choice("numbers", get_args(NumberStyle))),
            heading_lines=self._count("heading_lines"),
            headline=self._rect("headline"),
            figure=self._figure(),
            body_font=self._font("body_font"),
            heading_font=self._font("heading_font"),
            notice_days=self._count("notice_days"),
            styles=self._styles(),
        )

    def _choice(self, key: str, choices: Collection[str]) -> str:
        return self.entry[key].choice(choices)

    def _text(self, key: str) -> str:
        return self.entry[key].text() if key in self.entry else ""

    def _positive(self, key: str) -> float:
        value = self.entry[key].number()
        if not 0 < value < _TOO_LARGE:
            self.entry[key].fail(f"「{key}」の値 {value} は使えません", f"0 より大きく {_TOO_LARGE} より小さい数にしてください")
        return float(value)

    def _count(self, key: str) -> int:
        return self.entry[key].integer(1, _TOO_LARGE - 1)

    def _figure(self) -> Rect | None:
        if "figure" not in self.entry or self.entry["figure"].empty:
            return None
        figure = self._rect("figure")
        if figure.meets(self._rect("headline")):
            self.entry["figure"].fail("「figure」が headline と重なっています", "どちらかの場所を変えてください")
        return figure

    def _rect(self, key: str) -> Rect:
        """Counted from 1 in the file, from 0 here."""
        entry = self.entry[key].mapping(_RECT, required=_RECT)
        column, line, columns, lines = (entry[k].integer(1, _TOO_LARGE - 1) for k in _RECT)
        if column + columns - 1 > self._count("columns") or line + lines - 1 > self._count("lines"):
            self.entry[key].fail(f"「{key}」が枠からはみ出しています", "段と行は1から数え、枠の段数と行数に収めてください")
        return Rect(column=column - 1, line=line - 1, columns=columns, lines=lines)

    def _font(self, key: str) -> str:
        """A relative path starts at the profile's own folder."""
        name = self._text(key)
        if name and not (self.folder / name).is_file():
            self.entry[key].fail(
                f"「{key}」の書体ファイルがありません", '場所を確かめるか、"" にしてください（付属の書体を使います）'
            )
        return str(self.folder / name) if name else ""

    def _styles(self) -> Mapping[str, str]:
        if "styles" not in self.entry or self.entry["styles"].empty:
            return STYLES
        given = self.entry["styles"].mapping(tuple(STYLES))
        for role, node in given.items():
            if set(node.required_text()) & set("<>"):
                node.fail(f"「styles.{role}」に < か > があります", "段落スタイルの名前だけを書いてください")
        return STYLES | {role: node.text() for role, node in given.items()}

    def _encoding(self) -> str:
        return self.entry["encoding"].choice(("utf-8-sig", "cp932")) if "encoding" in self.entry else "utf-8-sig"

    def _issues(self) -> list[tuple[IssuePlan, date]]:
        if "issues" not in self.entry or self.entry["issues"].empty:
            return []
        return [_issue(entry) for entry in self.entry["issues"].items()]


def _issue(node: Node) -> tuple[IssuePlan, date]:
    try:
        return read_issue(_typed(node))
    except ValueError as e:
        node.fail(f"「issues」{e}", "ファイルの説明を見て直してください")


def _typed(node: Node) -> object:
    """Plain data for `read_issue`, with a date and a number where they are due."""
    if isinstance(node.content, list):
        return [_typed(n) for n in node.content]
    if isinstance(node.content, dict):
        return {key: _KINDS.get(key, _typed)(value) for key, (_, value) in node.content.items()}
    return node.content
