"""What the PR office plans for an issue, as plain data: schedules/newsletter.yml, `issues`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.language import say
from bot.newsletter.numerals import NumberStyle
from bot.values.node import Node

_CORRECTION = ("issue", "wrong", "right")
_MOST_LINES = 999


def issue_name(issue: str) -> str:
    """2026年12月号 for 2026-12; a paper that counts otherwise has 第8号 for 第8."""
    return re.sub(r"^(\d{4})-0?(\d{1,2})$", r"\1年\2月", issue) + "号"


def said_issue(issue: str) -> str:
    """For the pages, in the language of the installation: 2026年12月号, or issue 12/2026."""
    if counted := re.fullmatch(r"(\d{4})-0?(\d{1,2})", issue):
        return say("{year}年{month}月号", year=counted[1], month=counted[2])
    return say("{issue}号", issue=issue)


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What an earlier `issue` printed wrongly."""

    issue: str
    wrong: str
    right: str

    @property
    def text(self) -> str:
        return f"{issue_name(self.issue)}の「{self.wrong}」は、正しくは「{self.right}」です。おわびして訂正します。"


@dataclass(frozen=True, kw_only=True)
class IssueArrangement:
    """`posts`: the order in the column, identity → the length hoped for in lines (0: none). With a `headline` they share
    one frame under it; else each has a frame of its own. `hang` and `numbers` are rules for this issue alone, None for those of
    the profile."""

    issue: str
    headline: str = ""
    posts: Mapping[str, int] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()
    hang: bool | None = None
    numbers: NumberStyle | None = None


def read_issue(node: Node) -> tuple[IssueArrangement, date | None]:
    """An entry of `issues` and its own copy deadline, if it has one. Raises FileError."""
    entry = node.mapping(("issue", "deadline", "headline", "posts", "corrections"), required=("issue",))
    arrangement = IssueArrangement(
        issue=entry["issue"].required_text(),
        headline=entry["headline"].text() if "headline" in entry else "",
        posts=dict(_post(n) for n in _entries(entry.get("posts"))),
        corrections=tuple(_correction(n) for n in _entries(entry.get("corrections"))),
    )
    return arrangement, entry["deadline"].day() if "deadline" in entry else None


def _entries(node: Node | None) -> list[Node]:
    return [] if node is None or node.empty else node.items()


def _post(node: Node) -> tuple[str, int]:
    entry = node.mapping(("id", "lines"), required=("id",))
    return entry["id"].required_text(), entry["lines"].integer(0, _MOST_LINES) if "lines" in entry else 0


def _correction(node: Node) -> Correction:
    entry = node.mapping(_CORRECTION, required=_CORRECTION)
    return Correction(**{key: value.required_text() for key, value in entry.items()})
