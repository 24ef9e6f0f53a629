"""Somebody who owns the database, and does not want to be seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from bot.store import append_only


@contextmanager
def as_owner() -> Iterator[None]:
    """The triggers go away and come back."""
    with connection.schema_editor() as editor:
        append_only.remove(editor)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            append_only.install(editor)


def sql(statement: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
