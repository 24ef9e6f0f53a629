"""The database itself refuses to change or remove an audit entry, whoever asks: our code, a shell, another program."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_TABLE = "store_auditentry"
_REFUSAL = "the audit log is append-only"
_INSTALL = {
    "sqlite": [
        f"CREATE TRIGGER audit_no_{act.lower()} BEFORE {act} ON {_TABLE} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for act in ("UPDATE", "DELETE")
    ]
    # INSERT OR REPLACE removes the row in its way without asking the DELETE trigger.
    + [
        f"CREATE TRIGGER audit_no_replace BEFORE INSERT ON {_TABLE} "  # noqa: S608 constants of this file
        f"WHEN EXISTS (SELECT 1 FROM {_TABLE} WHERE id = NEW.id OR hash = NEW.hash) "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    ],
    "postgresql": [
        f"CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$",
        f"CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {_TABLE} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    ],
}
_REMOVE = {
    "sqlite": ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete", "DROP TRIGGER audit_no_replace"],
    "postgresql": [f"DROP TRIGGER audit_append_only ON {_TABLE}", "DROP FUNCTION audit_refuse()"],
}


def install(editor: BaseDatabaseSchemaEditor) -> None:
    for statement in _INSTALL[editor.connection.vendor]:
        editor.execute(statement, params=None)


def remove(editor: BaseDatabaseSchemaEditor) -> None:
    for statement in _REMOVE[editor.connection.vendor]:
        editor.execute(statement, params=None)
