from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from bot.store import append_only


_TABLES = ("store_auditentry", "store_dayhead")


def renew(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    append_only.remove(editor, *_TABLES)
    append_only.install(editor, *_TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0111_corrections"),
    ]

    operations = [
        migrations.RunPython(renew, migrations.RunPython.noop),
    ]
