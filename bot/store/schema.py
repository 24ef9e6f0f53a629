"""Whether the database answers, and whether its tables are those that this program knows."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


def failure() -> str:
    """The name of the error that keeps the database from answering, "" for none: its words may hold the address."""
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, OSError) as e:
        return type(e.__cause__ or e).__name__
    return ""


def unlike() -> tuple[int, bool]:
    """How many migrations the database lacks, and whether it has some that this program does not know."""
    executor = MigrationExecutor(connection)
    ours = {key for key in executor.loader.applied_migrations if key[0] == "store"}
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return len(plan), bool(ours - set(executor.loader.disk_migrations))
