"""The column's measured layout: schedules/newsletter.yml. Until the PR office has measured the paper, its status is 仮."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Literal, cast, get_args

from bot.language import say
from bot.newsletter.arrangement import IssueArrangement, read_issue
from bot.newsletter.cells import Direction, TimeStyle
from bot.newsletter.deadlines import DayOfMonth, IfClosed, Monthly, Weekday, WorkingDaysBefore
from bot.newsletter.frame import Rect
from bot.newsletter.kinsoku import Level
from bot.newsletter.numerals import NumberStyle
from bot.schedule.rules import DAYS
from bot.values.document import load as load_values
from bot.values.node import Node

Status = Literal["仮", "確定"]
AddressStyle = Literal["refuse", "written", "qr"]
# What a paragraph is, and the name of its paragraph style in the typesetter's document when the profile gives no other;
# those of CHARACTER_STYLES are of characters.
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
    "dots": "圏点",
}
CHARACTER_STYLES = ("strong", "dots")
_RECT = ("column", "line", "columns", "lines")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """`chars` a line × `lines` a column × `columns`; sizes in points. `monthly` is the rule of the copy deadlines, `issues`
    maps an issue (2026-12) to a deadline of its own, `arrangements` to what goes into it; `notice_days` before a deadline
    the issue is built by itself and the office told.

    `heading_lines` is the 行取り of a heading in the text. `headline` and `figure` are kept free of text; without a figure's
    rectangle, or in an article without a picture, the text has the place. `body_font` and `heading_font` are font files for
    the proof, empty for the ones that come with the program; `font` is the name that the Word file asks for. `addresses` in the
    text are refused, written out, or given as a QR code with the address below.
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
    times: TimeStyle = "colon"
    addresses: AddressStyle = "refuse"
    styles: Mapping[str, str] = field(default_factory=lambda: STYLES)
    arrangements: Mapping[str, IssueArrangement] = field(default_factory=dict)
    monthly: Monthly | None = None
    notice_days: int = 3

    def arrangement(self, issue: str) -> IssueArrangement:
        """What was planned for the issue; nothing, if the file does not speak of it."""
        return self.arrangements.get(issue, IssueArrangement(issue=issue))

    def ruled(self, issue: str) -> Profile:
        """With the rules that the office set for this issue alone (ADR 10)."""
        own = self.arrangement(issue)
        return replace(self, hang=self.hang if own.hang is None else own.hang, numbers=own.numbers or self.numbers)

    @property
    def grid(self) -> str:
        return f"{self.chars}字×{self.lines}行×{self.columns}段"

    @property
    def confirmed(self) -> bool:
        return self.status == "確定"


_KEYS = frozenset(f.name for f in fields(Profile)) - {"arrangements"}
_REQUIRED = tuple(
    sorted(
        _KEYS
        - {
            "name",
            "font",
            "body_font",
            "heading_font",
            "figure",
            "styles",
            "issues",
            "monthly",
            "encoding",
            "times",
            "addresses",
        }
    )
)
_TOO_LARGE = 1000
_MOST_WORKING_DAYS = 40
_RULE = ("months_before", "skip")
_BY_DAY = (*_RULE, "if_closed")


def load(path: Path) -> Profile:
    """Raises FileError naming file, line and item."""
    root = load_values(path)
    return _Reader(root, root.mapping(_KEYS, required=_REQUIRED)).profile()


class _Reader:
    """One file's items on their way to a Profile."""

    def __init__(self, root: Node, entry: Mapping[str, Node]) -> None:
        self.folder, self.entry = root.origin.path.parent, entry

    def profile(self) -> Profile:
        monthly = self._monthly()
        issues = self._issues(monthly)
        return Profile(
            status=cast(Status, self._choice("status", get_args(Status))),
            direction=cast(Direction, self._choice("direction", get_args(Direction))),
            name=self._text("name"),
            encoding=self._encoding(),
            font=self._text("font"),
            issues={arrangement.issue: deadline for arrangement, deadline in issues if deadline},
            monthly=monthly,
            arrangements={arrangement.issue: arrangement for arrangement, _ in issues},
            chars=self._count("chars"),
            lines=self._count("lines"),
            columns=self._count("columns"),
            size_pt=self._positive("size_pt"),
            pitch_pt=self._positive("pitch_pt"),
            gap_pt=self._positive("gap_pt"),
            kinsoku=cast(Level, self._choice("kinsoku", get_args(Level))),
            hang=self.entry["hang"].flag(),
            numbers=cast(NumberStyle, self._choice("numbers", get_args(NumberStyle))),
            times=cast(TimeStyle, self._choice_or("times", get_args(TimeStyle))),
            addresses=cast(AddressStyle, self._choice_or("addresses", get_args(AddressStyle))),
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

    def _choice_or(self, key: str, choices: Sequence[str]) -> str:
        """The first one where nothing is said."""
        return self.entry[key].choice(choices) if key in self.entry else choices[0]

    def _text(self, key: str) -> str:
        return self.entry[key].text() if key in self.entry else ""

    def _positive(self, key: str) -> float:
        value = self.entry[key].number()
        if not 0 < value < _TOO_LARGE:
            self.entry[key].fail(
                say("「{key}」の値 {value} は使えません", key=key, value=value),
                say("0 より大きく {too_large} より小さい数にしてください", too_large=_TOO_LARGE),
            )
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
            self.entry[key].fail(
                say("「{key}」が枠からはみ出しています", key=key), "段と行は1から数え、枠の段数と行数に収めてください"
            )
        return Rect(column=column - 1, line=line - 1, columns=columns, lines=lines)

    def _font(self, key: str) -> str:
        """A relative path starts at the profile's own folder."""
        name = self._text(key)
        if name and not (self.folder / name).is_file():
            self.entry[key].fail(
                say("「{key}」の書体ファイルがありません", key=key),
                '場所を確かめるか、"" にしてください（付属の書体を使います）',
            )
        return str(self.folder / name) if name else ""

    def _styles(self) -> Mapping[str, str]:
        if "styles" not in self.entry or self.entry["styles"].empty:
            return STYLES
        given = self.entry["styles"].mapping(tuple(STYLES))
        for role, node in given.items():
            # The tagged text is made of < and >; a name with one would end its tag.
            if set(node.required_text()) & set("<>"):
                node.fail(say("「styles.{role}」に < か > があります", role=role), "段落スタイルの名前だけを書いてください")
        # A typesetter's document has names of its own; what is not named keeps ours.
        return STYLES | {role: node.text() for role, node in given.items()}

    def _encoding(self) -> str:
        return self._choice_or("encoding", ("utf-8-sig", "cp932"))

    def _monthly(self) -> Monthly | None:
        if "monthly" not in self.entry or self.entry["monthly"].empty:
            return None
        return _rule(self.entry["monthly"])

    def _issues(self, monthly: Monthly | None) -> list[tuple[IssueArrangement, date | None]]:
        if "issues" not in self.entry or self.entry["issues"].empty:
            return []
        known: dict[str, tuple[IssueArrangement, date | None]] = {}
        for node in self.entry["issues"].items():
            arrangement, deadline = read_issue(node)
            if arrangement.issue in known:
                node.fail(say("「issues」に {issue} が2回書かれています", issue=arrangement.issue), "1つにまとめてください")
            if deadline is None and not (monthly and monthly.makes(arrangement.issue)):
                node.fail(
                    say("「issues」の {issue} に締切がありません", issue=arrangement.issue),
                    "deadline: 2026-12-04 のように書いてください",
                )
            known[arrangement.issue] = arrangement, deadline
        return list(known.values())


def _rule(node: Node) -> Monthly:
    """`monthly`, in one of its three forms, told apart by a key that only it has."""
    written = node.content if isinstance(node.content, dict) else {}
    # By the key that only one form has, so that a slip in it gets a sentence about that form.
    if "working_days_before" in written:
        entry = node.mapping((*_RULE, "working_days_before"), required=("working_days_before",))
        return _monthly(entry, WorkingDaysBefore(days=entry["working_days_before"].integer(1, _MOST_WORKING_DAYS)))
    if "day" in written:
        entry = node.mapping((*_BY_DAY, "day"), required=("day",))
        return _monthly(entry, DayOfMonth(number=entry["day"].integer(1, 31), if_closed=_if_closed(entry)))
    entry = node.mapping((*_BY_DAY, "week", "weekday"), required=("week", "weekday"))
    weekday = DAYS.index(entry["weekday"].choice(DAYS))
    return _monthly(entry, Weekday(week=entry["week"].integer(1, 4), weekday=weekday, if_closed=_if_closed(entry)))


def _monthly(entry: Mapping[str, Node], due: Weekday | DayOfMonth | WorkingDaysBefore) -> Monthly:
    before = entry["months_before"].integer(0, 11) if "months_before" in entry else 0
    rule = Monthly(due=due, months_before=before)
    skipped = entry["skip"].items() if "skip" in entry else []
    for node in skipped:
        if not rule.makes(node.required_text()):
            node.fail(
                say("「skip」の「{value}」は毎月の号の名前ではありません", value=node.text()[:20]),
                '"2027-08" のように書いてください',
            )
    return replace(rule, skip=frozenset(node.required_text() for node in skipped))


def _if_closed(entry: Mapping[str, Node]) -> IfClosed:
    return cast(IfClosed, entry["if_closed"].choice(get_args(IfClosed))) if "if_closed" in entry else "earlier"
