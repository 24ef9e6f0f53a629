"""From an approved row to what a channel sends, with the last look at whether it is what was approved."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.channel_kit.base import Outgoing
from bot.content.correction import Way
from bot.errors import StaleApproval
from bot.render.variant import Media, Variant, digest_of, read_variant
from bot.schedule.opening import Candidate
from bot.services.files.freshness import Origin
from bot.store.claimed import Claimed, claimed
from bot.store.models import Blob, Delivery
from bot.workflow.kinds import Kind

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Job:
    """A claimed delivery on its way through the sending threads, which touch no database. `attempt` is the number of the try
    that is under way; `fence` is what it must still be for us to write."""

    id: int
    fence: int
    attempt: int
    kind: Kind
    channel: str
    lane: str
    submission: int
    origin: Origin
    outgoing: Outgoing
    candidate: Candidate  # what the gate is asked with
    first: bool  # of its thread, as is a post that is none
    asks: bool  # for its hour: the first, or one with which a broken thread goes on
    follows: tuple[str, int]  # the series and the part that it is of it; ("", 0) where it waits for none
    last: bool
    thread: tuple[str, ...]  # the remote ids of its parts before this one
    token: str
    prepared_by: str  # the account and the way of connecting of `token`, "" where that is not known
    prepared_until: datetime | None  # `token` can be used as it is until then
    run_at: datetime  # not before
    since: datetime  # the first request left
    latest: datetime  # the newest one did
    lost: bool  # it may be out without this database knowing of the request


def jobs(ids: Sequence[int]) -> Iterator[tuple[Claimed, Job | StaleApproval]]:
    """The claimed deliveries, each ready to go, or the reason why it must not."""
    for row in claimed(ids):
        yield row, _job_or_why(row)


def _job_or_why(row: Claimed) -> Job | StaleApproval:
    """One row that cannot be read must not keep the others from their time."""
    try:
        return _job(row)
    except StaleApproval as e:
        return e
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        log.exception("delivery %s cannot be read", row.id)
        return _not_approved(row)


def _job(row: Claimed) -> Job:
    """Raises StaleApproval if the stored content is not, byte for byte, what was approved."""
    if not row.approved == row.digest == digest_of(row.bundle):
        raise _not_approved(row)
    variant = read_variant(row.bundle, row.channel)
    if variant is None:
        raise _not_approved(row)
    outgoing = Outgoing(
        key=f"{row.id}-{row.part}",
        text=variant.parts[row.part].text,
        media=tuple(_with_data(row, m) for m in variant.media) if row.part == 0 else (),
        parent="" if row.way == Way.EDIT else row.parent_remote_id,
        edits=row.parent_remote_id if row.way == Way.EDIT else "",
        earlier=row.token,
        since=row.first_intent_at,
    )
    return Job(
        id=row.id,
        fence=row.fence,
        attempt=row.attempts + 1,
        kind=Kind(row.kind),
        channel=row.channel,
        lane=row.lane,
        submission=row.submission,
        origin=Origin(path=row.path, inputs=row.inputs, digest=row.digest, bundle=row.bundle),
        outgoing=outgoing,
        candidate=candidate(variant, row.tags, row.part),
        first=row.part == 0,
        asks=row.asks,
        follows=(row.series, row.series_part) if row.part == 0 and not row.alone_by else ("", 0),
        last=row.part + 1 == len(variant.parts),
        thread=_before(row) if row.part else (),
        token=row.token,
        prepared_by=row.prepared_by,
        prepared_until=row.prepared_until,
        run_at=row.run_at,
        since=min(filter(None, (row.first_intent_at, row.look_since)), default=row.run_at),
        latest=row.intent_at or row.run_at,
        lost=is_lost(row.intent_at, row.look_since),
    )


def _before(row: Claimed) -> tuple[str, ...]:
    earlier = Delivery.objects.filter(submission=row.submission, channel=row.channel, part__lt=row.part)
    return tuple(earlier.order_by("part").values_list("remote_id", flat=True))


def is_lost(intent_at: datetime | None, look_since: datetime | None) -> bool:
    """No request of which this database knows left since its state was older than what had been sent (ADR 25)."""
    return look_since is not None and (intent_at is None or intent_at < look_since)


def candidate(variant: Variant, tags: Sequence[str] | None, part: int = 0) -> Candidate:
    """How a variant asks for a time, from this part of it on: with all that it says, its pictures' descriptions included."""
    said = [*(p.text for p in variant.parts), *(m.alt for m in variant.media)]
    return Candidate(
        channel=variant.channel,
        tags=None if tags is None else frozenset(tags),
        text="\n".join(said),
        parts=len(variant.parts) - part,
    )


def candidate_of(row: Delivery) -> Candidate:
    """How a planned delivery asks for a time, as what it is. A content that cannot be read asks with nothing known, which the
    gate holds."""
    variant, kind = read_variant(row.submission.bundle, row.channel), Kind(row.kind)
    if variant is None:
        return Candidate(channel=row.channel, tags=None, kind=kind)
    return replace(candidate(variant, row.submission.tags, row.part), kind=kind)


def _with_data(row: Claimed, media: Media) -> Media:
    blob = Blob.objects.filter(sha256=media.sha256, submission=row.submission).first()
    data = bytes(blob.data) if blob else b""
    if hashlib.sha256(data).hexdigest() != media.sha256:
        raise _not_approved(row)
    return replace(media, data=data)


def _not_approved(row: Claimed) -> StaleApproval:
    return StaleApproval(
        f"delivery {row.id} differs from what was approved",
        summary="保存された内容が、承認された内容と一致しません",
        next_step="配信を止めました。運用担当者が原因を調べてください",
    )
