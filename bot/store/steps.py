"""The shape of the database beside the shape that this program knows: what is to be done before the two may work together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

_Key = tuple[str, str]  # the app's label and the migration's name


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
    unknown = _unknown(frozenset(loader.applied_migrations), frozenset(loader.disk_migrations))
    return Steps(
        missing=tuple(f"{step.app_label}.{step.name}" for step, _ in plan),
        unknown=tuple(sorted(f"{app}.{name}" for app, name in unknown)),
        empty=not loader.applied_migrations,
    )


def fit() -> bool:
    """Whether neither of the two has a step that the other lacks. For processes that stay, every few seconds: one query, and no
    file is read twice. Raises DatabaseError."""
    taken = frozenset(MigrationRecorder.Migration.objects.using(connection.alias).values_list("app", "name"))
    return _own() <= taken and not _unknown(taken, _own())


@lru_cache(maxsize=1)
def _own() -> frozenset[_Key]:
    """The steps that this program brings."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _unknown(taken: frozenset[_Key], own: frozenset[_Key]) -> frozenset[_Key]:
    """Steps of our tables that were taken by a later version of the program."""
    ours = {app.label for app in apps.get_app_configs()}
    return frozenset(key for key in taken - own if key[0] in ours)
