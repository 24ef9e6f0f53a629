"""Whom an entry of the audit log about a talk calls, and what it says: its first word names the row that tells the rest."""

from __future__ import annotations

from bot.services.approval import mentions
from bot.store.models import AuditEntry, Comment
from bot.store.talk import Mention


def called(entry: AuditEntry) -> list[str]:
    """The people whom this very entry is for; none for an entry of another kind."""
    if entry.verb != mentions.MENTION:
        return []
    return list(Mention.objects.filter(comment=_number(entry)).values_list("person", flat=True))


def said(entry: AuditEntry) -> str:
    """ "" for an entry of another kind."""
    if entry.verb != mentions.MENTION:
        return ""
    comment = Comment.objects.filter(id=_number(entry)).first()
    return f"「{comment.quote}」について：{comment.body}" if comment else ""


def _number(entry: AuditEntry) -> int:
    return int(entry.detail.partition(" ")[0].partition(":")[2])
