"""A copy of the whole database in one file, taken while others write to it, and put back.

SQLite's own backup reads page by page beside its writer; PostgreSQL's pg_dump reads one snapshot.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.errors import ConfigError
from bot.language import say

_DUMP, _RESTORE = "pg_dump", "pg_restore"
_NEWEST = "SELECT id, hash, at FROM store_auditentry ORDER BY id DESC LIMIT 1"
_PSYCOPG = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
_PATIENCE = "-c lock_timeout=10s"  # for a publisher that was forgotten: it holds what pg_restore takes away


def is_sqlite(database: Mapping[str, Any]) -> bool:
    """`database` is an entry of Django's DATABASES."""
    return bool(database["ENGINE"] == "django.db.backends.sqlite3")


def dump(database: Mapping[str, Any], copy: Path) -> None:
    """Raises ConfigError where PostgreSQL's tools are missing or refuse."""
    if is_sqlite(database):
        with closing(sqlite3.connect(database["NAME"])) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        return
    _run(_DUMP, database, "--format=custom", "--no-owner", "--no-privileges", f"--file={copy}")


def restore(database: Mapping[str, Any], copy: Path) -> None:
    """In place of all that is there; nobody else may have it open. PostgreSQL does it in one transaction: all or nothing.
    Raises ConfigError."""
    if is_sqlite(database):
        with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(database["NAME"])) as target:
            source.backup(target)
        return
    _run(_RESTORE, database, "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", str(copy))


def newest_entry(database: Mapping[str, Any]) -> tuple[int, str, datetime] | None:
    """Number, hash and time of the newest audit entry; None where there is no log. Without Django, which would make tables and
    keys. Raises ConfigError where PostgreSQL does not answer."""
    row = _sqlite_row(Path(database["NAME"])) if is_sqlite(database) else _postgresql_row(database)
    if row is None:
        return None
    at = datetime.fromisoformat(row[2]) if isinstance(row[2], str) else row[2]
    return int(row[0]), str(row[1]), at if at.tzinfo else at.replace(tzinfo=UTC)


def _sqlite_row(path: Path) -> tuple[Any, ...] | None:
    if not path.exists():
        return None
    with closing(sqlite3.connect(path)) as database:
        try:
            row: tuple[Any, ...] | None = database.execute(_NEWEST).fetchone()
        except sqlite3.DatabaseError:  # no table, or no database
            return None
    return row


def _postgresql_row(database: Mapping[str, Any]) -> tuple[Any, ...] | None:
    import psycopg

    try:
        with psycopg.connect(
            dbname=database["NAME"],
            **{name: database[key] for name, key in _PSYCOPG.items() if database.get(key)},
        ) as connected:
            return connected.execute(_NEWEST).fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    except psycopg.Error:
        raise ConfigError(
            "PostgreSQL does not answer",
            summary="DATABASE_URL のデータベースにつながりません",
            next_step="データベースが動いていること、アドレスと権利を確かめてください",
        ) from None


def _run(tool: str, database: Mapping[str, Any], *arguments: str) -> None:
    """The password goes by the environment, where other users cannot read it."""
    path = shutil.which(tool)
    if path is None:
        raise ConfigError(
            f"{tool} is not installed",
            summary=say("{tool} がありません", tool=tool),
            next_step="サーバーと同じ版の PostgreSQL のクライアント（postgresql-client）を入れてください",
        )
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    env = os.environ | {"PGOPTIONS": _PATIENCE} | {name: str(database[key]) for name, key in names.items() if database.get(key)}
    done = subprocess.run(  # noqa: S603 a tool of PostgreSQL's, and arguments of ours
        [path, f"--dbname={database['NAME']}", *arguments], env=env, capture_output=True, encoding="utf-8", errors="replace"
    )
    if done.returncode:
        raise ConfigError(
            f"{tool}: {done.stderr[:500]}",
            summary=say("{tool} が失敗しました（{why}）", tool=tool, why=_first_line(done.stderr)),
            next_step="データベースの版と権利、ディスクの空き、ほかの dxbot が動いていないことを確かめてください",
        )


def _first_line(said: str) -> str:
    return next(iter(said.strip().splitlines()), "")[:200]
