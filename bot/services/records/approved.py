"""Which submissions were approved: the one condition that knows of approvals that were taken back within ten seconds."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from bot.store.models import Decision
from bot.workflow.transitions import Action


def approved() -> Exists:
    """Of a Submission: it was approved and that stood, whatever became of it later."""
    undone = Decision.objects.filter(submission=OuterRef("submission"), action=Action.UNDO, id__gt=OuterRef("id"))
    return Exists(Decision.objects.filter(~Exists(undone), submission=OuterRef("pk"), action=Action.APPROVE))
