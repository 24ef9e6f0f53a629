from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from bot.store import append_only


def install(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    append_only.install(editor, 'store_auditentry')


def remove(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    append_only.remove(editor, 'store_auditentry')


class Migration(migrations.Migration):

    dependencies = [("store", "0004_tokens")]

    operations = [migrations.RunPython(install, remove)]
