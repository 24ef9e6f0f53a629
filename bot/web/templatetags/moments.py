"""Days and moments in templates, all in one form: 11月30日（月） 9:30, or 30 Nov 2026 (Mon) 9:30. Every template has them."""

from __future__ import annotations

from datetime import date, datetime

from django import template

from bot.text import moments

register = template.Library()


@register.filter(expects_localtime=True)
def moment(local: datetime | None, more: str = "") -> str:
    """`more`: "year", or "seconds", which has the year as well."""
    if local is None:
        return ""
    said = moments.said(local, with_year=bool(more))
    return f"{said}:{local:%S}" if more == "seconds" else said


@register.filter(expects_localtime=True)
def day(local: date | None, more: str = "") -> str:
    return moments.said_day(local, with_year=bool(more)) if local else ""


@register.filter(expects_localtime=True)
def minute(local: datetime) -> str:
    """In Japanese, for the office's own documents."""
    return moments.minute(local, with_year=True)
