"""The database itself refuses to change or remove what is on record, whoever asks: our code, a shell, another program."""

from __future__ import annotations

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from bot.store.sql import run

# Table → the first part of its triggers' names, and the columns by which a row could take another's place.
_TABLES = {
    "store_auditentry": ("audit", ("id", "hash")),
    "store_dayhead": ("head", ("id", "day")),
    "store_daystamp": ("stamp", ("id", "head_id")),
}
_REFUSAL = "the audit log is append-only"
_BODY = f" BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation'; END "
_FUNCTION = f"CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $${_BODY}$$"
# PostgreSQL's bits of a trigger: before (2) each statement that deletes (8), updates (16) or truncates (32).
_BEFORE_EACH = 2 + 8 + 16 + 32
_ON = ("O", "A")  # how PostgreSQL marks a trigger that fires


def install(editor: BaseDatabaseSchemaEditor, *tables: str) -> None:
    """On all tables unless some are named."""
    if editor.connection.vendor == "postgresql":
        editor.execute(_FUNCTION, params=None)
    for table in tables or _TABLES:
        for statement in _wanted(editor.connection.vendor, table).values():
            editor.execute(statement, params=None)


def remove(editor: BaseDatabaseSchemaEditor, *tables: str) -> None:
    """Also what stands in part only."""
    vendor = editor.connection.vendor
    for table in tables or _TABLES:
        for name in _wanted(vendor, table):
            editor.execute(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if vendor == "postgresql" else ""), params=None)


def _wanted(vendor: str, table: str) -> dict[str, str]:
    """The triggers of a table, as they are made, by their names."""
    first, columns = _TABLES[table]
    if vendor == "postgresql":
        name = f"{first}_append_only"
        act = "BEFORE UPDATE OR DELETE OR TRUNCATE"
        return {name: f"CREATE TRIGGER {name} {act} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"}
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    made = {
        f"{first}_no_{act.lower()}": f"CREATE TRIGGER {first}_no_{act.lower()} BEFORE {act} ON {table} {refuse}"
        for act in ("UPDATE", "DELETE")
    }
    # INSERT OR REPLACE removes the row in its way without asking the DELETE trigger. Each column is asked for by itself: of a
    # table whose statistics say that it is small, SQLite reads every row for one OR, and so with each row that is added.
    there = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {column} = NEW.{column})" for column in columns)  # noqa: S608
    made[f"{first}_no_replace"] = f"CREATE TRIGGER {first}_no_replace BEFORE INSERT ON {table} WHEN {there} {refuse}"
    return made


def faults() -> list[str]:
    """Names of triggers that are missing, switched off or made otherwise, and of any that are not ours; in order."""
    wanted = {name: sql for table in _TABLES for name, sql in _wanted(connection.vendor, table).items()}
    standing = _on_postgresql() if connection.vendor == "postgresql" else _on_sqlite()
    wrong = {name for name, sql in wanted.items() if standing.get(name) != sql}
    # A foreign trigger or rule could drop or change an entry on its way into the table.
    return sorted(wrong | (set(standing) - set(wanted)))


def _on_sqlite() -> dict[str, str]:
    names = ", ".join(f"'{table}'" for table in _TABLES)
    return dict(run(f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({names})", ()))  # noqa: S608


def _on_postgresql() -> dict[str, str]:
    """Each trigger with the statement that made it, or "" for one that is off or does something else."""
    standing: dict[str, str] = {}
    for table in _TABLES:
        found = run(
            "SELECT t.tgname, t.tgenabled, t.tgtype, t.tgqual IS NULL, p.prosrc FROM pg_trigger t "
            "JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgrelid = %s::regclass AND NOT t.tgisinternal",
            [table],
        )
        for name, enabled, kind, always, body in found:
            whole = enabled in _ON and kind == _BEFORE_EACH and always and body == _BODY
            standing[name] = _wanted("postgresql", table).get(name, "") if whole else ""
        rules = run("SELECT rulename FROM pg_rewrite WHERE ev_class = %s::regclass", [table])
        standing |= {name: "" for (name,) in rules}
    return standing
