"""What a new version of a published post puts right, and how on each channel; see ADR 31."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

KINDS = ("誤記", "事実の誤り", "権利", "その他")
MOST = 300  # characters of `wrong` and of `right`, as the box of the paper has them


class Way(StrEnum):
    """How a channel is put right: `edit` what is out, say it in a `linked` post, `repost` and delete what was out, or `none`:
    leave the channel as it is."""

    EDIT = "edit"
    LINKED = "linked"
    REPOST = "repost"
    NONE = "none"


WAY_LABELS: Mapping[Way, str] = {
    Way.EDIT: "出ている投稿を書き換える",
    Way.LINKED: "訂正の投稿を別に出す",
    Way.REPOST: "直した投稿を出し直し、前の投稿を消す",
    Way.NONE: "そのままにする",
}


@dataclass(frozen=True, kw_only=True)
class Correction:
    """`kind` is one of KINDS, `ways` by channel's key, where the author has chosen one."""

    kind: str
    wrong: str
    right: str
    ways: Mapping[str, Way] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        ways = {key: str(way) for key, way in sorted(self.ways.items())}
        return {"kind": self.kind, "wrong": self.wrong, "right": self.right, "ways": ways}
