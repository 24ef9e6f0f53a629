"""Talking to the sandbox's control addresses in tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import requests


class SandboxClient:
    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def posts(self, channel: str = "") -> list[dict[str, Any]]:
        shown: list[dict[str, Any]] = requests.get(
            f"{self.base_url}/_sandbox/posts", params={"channel": channel}, timeout=5
        ).json()
        return shown

    def fault(self, channel: str, kind: str, on: str = "commit", times: int = 1) -> None:
        order = {"channel": channel, "on": on, "kind": kind, "times": times}
        requests.post(f"{self.base_url}/_sandbox/faults", json=order, timeout=5).raise_for_status()

    def reset(self) -> None:
        requests.post(f"{self.base_url}/_sandbox/reset", timeout=5).raise_for_status()

    def set_clock(self, moment: str) -> None:
        requests.post(f"{self.base_url}/_sandbox/clock", json={"now": moment}, timeout=5).raise_for_status()

    def telegram(self, kind: str, xml: bytes, **more: str) -> str:
        """The agency sends it; its address."""
        order = {"kind": kind, "xml": xml.decode(), **more}
        sent = requests.post(f"{self.base_url}/_sandbox/disaster", json=order, timeout=5)
        sent.raise_for_status()
        return str(sent.json()["address"])

    def agency_fault(self, kind: str, times: int = 1) -> None:
        order = {"fault": kind, "times": times}
        requests.post(f"{self.base_url}/_sandbox/disaster", json=order, timeout=5).raise_for_status()

    def choose(self, **settings: object) -> None:
        requests.post(f"{self.base_url}/_sandbox/settings", json=settings, timeout=5).raise_for_status()

    def react(self, identity: str, **counts: int) -> None:
        """How citizens answer a post: views, reach, likes, replies, reposts, quotes, saves, clicks."""
        order = {"id": identity, **counts}
        requests.post(f"{self.base_url}/_sandbox/reactions", json=order, timeout=5).raise_for_status()

    def spent(self) -> Decimal:
        """On X so far, in US dollars."""
        return Decimal(requests.get(f"{self.base_url}/_sandbox/settings", timeout=5).json()["x_spent_usd"])
