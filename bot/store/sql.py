"""How values go into a statement and come back, on both databases.

A batch goes in as one value, so that a statement stays the same for any number of rows; see ADR 3.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from bot.text.storable import storable

# Any number of ids in one value, so that the statement stays the same.
AMONG = {"postgresql": "= ANY(%s::bigint[])", "sqlite": "IN (SELECT value FROM json_each(%s))"}


def run(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def listed(ids: Sequence[int]) -> str:
    """For `AMONG`."""
    # One value for any number of ids, so that PostgreSQL plans the statement once for each connection (ADR 6).
    numbers = ",".join(map(str, ids))
    return f"{{{numbers}}}" if connection.vendor == "postgresql" else f"[{numbers}]"


def moment_of(found: str | datetime | None) -> datetime | None:
    """SQLite gives back times in UTC without saying so, as text where the column is not a table's own."""
    # Read as local time it would be nine hours off, which once hid a lost post from the look for it.
    if isinstance(found, str):
        found = datetime.fromisoformat(found)
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


@lru_cache
def rows(columns: tuple[tuple[str, str], ...]) -> str:
    """A query that gives back what `batch` made, under these names and with `n` for the order. However many rows there are, the
    statement stays the same; see ADR 3."""
    if connection.vendor == "postgresql":
        picked = ", ".join(f"(value ->> {number})::{kind} AS {name}" for number, (name, kind) in enumerate(columns))
        return f"SELECT {picked}, n FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS r (value, n)"  # noqa: S608 our names
    # SQLite's json_each counts its elements in `key`; PostgreSQL does so by WITH ORDINALITY only.
    picked = ", ".join(f"json_extract(value, '$[{number}]') AS {name}" for number, (name, _) in enumerate(columns))
    return f"SELECT {picked}, key AS n FROM json_each(%s)"  # noqa: S608


def batch(values: Sequence[tuple[Any, ...]]) -> str:
    """For `rows`. Hardly ever does a text hold what no database keeps; so the whole is looked at first."""
    # SQLite's JSON functions end a text at a NUL, and PostgreSQL refuses the whole batch (ADR 3).
    text = _encode(values)
    if _NUL not in text and storable(text) == text:
        return text
    plain = [[storable(value) if isinstance(value, str) else value for value in row] for row in values]
    return _encode(plain)


@lru_cache(maxsize=64)
def _written(moment: datetime) -> str:
    return str(bind(moment))


_encode = json.JSONEncoder(ensure_ascii=False, default=_written).encode
_NUL = json.dumps("\0").strip('"')


@lru_cache(maxsize=64)  # most are the moment of the turn
def bind(moment: datetime) -> str | datetime:
    """A time in the form in which this database keeps them: what Django's adapt_datetimefield_value gives, for any zone."""
    if connection.vendor == "sqlite":
        return str(moment.astimezone(UTC).replace(tzinfo=None))
    return moment
