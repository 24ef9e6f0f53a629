"""People by their names: a log-in name is for logging in. And the word that a finding is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html

from bot.checks.registry import rules
from bot.language import english, say
from bot.services.approval import sheet
from bot.services.records.audit import NOBODY, SYSTEM
from bot.web.office import office

if TYPE_CHECKING:
    from bot.store.models import Submission

register = template.Library()
_JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")


@register.filter
def named(key: str) -> str:
    """The name that people.yml gives to this log-in name; the log-in name itself where it gives none, or cannot be read."""
    return say(key) if key in (SYSTEM, NOBODY) else sheet.name_of(office(), key)


@register.filter
def authored(submission: Submission) -> str:
    """The department and the name of whoever wrote it."""
    return sheet.author_of(office(), submission)


@register.filter
def quoted(said: str) -> str:
    """What stands in the first 「 」 of a sentence, "" for none: of a finding, the word that it is about."""
    found = re.search("「([^」]*)」", said)
    return found[1] if found else ""


@register.filter
def original(written: object) -> str:
    """What people wrote, or what was stored in Japanese, as it is; in English marked, for screen readers."""
    if not (english() and _JAPANESE.search(str(written))):
        return str(written)
    return format_html('<span lang="ja">{}</span>', written)


@register.filter
def meaning(rule: str) -> str:
    """In English, what a rule of the checks is about, for its findings are Japanese; "" in Japanese, and for no rule."""
    known = rules().get(rule)
    return say(known.why) if english() and known else ""
