"""The role of docs/sql runs the whole road, and cannot touch what is on record: not even by taking the triggers away."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors

from bot.config import ROOT
from bot.store.models import AuditEntry
from tests.office import Office

SQL = (ROOT / "docs" / "sql" / "insert-only-role.sql").read_text(encoding="utf-8")
OWNER = os.environ.get("DATABASE_URL", "")
ROLE = "dxbot_app"


@pytest.fixture
def role(database: None) -> Iterator[str]:
    """The address of the database for the role."""
    with psycopg.connect(OWNER, autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {ROLE} LOGIN")
        owner.execute(SQL.encode())
    yield OWNER.replace("postgres@", f"{ROLE}@", 1)
    with psycopg.connect(OWNER, autocommit=True) as owner:
        owner.execute(f"DROP OWNED BY {ROLE}")
        owner.execute(f"DROP ROLE {ROLE}")


def dxbot(address: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"DATABASE_URL": address}
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT, check=False, env=env, timeout=120)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE store_auditentry SET actor = 'x'",
        "DELETE FROM store_auditentry",
        "TRUNCATE store_auditentry",
        "UPDATE store_dayhead SET size = 0",
        "DELETE FROM store_dayhead",
        "DELETE FROM store_daystamp",
        "ALTER TABLE store_auditentry DISABLE TRIGGER audit_append_only",
        "DROP TRIGGER head_append_only ON store_dayhead",
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        "CREATE RULE quiet AS ON INSERT TO store_auditentry DO INSTEAD NOTHING",
        "DROP TABLE store_auditentry",
        "SET session_replication_role = replica",
    ],
)
def test_the_database_itself_says_no(role: str, statement: str) -> None:
    with psycopg.connect(role) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement.encode())


def test_the_road_is_open_to_it(role: str, office: Office) -> None:
    """Start, write to the log, close a day, check it; none of it needs more than the role has."""
    done = dxbot(role, "admin", "invite", "kouhou", "--role", "officer")
    assert done.returncode == 0, done.stderr
    assert AuditEntry.objects.filter(verb="add_user").exists()
    done = dxbot(role, "run", "--once")
    assert done.returncode == 0, done.stderr
    done = dxbot(role, "admin", "audit", "verify")
    assert done.returncode == 0, done.stderr


def test_the_triggers_are_for_the_owner_to_put_back(role: str) -> None:
    done = dxbot(role, "admin", "audit", "protect")
    assert done.returncode != 0
    assert "表の持ち主" in done.stderr
    assert "Traceback" not in done.stderr
    done = dxbot(OWNER, "admin", "audit", "protect")
    assert done.returncode == 0, done.stderr
