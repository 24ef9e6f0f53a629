"""The prepared pictures of submissions: to anybody once approved (Instagram fetches them so), to staff while they review."""

from __future__ import annotations

from bot.services.approval import review
from bot.services.records.context import Context
from bot.store.models import Blob
from bot.workflow.actors import Actor
from bot.workflow.states import SubmissionState


def approved(sha256: str) -> bytes | None:
    """None for a picture that belongs to nothing approved, and for one that does not exist, both alike."""
    return _data(Blob.objects.filter(submission__state=SubmissionState.APPROVED, sha256=sha256).first())


def of_submission(ctx: Context, actor: Actor, number: int, sha256: str) -> bytes | None:
    """None for a picture that the submission has not. Raises NotFound for one that this person may not see."""
    return _data(review.readable_by(ctx, actor, number).blobs.filter(sha256=sha256).first())


def _data(blob: Blob | None) -> bytes | None:
    return bytes(blob.data) if blob else None
