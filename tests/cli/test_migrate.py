"""A program and a database of different versions: nothing starts, and what is to be done is said."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.shell import Shell

OF_OURS = "FROM django_migrations WHERE app = 'store'"
# As a SQLite that was built without FTS5: it is not among the modules, and no table can be made of it.
WITHOUT_FTS5 = """
import sqlite3
from django.db.backends.signals import connection_created

def without(connection, **_):
    def allowed(action, name, *_):
        if action == sqlite3.SQLITE_READ and name == "pragma_module_list":
            return sqlite3.SQLITE_IGNORE
        return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_CREATE_VTABLE else sqlite3.SQLITE_OK
    connection.connection.set_authorizer(allowed)

connection_created.connect(without)
from bot.cli.main import main
main()
"""
NEWEST = f"SELECT app || '.' || max(name) {OF_OURS}"


def _ask(shell: Shell, statement: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(Path(shell.env["DXBOT_VAR_DIR"]) / "dxbot.sqlite3")) as database, database:
        return database.execute(statement).fetchall()


@pytest.mark.parametrize("command", [("run", "--once"), ("web", "--port", "0"), ("queue",)])
def test_a_program_older_than_the_database_refuses(shell: Shell, command: tuple[str, ...]) -> None:
    shell.run("admin", "migrate")
    _ask(shell, "INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_of_the_future', '2027-04-01')")
    for refused in (command, ("admin", "migrate")):
        done = shell.run(*refused)
        assert done.returncode == 2
        assert "このプログラムより新しい版のものです（store.9999_of_the_future）" in done.stderr
        assert "控えから戻してください" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_program_newer_than_the_database_says_what_it_will_do_and_waits(shell: Shell) -> None:
    shell.run("queue")
    ((newest,),) = _ask(shell, NEWEST)
    _ask(shell, f"DELETE {OF_OURS} AND name = (SELECT max(name) {OF_OURS})")
    for command in (("run", "--once"), ("queue",)):
        done = shell.run(*command)
        assert done.returncode == 2
        assert f"前の版の形のままです（1段階の変更が要ります：{newest}）" in done.stderr
        assert "dxbot admin migrate" in done.stderr
    assert newest in shell.run("admin", "migrate", "--plan").stdout
    assert _ask(shell, NEWEST) != [(newest,)]  # nothing was done yet


def test_a_database_of_an_earlier_version_is_brought_up_and_the_log_says_by_whom(shell: Shell) -> None:
    code = (
        "from bot.cli.office import set_up; from django.core.management import call_command;"
        "set_up(database=lambda: call_command('migrate', 'store', '0033', verbosity=0))"
    )
    assert shell.python("-c", code).returncode == 0
    assert "前の版の形のままです" in shell.run("queue").stderr
    done = shell.run("admin", "migrate")
    assert done.stdout.splitlines()[-1] == "データベースは最新です。"
    assert "  store.0040_day_heads" in done.stdout
    ((actor, detail),) = _ask(shell, "SELECT actor, detail FROM store_auditentry WHERE verb = 'migrate'")
    assert actor.startswith("(サーバー:")
    assert "store.0040_day_heads" in detail
    shell.run("admin", "migrate")  # with nothing to do
    assert len(_ask(shell, "SELECT id FROM store_auditentry WHERE verb = 'migrate'")) == 1
    assert shell.run("queue").returncode == 0


@pytest.mark.parametrize("command", [("admin", "migrate"), ("queue",)])
def test_a_sqlite_without_full_text_search_is_told_before_anything_is_made(shell: Shell, command: tuple[str, ...]) -> None:
    done = shell.python("-c", WITHOUT_FTS5, *command)
    assert (done.returncode, done.stdout) == (2, "")
    (said,) = done.stderr.splitlines()
    assert "全文検索（FTS5）がなく" in said
    assert "PostgreSQL" in said
    assert _ask(shell, "SELECT name FROM sqlite_master") == []
