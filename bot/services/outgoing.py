"""From an approved row to what a channel sends, with the last look at whether it is what was approved."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.channels.base import Outgoing
from bot.errors import StaleApproval
from bot.render.variant import Media, digest_of, read_bundle
from bot.services.context import Context
from bot.services.freshness import require_fresh
from bot.store.models import Decision, Delivery, Submission
from bot.workflow.transitions import Act

_UNUSED = ("submission__source", "submission__findings")


@dataclass(frozen=True)
class Job:
    """A claimed delivery on its way through the sending threads, which touch no database."""

    delivery: Delivery
    submission: Submission
    outgoing: Outgoing


def jobs(ids: Sequence[int]) -> Iterator[tuple[Delivery, Job | StaleApproval]]:
    """The claimed deliveries, each ready to go, or the reason why it must not."""
    rows = list(Delivery.objects.select_related("submission").defer(*_UNUSED).filter(id__in=ids).order_by("id"))
    decisions = Decision.objects.filter(act=Act.APPROVE, submission_id__in={row.submission_id for row in rows})
    approved = dict(decisions.order_by("id").values_list("submission_id", "digest"))
    for row in rows:
        try:
            yield row, _job(row, approved.get(row.submission_id, ""))
        except StaleApproval as e:
            yield row, e


def _job(delivery: Delivery, approved: str) -> Job:
    """Raises StaleApproval if the stored content is not, byte for byte, what was approved."""
    submission = delivery.submission
    if not approved == submission.digest == digest_of(submission.bundle):
        raise _not_approved(delivery)
    variant = read_bundle(submission.bundle).variant(delivery.channel)
    if variant is None:
        raise _not_approved(delivery)
    outgoing = Outgoing(
        key=f"{delivery.id}-{delivery.part}",
        text=variant.parts[delivery.part].text,
        media=tuple(_with_data(delivery, submission, m) for m in variant.media) if delivery.part == 0 else (),
        parent=delivery.parent_remote_id,
        earlier=delivery.token,
    )
    return Job(delivery, submission, outgoing)


def require_unchanged(ctx: Context, claimed: Job) -> None:
    """Raises StaleApproval if the files have changed since. Reads files only."""
    require_fresh(ctx, claimed.submission)


def _with_data(delivery: Delivery, submission: Submission, media: Media) -> Media:
    blob = submission.blobs.filter(sha256=media.sha256).first()
    data = bytes(blob.data) if blob else b""
    if hashlib.sha256(data).hexdigest() != media.sha256:
        raise _not_approved(delivery)
    return replace(media, data=data)


def _not_approved(delivery: Delivery) -> StaleApproval:
    return StaleApproval(
        f"delivery {delivery.id} differs from what was approved",
        summary="保存された内容が、承認された内容と一致しません",
        next_step="配信を止めました。運用担当者が原因を調べてください",
    )
