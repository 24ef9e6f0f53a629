"""A delivery that a worker has taken, with what it came from: one row, read in one statement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from bot.store.sql import AMONG, listed, moment_of, run

# The approval's digest stands in the decision, not in the submission alone: both are compared with the bytes (ADR 2).
_CLAIMED = """
SELECT d.id, d.fence, d.attempts, d.kind, d.channel, d.lane, d.part, d.parent_remote_id, d.token, d.prepared_by,
    d.intent_at, d.first_intent_at, d.run_at, d.prepared_until, d.look_since, d.way, d.part = 0 OR d.due_at > a.due_at,
    s.series, s.series_part, d.alone_by, s.id, s.path, s.inputs, s.digest, s.bundle, s.tags,
    COALESCE((SELECT c.digest FROM store_decision c WHERE c.submission_id = s.id AND c.action = 'approve'
        ORDER BY c.id DESC LIMIT 1), '')
FROM store_delivery d JOIN store_submission s ON s.id = d.submission_id LEFT JOIN store_delivery a ON a.id = d.after_id
WHERE d.id {among} ORDER BY d.id
"""


class Claimed(NamedTuple):
    """A delivery with what it came from. `asks`: the hours are asked for it, as it begins a thread or goes on with one at a
    time of its own. `approved` is the digest of the last approval, "" for none."""

    id: int
    fence: int
    attempts: int
    kind: str
    channel: str
    lane: str
    part: int
    parent_remote_id: str
    token: str
    prepared_by: str
    intent_at: datetime | None
    first_intent_at: datetime | None
    run_at: datetime
    prepared_until: datetime | None
    look_since: datetime | None
    way: str
    asks: bool
    series: str
    series_part: int
    alone_by: str
    submission: int
    path: str
    inputs: Mapping[str, str]
    digest: str
    bundle: str
    tags: Sequence[str] | None
    approved: str


def claimed(ids: Sequence[int]) -> list[Claimed]:
    """What is needed to send these deliveries, in one reading."""
    if not ids:
        return []
    return [_claimed(*row) for row in run(_CLAIMED.format(among=AMONG[connection.vendor]), [listed(ids)])]


def _claimed(*row: Any) -> Claimed:
    (
        *before,
        intent_at,
        first_intent_at,
        run_at,
        prepared_until,
        look_since,
        way,
        asks,
        series,
        series_part,
        alone_by,
        submission,
        path,
        inputs,
        digest,
        bundle,
        tags,
        approved,
    ) = row
    times = [moment_of(told) for told in (intent_at, first_intent_at, run_at, prepared_until, look_since)]
    rest = (path, _read(inputs), digest, bundle, _read(tags), approved)
    return Claimed._make((*before, *times, way, bool(asks), series, series_part, alone_by, submission, *rest))


def _read(kept: Any) -> Any:
    """A JSON column, which SQLite gives as text."""
    return json.loads(kept) if isinstance(kept, str) else kept
