"""Whom an entry of the audit log about a talk calls, and what it says: its first word names the row that tells the rest."""

from __future__ import annotations

from collections.abc import Mapping

from bot.services.approval import mentions, suggestions
from bot.store.models import AuditEntry, Comment
from bot.store.talk import Mention, Suggestion

_SAID: Mapping[str, str] = {
    suggestions.SUGGEST: "の文の直しを提案しました。受け入れるか見送るかを決めてください",
    suggestions.ACCEPT: "への直しの提案を受け入れました。この原稿の確認と承認は、提案した人のほかの担当者がします",
    suggestions.DECLINE: "への直しの提案を見送りました",
}


def called(entry: AuditEntry) -> list[str]:
    """The people whom this very entry is for; none for an entry of another kind."""
    if entry.verb == mentions.MENTION:
        return list(Mention.objects.filter(comment=_number(entry)).values_list("person", flat=True))
    if entry.verb not in _SAID:
        return []
    found = Suggestion.objects.select_related("submission").get(id=_number(entry))
    return [found.submission.author, found.submission.submitted_by] if entry.verb == suggestions.SUGGEST else [found.person]


def said(entry: AuditEntry) -> str:
    """ "" for an entry of another kind."""
    if entry.verb in _SAID:
        return f"{_SAID[entry.verb]}：{entry.detail.partition(' ')[2]}"
    if entry.verb != mentions.MENTION:
        return ""
    comment = Comment.objects.filter(id=_number(entry)).first()
    return f"「{comment.quote}」について：{comment.body}" if comment else ""


def _number(entry: AuditEntry) -> int:
    return int(entry.detail.partition(" ")[0].partition(":")[2])
