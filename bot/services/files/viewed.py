"""Who had which submission before their eyes, and when. A submission's content never changes, so a viewing says which text."""

from __future__ import annotations

from collections.abc import Iterable

from bot.services.records.approved import approved
from bot.services.records.context import Context
from bot.store.models import Submission, Viewing
from bot.workflow.actors import Actor


def record(ctx: Context, actor: Actor, submission: Submission) -> None:
    Viewing.objects.update_or_create(submission=submission, person=actor.person, defaults={"at": ctx.clock.now()})


def opened(actor: Actor, submission_ids: Iterable[int]) -> frozenset[int]:
    """Those of the submissions that this person has opened."""
    viewings = Viewing.objects.filter(person=actor.person, submission_id__in=list(submission_ids))
    return frozenset(viewings.values_list("submission_id", flat=True))


def last_seen(actor: Actor, submission: Submission) -> Submission | None:
    """The earlier submission of the same post that this person looked at last."""
    earlier = Submission.objects.filter(identity=submission.identity, id__lt=submission.id)
    return earlier.filter(viewings__person=actor.person).order_by("-viewings__at", "-id").first()


def last_approved(submission: Submission) -> Submission | None:
    """The newest earlier submission of the same post that was approved, whatever became of it later."""
    earlier = Submission.objects.filter(identity=submission.identity, id__lt=submission.id)
    return earlier.filter(approved()).order_by("-id").first()
