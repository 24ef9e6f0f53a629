from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from bot.store import append_only


def renew(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    append_only.remove(editor)
    append_only.install(editor)


class Migration(migrations.Migration):
    dependencies = [
        ('store', '0111_corrections'),
    ]

    operations = [
        migrations.RunPython(renew, migrations.RunPython.noop),
    ]
