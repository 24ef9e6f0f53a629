"""What the PR office plans for an issue, as plain data: schedules/newsletter.yml, `issues`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

_KEYS = {"issue", "deadline", "headline", "posts", "corrections"}
_ISSUE_FORM = 'は {issue: "2026-12", deadline: 2026-12-04} の形で書いてください'
_POST_FORM = "の posts は {id: 原稿のid, lines: 目安の行数} の並びにしてください（lines はなくてもかまいません）"
_CORRECTION_FORM = 'の corrections は {issue: "2026-11", wrong: 誤り, right: 正しい内容} の並びにしてください'


def issue_name(issue: str) -> str:
    """2026年12月号 for 2026-12; a paper that counts otherwise has 第8号 for 第8."""
    return re.sub(r"^(\d{4})-0?(\d{1,2})$", r"\1年\2月", issue) + "号"


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
    one frame under it; else each has a frame of its own."""

    issue: str
    headline: str = ""
    posts: Mapping[str, int] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()


def read_issue(value: Any) -> tuple[IssueArrangement, date | None]:
    """An entry of `issues` and its own copy deadline, if it has one. Raises ValueError with what is wrong, in words that
    follow 「issues」."""
    if not isinstance(value, dict) or "issue" not in value or not isinstance(value.get("deadline"), date | None):
        raise ValueError(_ISSUE_FORM)
    if unknown := sorted(str(key) for key in value if key not in _KEYS):
        raise ValueError(f"に「{unknown[0]}」という項目はありません")
    arrangement = IssueArrangement(
        issue=str(value["issue"]),
        headline=str(value.get("headline") or ""),
        posts=dict(_post(entry) for entry in _entries(value, "posts", _POST_FORM)),
        corrections=tuple(_correction(entry) for entry in _entries(value, "corrections", _CORRECTION_FORM)),
    )
    return arrangement, value.get("deadline")


def _entries(value: dict[str, Any], key: str, form: str) -> list[Any]:
    entries = value.get(key) or []
    if not isinstance(entries, list):
        raise ValueError(form)
    return entries


def _post(entry: Any) -> tuple[str, int]:
    lines = entry.get("lines", 0) if isinstance(entry, dict) and "id" in entry and set(entry) <= {"id", "lines"} else None
    if isinstance(lines, bool) or not isinstance(lines, int) or lines < 0:
        raise ValueError(_POST_FORM)
    return str(entry["id"]), lines


def _correction(entry: Any) -> Correction:
    if not isinstance(entry, dict) or set(entry) != {"issue", "wrong", "right"}:
        raise ValueError(_CORRECTION_FORM)
    return Correction(**{key: str(text) for key, text in entry.items()})
