"""How a day and a moment are written for people. Not by strftime: `%-m` is unknown to Windows, where `dxbot check` runs too."""

from __future__ import annotations

from datetime import date, datetime

from bot.language import english

_WEEKDAYS, _NAMES = "月火水木金土日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(local: date, *, with_year: bool = False) -> str:
    """12月1日, or 2026年12月1日."""
    return f"{local.year}年{local.month}月{local.day}日" if with_year else f"{local.month}月{local.day}日"


def weekday(local: date, *, with_year: bool = False) -> str:
    """12月1日（火）."""
    return f"{day(local, with_year=with_year)}（{_WEEKDAYS[local.weekday()]}）"


def minute(local: datetime, *, with_year: bool = False) -> str:
    """12月1日（火） 9:30."""
    return f"{weekday(local, with_year=with_year)} {clock(local)}"


def clock(local: datetime) -> str:
    """9:30."""
    return f"{local.hour}:{local:%M}"


def said_day(local: date, *, with_year: bool = False) -> str:
    """In the language of the installation: 12月1日（火）, or 1 Dec 2026 (Tue). Documents are Japanese in each."""
    if english():
        return f"{local.day} {_MONTHS[local.month - 1]} {local.year} ({_NAMES[local.weekday()]})"
    return weekday(local, with_year=with_year)


def said(local: datetime, *, with_year: bool = False) -> str:
    """In the language of the installation: 12月1日（火） 9:30, or 1 Dec 2026 (Tue) 9:30."""
    return f"{said_day(local, with_year=with_year)} {clock(local)}"
