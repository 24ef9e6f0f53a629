"""The city's account as every platform of the sandbox shows it."""

from __future__ import annotations

NAME, USERNAME = "市の公式アカウント（練習）", "sandbox_city"
