"""The two statements on which exactly-once rests, as SQL.

States stand as literals: a bound parameter keeps both planners from using the partial indexes.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

# At most one delivery of each lane, its oldest; none of a lane that is closed, told to wait, or has one in flight or in
# doubt; none while the stop switch is on; none past the last moment at which it may appear.
_CLAIM = """
UPDATE store_delivery SET state = 'publishing', fence = fence + 1, lease_owner = %s, lease_until = %s, intent_at = NULL
WHERE state = 'scheduled' AND id IN (
    SELECT head FROM (
        SELECT (
            SELECT d.id FROM store_delivery d
            WHERE d.lane = l.name AND d.state = 'scheduled' AND d.run_at <= %s AND d.last_at >= %s
              AND NOT EXISTS (SELECT 1 FROM store_pause p WHERE p.ended_at IS NULL AND p.channel IN ('', d.channel))
            ORDER BY d.run_at, d.id LIMIT 1
        ) AS head
        FROM store_lane l
        WHERE l.closed_at IS NULL AND (l.not_before IS NULL OR l.not_before <= %s)
          AND NOT EXISTS (
              SELECT 1 FROM store_delivery b WHERE b.lane = l.name AND b.state IN ('publishing', 'unknown')
          )
    ) heads WHERE head IS NOT NULL LIMIT %s
)
RETURNING id
"""

# The last look before the request leaves: still ours, still approved, not stopped, not too late.
_INTEND = """
UPDATE store_delivery SET intent_at = %s, attempts = attempts + 1, token = %s, last_seen = %s, lease_until = %s
WHERE id = %s AND fence = %s AND state = 'publishing' AND intent_at IS NULL AND last_at >= %s
  AND EXISTS (SELECT 1 FROM store_submission s WHERE s.id = submission_id AND s.state = 'approved')
  AND NOT EXISTS (SELECT 1 FROM store_pause p WHERE p.ended_at IS NULL AND p.channel IN ('', store_delivery.channel))
"""


def claim(owner: str, now: datetime, lease_until: datetime, limit: int) -> list[int]:
    """Take up to `limit` due deliveries for this worker; their ids. Run it in a transaction of its own."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [owner, _bind(lease_until), *(_bind(now),) * 3, limit])
        return sorted(row[0] for row in cursor.fetchall())


def intend(delivery_id: int, fence: int, now: datetime, lease_until: datetime, token: str, last_seen: str) -> bool:
    """Write down that the request is about to leave; False if it must not."""
    with connection.cursor() as cursor:
        moment = _bind(now)
        cursor.execute(_INTEND, [moment, token, last_seen, _bind(lease_until), delivery_id, fence, moment])
        return bool(cursor.rowcount == 1)


def _bind(moment: datetime) -> str | datetime | None:
    """A time in the form in which this database keeps them."""
    return connection.ops.adapt_datetimefield_value(moment)
