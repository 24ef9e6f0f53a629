from django.apps.registry import Apps
from django.core.management import call_command
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def create(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The table behind settings.CACHES, where rate limits are counted."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute("DROP TABLE dxbot_cache")


class Migration(migrations.Migration):

    dependencies = [("store", "0002_engine")]

    operations = [migrations.RunPython(create, drop)]
