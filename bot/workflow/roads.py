"""The roads by which a post comes into the queue."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Road(StrEnum):
    PUSH = "push"
    WEB = "web"
    PACKAGE = "package"
    COMMAND = "command"


ROAD_LABELS: Mapping[Road, str] = {
    Road.PUSH: "Git のプッシュ",
    Road.WEB: "画面で書いて申請",
    Road.PACKAGE: "zip での受け渡し",
    Road.COMMAND: "コマンド（dxbot submit）",
}
