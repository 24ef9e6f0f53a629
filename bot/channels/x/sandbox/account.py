"""What X counts: requests in windows of fifteen minutes, and money."""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.channels.x.sandbox.choices import Choices
from bot.platform_kit.choices import chosen
from bot.platform_kit.state import State

WINDOW_SECONDS = 900
DAY_SECONDS = 86_400


@dataclass(frozen=True, kw_only=True)
class Price:
    """US dollars since 2026-04-20. Readings are of our own posts; failed requests cost nothing."""

    post: Decimal = Decimal("0.015")
    post_with_link: Decimal = Decimal("0.200")
    delete: Decimal = Decimal("0.010")
    metadata: Decimal = Decimal("0.005")
    own_post_read: Decimal = Decimal("0.001")


PRICE = Price()


def spent(state: State) -> Decimal:
    """So far, in US dollars."""
    return Decimal((state.get("x_meter", "spent") or {"usd": "0"})["usd"])


class Account:
    def __init__(self, state: State) -> None:
        self._state = state

    def can_pay(self, price: Decimal) -> bool:
        credit = chosen(self._state, Choices).x_credit_usd
        return credit is None or spent(self._state) + price <= Decimal(str(credit))

    def charge(self, price: Decimal) -> None:
        with self._state.atomic():
            self._state.put("x_meter", "spent", {"usd": str(spent(self._state) + price)})

    def charge_reading(self, identities: list[str]) -> None:
        """Each post costs once in a UTC day, however often it is read."""
        with self._state.atomic():
            today = self._state.now().date().isoformat()
            fresh = [i for i in identities if (self._state.get("x_read", i) or {}).get("day") != today]
            for identity in fresh:
                self._state.put("x_read", identity, {"day": today})
            self.charge(PRICE.own_post_read * len(fresh))

    def count(self, name: str, limit: int, seconds: int = WINDOW_SECONDS) -> bool:
        """Count a request; False if its window is used up, and it is to be refused."""
        with self._state.atomic():
            start, used = self._window(name, seconds)
            self._state.put("x_window", name, {"start": start, "used": min(used + 1, limit)})
        return used < limit or not chosen(self._state, Choices).x_windows

    def headers(self, prefix: str, name: str, limit: int, seconds: int = WINDOW_SECONDS) -> dict[str, str]:
        """`reset` is told by the system's clock, by which clients reckon, however far the sandbox's own has been moved."""
        start, used = self._window(name, seconds)
        left = start + seconds - self._state.now().timestamp()
        values = {"limit": limit, "remaining": max(limit - used, 0), "reset": int(time.time() + left)}
        return {f"{prefix}-{key}": str(value) for key, value in values.items()}

    def _window(self, name: str, seconds: int) -> tuple[float, int]:
        """When the current window began, and how many requests it has seen."""
        now = self._state.now().timestamp()
        window: dict[str, Any] = self._state.get("x_window", name) or {"start": now, "used": 0}
        if not window["start"] <= now < window["start"] + seconds:
            return now, 0
        return window["start"], window["used"]
