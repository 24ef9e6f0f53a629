"""The statements on which exactly-once and speed rest, as SQL.

States stand as literals: a bound parameter keeps both planners from using the partial indexes. Each statement works on a batch,
so that a turn of the pump is a handful of statements however many deliveries it moves, and its cost is that of what is due.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from bot.store.sql import AMONG, batch, bind, listed, moment_of, rows, run
from bot.workflow.kinds import Bar, held_by


def _are(column: str, bar: Bar) -> str:
    """`column` holds a kind that this bar holds; written from the table of the kinds."""
    return f"{column} IN ({', '.join(repr(str(kind)) for kind in held_by(bar))})"


_STOPS = (Bar.STOP, Bar.DISASTER, Bar.BEHIND)
# After a restore nobody knows that it is not out already: not before it was looked for (ADR 25).
_LOOKED_FOR = "({0}look_since IS NULL OR {0}reconcile_at IS NULL)"


def _stopped(delivery: str) -> str:
    """A stop holds the delivery of this alias: one that a person pressed, or one that a disaster or a restore caused."""
    causes = " OR ".join(f"p.cause = '{cause}' AND {_are(f'{delivery}.kind', cause)}" for cause in _STOPS)
    return (
        f"EXISTS (SELECT 1 FROM store_pause p WHERE p.ended_at IS NULL "  # noqa: S608 names of ours
        f"AND p.channel IN ('', {delivery}.channel) AND ({causes}))"
    )


# The oldest delivery of each lane; none of a lane that is closed, told to wait, used up, or has one in flight or in doubt;
# none while the stop switch is on; none past the last moment at which it may appear. MATERIALIZED, lest PostgreSQL look for
# each head twice.
_HEADS = f"""
WITH heads AS MATERIALIZED (
    SELECT (
        SELECT d.id FROM store_delivery d
        WHERE d.lane = l.name AND d.state = 'scheduled' AND d.due_at <= %s AND d.run_at <= %s AND d.last_at >= %s
          AND (d.preparing_until IS NULL OR d.preparing_until <= %s) AND NOT {_stopped("d")}
          AND {_LOOKED_FOR.format("d.")}
        ORDER BY d.due_at, d.id LIMIT 1
    ) AS head
    FROM store_lane l
    WHERE l.closed_at IS NULL AND (l.not_before IS NULL OR l.not_before <= %s)
      AND (l.quota IS NULL OR l.used < l.quota OR l.window_end <= %s)
      AND NOT EXISTS (SELECT 1 FROM store_delivery b WHERE b.lane = l.name AND b.state IN ('publishing', 'unknown'))
)
SELECT head FROM heads WHERE head IS NOT NULL LIMIT %s
"""  # noqa: S608

# On PostgreSQL, what another worker is taking at this moment is passed over; SQLite has one writer at a time anyway. Each is
# looked at again: it may have been put off since the heads were read.
_CLAIM = """
WITH free AS MATERIALIZED (
    SELECT id AS v_id FROM store_delivery
    WHERE id {among} AND state = 'scheduled' AND due_at <= %s AND run_at <= %s AND last_at >= %s
      AND (preparing_until IS NULL OR preparing_until <= %s) {lock}
)
UPDATE store_delivery SET state = 'publishing', fence = fence + 1, lease_owner = %s, lease_until = %s, intent_at = NULL
FROM free WHERE id = v_id RETURNING id
"""
_PASS_OVER = {"postgresql": "FOR UPDATE SKIP LOCKED", "sqlite": ""}

# The gate's part that only the database can answer, in the statement that writes the intent: still ours, still approved, not
# stopped, not too late, on an account that may send and is the one that was proved. Each for the kinds that it holds. An edit
# of the files does not tear a thread that has begun (ADR 19).
# No turn can look first and write afterwards: between the two a stop or a withdrawal could be committed (ADR 14).
_INTEND = f"""
WITH ready AS ({{rows}})
UPDATE store_delivery SET intent_at = %s, first_intent_at = COALESCE(first_intent_at, %s), attempts = attempts + 1,
    token = v_token, prepared_by = v_by, lease_until = %s
FROM ready
WHERE id = v_id AND fence = v_fence AND state = 'publishing' AND intent_at IS NULL
  AND (last_at >= %s OR NOT {_are("kind", Bar.LATE)})
  AND (NOT {_are("kind", Bar.APPROVAL)}
    OR EXISTS (SELECT 1 FROM store_submission s WHERE s.id = submission_id
        AND (s.state = 'approved' OR s.state = 'stale' AND part > 0)))
  AND (NOT {_are("kind", Bar.ACCOUNT)} OR EXISTS (SELECT 1 FROM store_lane l WHERE l.name = lane AND l.closed_at IS NULL
    AND l.account IN ('', v_account) AND (l.not_before IS NULL OR l.not_before <= %s)
    AND (l.quota IS NULL OR l.used < l.quota OR l.window_end <= %s)))
  AND NOT {_stopped("store_delivery")} AND {_LOOKED_FOR.format("")}
RETURNING id
"""  # noqa: S608

# The fence: a worker that stood still while others took over must not write what it believes (ADR 3).
_ACCEPT = """
WITH ready AS ({rows})
UPDATE store_delivery SET state = 'published', fence = fence + 1, remote_id = v_remote, url = v_url, published_at = v_at,
    problem = '', lease_owner = '', reconcile_at = NULL
FROM ready WHERE id = v_id AND fence = v_fence AND state = 'publishing'
RETURNING id
"""

# The platform's window begins with the first post in it, so the next one ends the old window and begins its own.
_USE = """
UPDATE store_lane SET used = CASE WHEN window_end > %s THEN used + 1 ELSE 1 END,
    window_end = CASE WHEN window_end > %s THEN window_end ELSE %s END
WHERE name = %s RETURNING CASE WHEN used >= quota THEN window_end END
"""

# Later parts of a thread wait for their first one anyway. What a worker has taken up is held as well, unless it is on its way.
_HOLD = """
UPDATE store_delivery SET state = 'held', bar = %s, fence = fence + 1, problem = %s, lease_owner = ''
WHERE (state = 'scheduled' OR state = 'publishing' AND intent_at IS NULL) AND (%s = '' OR channel = %s) AND {kinds}
RETURNING id
"""

# When something may next be done without anybody waking us.
_NEXT = """
SELECT MIN(moment) FROM (
    SELECT (SELECT MIN(run_at) FROM store_delivery WHERE state = 'scheduled' AND run_at > %s) AS moment
    UNION ALL SELECT (SELECT MIN(reconcile_at) FROM store_delivery WHERE state = 'unknown' AND reconcile_at > %s)
    UNION ALL SELECT (SELECT MIN(not_before) FROM store_lane WHERE not_before > %s)
    UNION ALL SELECT (SELECT MIN(window_end) FROM store_lane WHERE window_end > %s AND used >= quota)
) moments
"""

# One read for each state, so that each goes by that state's own partial index. What waits ends with what it waits for.
_LATE = """
SELECT * FROM (SELECT id FROM store_delivery WHERE state = 'scheduled' AND last_at < %s ORDER BY last_at LIMIT %s) AS planned
UNION ALL
SELECT * FROM (SELECT id FROM store_delivery WHERE state = 'held' AND last_at < %s ORDER BY last_at LIMIT %s) AS held
"""
# By the index of what is in flight, of which there is one for each lane at most.
_LOST = """
SELECT id FROM store_delivery WHERE state IN ('publishing', 'unknown') AND state = 'publishing' AND lease_until < %s
"""
# What nobody could settle is looked at once more when a person wants it sent again.
_DOUBTFUL = """
SELECT id FROM store_delivery WHERE state = 'unknown' AND reconcile_at <= %s
UNION ALL SELECT id FROM store_delivery WHERE state = 'undecided' AND reconcile_at <= %s
UNION ALL SELECT id FROM store_delivery WHERE look_since IS NOT NULL AND reconcile_at <= %s
    AND state NOT IN ('unknown', 'undecided', 'waiting', 'publishing')
"""
# First parts with pictures, soon due and not prepared, of accounts that may send. By the index of what is due.
_UNPREPARED = f"""
SELECT d.id, d.channel, d.run_at FROM store_delivery d
WHERE d.state = 'scheduled' AND d.run_at <= %s AND d.last_at >= %s AND d.part = 0
  AND (d.prepared_until IS NULL OR d.prepared_until <= d.run_at)
  AND (d.preparing_until IS NULL OR d.preparing_until <= %s) AND (d.prepare_after IS NULL OR d.prepare_after <= %s)
  AND EXISTS (SELECT 1 FROM store_submission_blobs p WHERE p.submission_id = d.submission_id)
  AND EXISTS (SELECT 1 FROM store_lane l WHERE l.name = d.lane AND l.closed_at IS NULL)
  AND NOT {_stopped("d")}
ORDER BY d.run_at, d.id LIMIT %s
"""  # noqa: S608
_FOLLOWING = "SELECT id FROM store_delivery WHERE state = 'waiting' AND after_id {among}"


# What comes as rows, and PostgreSQL's types of it.
_INTENTS = (("v_id", "bigint"), ("v_fence", "int"), ("v_token", "text"), ("v_by", "text"), ("v_account", "text"))
_ACCEPTANCES = (*_INTENTS[:2], ("v_remote", "text"), ("v_url", "text"), ("v_at", "timestamptz"))


class Intent(NamedTuple):
    id: int
    fence: int
    token: str
    prepared_by: str
    account: str = ""


class Acceptance(NamedTuple):
    id: int
    fence: int
    remote_id: str
    url: str
    at: datetime


def claim(owner: str, now: datetime, until: datetime, lease_until: datetime, limit: int) -> list[int]:
    """Take up to `limit` deliveries that are due by `until` for this worker; their ids.

    What remains of a race between workers runs into the unique index on the lanes and raises IntegrityError.
    """
    if limit <= 0:
        return []
    due = [bind(until), bind(until), bind(now), bind(now)]
    # Two statements: a head is looked at again as it is locked, for it may have been moved since it was found (ADR 6).
    ids = [row[0] for row in run(_HEADS, [*due, bind(now), bind(now), limit])]
    if not ids:
        return []
    # By number, so that a batch is sent in one order on both databases: RETURNING promises none.
    sql = _CLAIM.format(among=AMONG[connection.vendor], lock=_PASS_OVER[connection.vendor])
    return sorted(row[0] for row in run(sql, [listed(ids), *due, owner, bind(lease_until)]))


def left_lying(now: datetime, since: datetime, limit: int) -> list[int]:
    """Deliveries that a publisher could have taken up ever since `since` and that nobody has, one of each lane at most; and
    those whose worker was given up by then."""
    free = run(_HEADS, [bind(since), bind(since), bind(now), bind(since), bind(since), bind(since), limit])
    return sorted({*(row[0] for row in free), *lost(since)})


def intend(intents: Sequence[Intent], now: datetime, lease_until: datetime) -> set[int]:
    """Write down that these requests are about to leave; the ids of those that may."""
    if not intents:
        return set()
    # The lease counts from the intent: until then the row may have waited for its time.
    values = [batch(intents), bind(now), bind(now), bind(lease_until), *[bind(now)] * 3]
    return {row[0] for row in run(_INTEND.format(rows=rows(_INTENTS)), values)}


def accept(receipts: Sequence[Acceptance]) -> set[int]:
    """Write down what was published; the ids of the rows that still were ours."""
    if not receipts:
        return set()
    return {row[0] for row in run(_ACCEPT.format(rows=rows(_ACCEPTANCES)), [batch(receipts)])}


def use(lane: str, now: datetime, window_end: datetime) -> datetime | None:
    """Count one commit on a lane with a quota; a new window, if the last one has ended, ends at `window_end`. If that was the
    last one of the window: when the window ends."""
    found = run(_USE, [bind(now), bind(now), bind(window_end), lane])
    return moment_of(found[0][0]) if found else None


def hold(channel: str, problem: str, cause: Bar) -> list[int]:
    """Hold everything planned on a channel ("" = on all) that a stop of this cause holds; which were held?"""
    return sorted(row[0] for row in run(_HOLD.format(kinds=_are("kind", cause)), [str(cause), problem, channel, channel]))


def next_moment(now: datetime) -> datetime | None:
    """The earliest moment after `now` at which a delivery is due, a look is due, or a lane may go on."""
    ((moment,),) = run(_NEXT, [bind(now)] * 4)
    return moment_of(moment)


def too_late(now: datetime, limit: int) -> list[int]:
    """Deliveries not begun whose last moment has passed."""
    return [row[0] for row in run(_LATE, [bind(now), limit] * 2)]


def lost(now: datetime) -> list[int]:
    """Deliveries whose worker has not been heard of for longer than an attempt may take."""
    return [row[0] for row in run(_LOST, [bind(now)])]


def doubtful(now: datetime) -> list[int]:
    """Deliveries of unknown outcome at which it is time to look."""
    return [row[0] for row in run(_DOUBTFUL, [bind(now)] * 3)]


def unprepared(now: datetime, until: datetime, limit: int) -> list[tuple[int, str, datetime]]:
    """Deliveries due by `until` that need preparing and are not prepared: id, channel, when each is tried next."""
    found = run(_UNPREPARED, [bind(until), *[bind(now)] * 3, limit])
    return [(number, channel, moment) for number, channel, run_at in found if (moment := moment_of(run_at))]


def following(ids: Sequence[int]) -> list[int]:
    """The parts of threads that wait for these deliveries."""
    if not ids:
        return []
    return [row[0] for row in run(_FOLLOWING.format(among=AMONG[connection.vendor]), [listed(ids)])]


def planned_channels() -> list[str]:
    """The keys of the channels for which something is planned."""
    return [row[0] for row in run("SELECT DISTINCT channel FROM store_delivery WHERE state = 'scheduled' ORDER BY channel", [])]
