"""People by their names: a log-in name is for logging in. And the word that a finding is about."""

from __future__ import annotations

import re

from django import template

from bot.services.approval import sheet
from bot.web.office import office

register = template.Library()


@register.filter
def named(key: str) -> str:
    """The name that people.yml gives to this log-in name; the log-in name itself where it gives none, or cannot be read."""
    return sheet.name_of(office(), key)


@register.filter
def quoted(said: str) -> str:
    """What stands in the first 「 」 of a sentence, "" for none: of a finding, the word that it is about."""
    found = re.search("「([^」]*)」", said)
    return found[1] if found else ""
