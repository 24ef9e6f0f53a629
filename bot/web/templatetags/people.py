"""People by their names: a log-in name is for logging in."""

from __future__ import annotations

from django import template

from bot.services.approval import sheet
from bot.web.office import office

register = template.Library()


@register.filter
def named(key: str) -> str:
    """The name that people.yml gives to this log-in name; the log-in name itself where it gives none, or cannot be read."""
    return sheet.name_of(office(), key)
