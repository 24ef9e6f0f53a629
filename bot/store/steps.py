"""The shape of the database beside the shape that this program knows: what is to be done before the two may work together."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Of the migrations, by their names (`store.0031_accounts`), in the order in which they are taken."""

    missing: tuple[str, ...]
    unknown: tuple[str, ...]  # taken by a later version of the program
    empty: bool


def steps() -> Steps:
    """As it is now. Reads, and makes nothing."""
    executor = MigrationExecutor(connection)
    loader = executor.loader
    plan = executor.migration_plan(loader.graph.leaf_nodes())
    ours = {app.label for app in apps.get_app_configs()}
    unknown = [key for key in loader.applied_migrations if key[0] in ours and key not in loader.disk_migrations]
    return Steps(
        missing=tuple(f"{step.app_label}.{step.name}" for step, _ in plan),
        unknown=tuple(sorted(f"{app}.{name}" for app, name in unknown)),
        empty=not loader.applied_migrations,
    )
