from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from bot.store import append_only


def install(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    append_only.install(editor, 'store_dayhead')


def remove(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    append_only.remove(editor, 'store_dayhead')


class Migration(migrations.Migration):

    dependencies = [
        ("store", "0033_signatures"),
    ]

    operations = [
        migrations.CreateModel(
            name='DayHead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('last', models.BigIntegerField()),
                ('size', models.PositiveIntegerField()),
                ('root', models.CharField(max_length=64)),
                ('chain', models.CharField(blank=True, max_length=64)),
                ('previous', models.CharField(blank=True, max_length=64)),
                ('key', models.CharField(max_length=64)),
                ('signature', models.CharField(max_length=128)),
            ],
        ),
        migrations.RunPython(install, remove),
    ]
