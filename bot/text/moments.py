"""How a day is written for people. Not by strftime: `%-m` is unknown to Windows, where `dxbot check` runs too."""

from __future__ import annotations

from datetime import date, datetime


def day(local: date, *, with_year: bool = False) -> str:
    """12月1日, or 2026年12月1日."""
    return f"{local.year}年{local.month}月{local.day}日" if with_year else f"{local.month}月{local.day}日"


def minute(local: datetime, *, with_year: bool = False) -> str:
    """12月1日 09:30."""
    return f"{day(local, with_year=with_year)} {local:%H:%M}"
