from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def _fill(editor: BaseDatabaseSchemaEditor, percent: int) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(f"ALTER TABLE store_delivery SET (fillfactor = {percent})")


def leave_room(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """A delivery is written three times more. With room for that on its page, PostgreSQL need not touch the indexes when an
    intent is written, and finds the row where it was."""
    _fill(editor, 40)


def fill_up(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _fill(editor, 100)


class Migration(migrations.Migration):
    dependencies = [("store", "0014_fewer_indexes")]

    operations = [migrations.RunPython(leave_room, fill_up)]
