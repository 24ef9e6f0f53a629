from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# Django's second index of a unique text on PostgreSQL, for searches by its beginning; its name follows from table and column.
_INDEX = "store_auditentry_hash_7a2a5edf_like"


def drop(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Nobody looks for the beginning of a hash, and every entry of the audit log paid for the index."""
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP INDEX {_INDEX}")


def create(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(f"CREATE INDEX {_INDEX} ON store_auditentry (hash varchar_pattern_ops)")


class Migration(migrations.Migration):
    dependencies = [("store", "0015_room_on_the_page")]

    operations = [migrations.RunPython(drop, create)]
