"""How far something has come, as the office says it: achieved or not, why, what comes next, and what shows it.

The three questions are those of the recommendation of 5 December 2022: 何が達成できて、何が達成できていないのか;
達成できていない理由は何なのか; どうすれば達成できるのか.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, cast, get_args

from bot.values.node import Node

Degree = Literal["done", "partly", "not_yet", "unknown"]
DEGREE_LABELS: Mapping[Degree, str] = {"done": "達成", "partly": "一部達成", "not_yet": "未達成", "unknown": "未確認"}
KEYS = ("achievement", "as_of", "reason", "next", "owner", "evidence")
EVIDENCE_KEYS = ("posts", "readings", "links")
LASTS = timedelta(days=365)  # what was said longer ago is to be looked at again


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What shows it: `posts` by their id, `readings` by their key in indicators.yml, `links` as addresses."""

    posts: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    links: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.posts or self.readings or self.links)


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """`as_of` is the day on which it was said; None while nothing is said."""

    achievement: Degree = "unknown"
    as_of: date | None = None
    reason: str = ""
    next: str = ""
    owner: str = ""
    evidence: Evidence = Evidence()

    @property
    def label(self) -> str:
        return DEGREE_LABELS[self.achievement]

    def is_old(self, today: date) -> bool:
        """It was said more than a year ago, so nobody knows whether it still holds."""
        return self.as_of is not None and today - self.as_of > LASTS


def read(entry: Mapping[str, Node], whole: Node, readings: Collection[str] | None) -> Assessment:
    """The assessment among the values of an entry; `whole` is the entry. `readings` are the known ones, None: not looked at.
    Raises FileError for one that says more than it shows."""
    degree = cast(Degree, entry["achievement"].choice(get_args(Degree))) if "achievement" in entry else "unknown"
    evidence = _evidence(entry["evidence"], readings) if "evidence" in entry else Evidence()
    needed = {"done": ("as_of",), "partly": ("as_of", "reason", "next"), "not_yet": ("as_of", "reason", "next")}.get(degree, ())
    for key in needed:
        if key not in entry or entry[key].empty:
            whole.lacks(key)
    if degree == "done" and not evidence:
        entry["achievement"].fail(
            "「達成」を示すものがありません",
            "evidence: に投稿（posts）・指標（readings）・アドレス（links）のどれかを書くか、unknown（未確認）にしてください",
        )
    return Assessment(
        achievement=degree,
        as_of=entry["as_of"].day() if "as_of" in entry else None,
        reason=_text(entry, "reason"),
        next=_text(entry, "next"),
        owner=_text(entry, "owner"),
        evidence=evidence,
    )


def _text(entry: Mapping[str, Node], key: str) -> str:
    return entry[key].text().strip() if key in entry else ""


def _evidence(value: Node, readings: Collection[str] | None) -> Evidence:
    if value.empty:
        return Evidence()
    entry = value.mapping(EVIDENCE_KEYS)
    named = entry["readings"].items() if "readings" in entry else []
    return Evidence(
        posts=entry["posts"].texts() if "posts" in entry else (),
        readings=tuple(n.required_text() if readings is None else n.choice(readings) for n in named),
        links=entry["links"].texts() if "links" in entry else (),
    )
