"""The statements of the hot road find what is due by an index, however many deliveries are planned for later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bot.services.approval import recent
from bot.store import queries
from bot.store.claimed import claimed
from bot.store.models import Lane
from tests.bench import stock
from tests.office import TUESDAY, Office

LATER = TUESDAY + timedelta(days=3000)
SOON = TUESDAY + timedelta(days=200)

STATEMENTS: dict[str, Callable[[], object]] = {
    "claim": lambda: queries.claim("me", SOON, SOON, SOON, 8),
    "next_moment": lambda: queries.next_moment(SOON),
    "too_late": lambda: queries.too_late(TUESDAY, 500),
    "lost": lambda: queries.lost(SOON),
    "doubtful": lambda: queries.doubtful(SOON),
    "following": lambda: queries.following([1, 2, 3]),
    "claimed": lambda: claimed([1, 2, 3]),
    "intend": lambda: queries.intend([queries.Intent(id=1, fence=1, token="", prepared_by="")], SOON, SOON),
    "accept": lambda: queries.accept([queries.Acceptance(id=1, fence=1, remote_id="1", url="", at=SOON)]),
}


@pytest.fixture
def busy(office: Office) -> None:
    """Twenty thousand deliveries in years to come, on lanes of which one is blocked."""
    office.approved()
    stock.fill_future(20_000, 8, LATER)
    Lane.objects.bulk_create([Lane(name=f"facebook:{n}") for n in range(8)])
    Lane.objects.filter(name="facebook:0").update(closed_at=TUESDAY)


def test_no_statement_of_the_hot_road_reads_the_whole_table(busy: None) -> None:
    for name, statement in STATEMENTS.items():
        seen: list[tuple[str, Any]] = []

        def remember(execute: Any, sql: str, params: Any, many: bool, context: Any, seen: list[Any] = seen) -> Any:
            seen.append((sql, params))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(remember):
            statement()
        assert seen, name
        for sql, params in seen:
            assert not _whole_table(sql, params), f"{name}: {sql}"


def test_all_that_is_planned_is_compared_in_as_many_statements_as_one_post(
    office: Office,
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert recent.texts(office.ctx, "another")
        return len(seen)

    office.approved("p0", channels="x", images="")
    with_one = statements()
    for n in range(1, 4):
        office.approved(f"p{n}", channels="x", images="", title=f"見本{n}", body=f"{n}番目の文です。\n")
    assert statements() == with_one


def _whole_table(sql: str, params: Any) -> list[str]:
    explain = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
    with connection.cursor() as cursor:
        cursor.execute(explain + sql, params)
        lines = [" ".join(str(cell) for cell in row) for row in cursor.fetchall()]
    if connection.vendor == "postgresql":
        return [line for line in lines if "Seq Scan on store_delivery" in line]
    # A scan of an index over the few rows that are in flight is what that index is for.
    scans = [line for line in lines if line.split(" ", 3)[-1].startswith(("SCAN d", "SCAN b", "SCAN store_delivery"))]
    return [line for line in scans if "one_in_flight_per_lane" not in line]
