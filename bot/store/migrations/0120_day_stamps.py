import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from bot.store import append_only

_TABLE = 'store_daystamp'


def guard(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    append_only.install(editor, _TABLE)


def unguard(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    append_only.remove(editor, _TABLE)


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0112_append_only_by_index"),
    ]

    operations = [
        migrations.CreateModel(
            name='DayStamp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('authority', models.CharField(max_length=255)),
                ('at', models.DateTimeField()),
                ('token', models.BinaryField()),
                ('head', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='stamp', to='store.dayhead')),
            ],
        ),
        migrations.RunPython(guard, unguard),
    ]
