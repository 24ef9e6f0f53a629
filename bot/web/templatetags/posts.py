"""What is said of a post wherever its title stands, and of an issue wherever it is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bot.language import say
from bot.newsletter.arrangement import said_issue
from bot.workflow.kinds import Kind

if TYPE_CHECKING:
    from bot.store.models import Submission

register = template.Library()
register.filter("issue_name", said_issue)


@register.filter
def urgent(submission: Submission) -> SafeString:
    """緊急 before the title of an emergency's text, for it follows other rules than all others; nothing before another's."""
    if submission.kind != Kind.EMERGENCY:
        return SafeString("")
    return format_html('<span class="tag urgent">{}</span> ', say("緊急"))
