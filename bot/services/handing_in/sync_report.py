"""What a sync did, commit by commit: for the people who committed, and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.checks.finding import LEVEL_LABELS, Finding


class Taken(StrEnum):
    """What became of a path."""

    SUBMITTED = "submitted"
    UNCHANGED = "unchanged"
    WITHDRAWN = "withdrawn"
    PUBLISHED = "published"
    REFUSED = "refused"
    NOT_IN_FORCE = "not-in-force"
    TAKEN_AWAY = "taken-away"


LABELS = {
    Taken.SUBMITTED: "申請しました",
    Taken.UNCHANGED: "申請済みの内容と同じです",
    Taken.WITHDRAWN: "取り下げました",
    Taken.PUBLISHED: "すでに配信されているため、申請していません",
    Taken.REFUSED: "申請できません",
    Taken.NOT_IN_FORCE: "誤りがあるため、前の内容のままにしています",
    Taken.TAKEN_AWAY: "消されたため、使うのをやめました",
}
UNFIT = frozenset({Taken.REFUSED, Taken.NOT_IN_FORCE})


@dataclass(frozen=True, kw_only=True)
class Item:
    """One path, relative to the repository's root. `person` is the key of who committed it, "" when nobody knows; `commit`
    names the commit of a shared file that was refused."""

    path: str
    taken: Taken
    person: str = ""
    commit: str = ""
    submission: int | None = None
    findings: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "taken": self.taken,
            "person": self.person,
            "commit": self.commit,
            "submission": self.submission,
            "findings": [f.as_json() for f in self.findings],
        }


@dataclass(frozen=True, kw_only=True)
class Report:
    """`older` is the commit taken before, "" for none. `news`: there was something to look at. `problem` is what went wrong
    without doing harm, for people."""

    commit: str
    older: str
    at: datetime
    items: tuple[Item, ...]
    problem: str = ""

    @property
    def news(self) -> bool:
        return self.commit != self.older or any(i.taken not in UNFIT for i in self.items)

    @property
    def refused(self) -> int:
        return sum(i.taken in UNFIT for i in self.items)

    @property
    def line(self) -> str:
        """All of it in one line, without anything of a post's text."""
        counted = [(LABELS[taken], sum(i.taken == taken for i in self.items)) for taken in Taken]
        return "、".join(f"{label} {count}件" for label, count in counted if count) or "原稿の変更はありません"

    def as_json(self) -> dict[str, Any]:
        return {
            "commit": self.commit,
            "older": self.older,
            "at": self.at.isoformat(),
            "items": [i.as_json() for i in self.items],
            "problem": self.problem,
        }

    def as_markdown(self) -> str:
        heading = f"# 原稿の取り込み {self.commit[:12]}\n\n{self.at:%Y-%m-%d %H:%M} に取り込みました。\n"
        heading += f"\n{self.problem}。\n" if self.problem else ""
        return heading + ("".join(_markdown(self.items)) or "\n原稿の変更はありませんでした。\n")


def _markdown(items: Iterable[Item]) -> Iterable[str]:
    for item in items:
        number = f"（申請 {item.submission}）" if item.submission else ""
        by = f"（コミット {item.commit[:12]}、{item.person or '不明な人'}）" if item.commit else ""
        yield f"\n## `{item.path.replace('`', '')}`\n\n{LABELS[item.taken]}{number}{by}。\n"
        for f in item.findings:
            yield f"\n- {LEVEL_LABELS[f.level]}：{f.line}行目 {f.message}。{f.advice}。\n"


def keep(folder: Path, report: Report) -> None:
    """Write `<commit>.json` and `.md`, and the same as `latest`. Whoever reads meanwhile sees a whole file."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"json": json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n", "md": report.as_markdown()}
    for kind, text in texts.items():
        for name in (report.commit, "latest"):
            temporary = folder / f".{name}.{kind}"
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(folder / f"{name}.{kind}")
