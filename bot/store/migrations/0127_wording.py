from itertools import islice

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from bot.store import wording
from bot.text.pairs import indexed

_AT_ONCE = 200  # submissions: some 3 MB of terms


def _index(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    wording.index(editor)


def _no_index(_: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """On PostgreSQL, and the triggers on both, go with the table."""
    if editor.connection.vendor == "sqlite":
        editor.execute("DROP TABLE store_wording_pairs")


def _fill(apps: StateApps, _: BaseDatabaseSchemaEditor) -> None:
    """What was handed in before there was an index."""
    Submission, Wording = apps.get_model("store", "Submission"), apps.get_model("store", "Wording")  # noqa: N806 classes
    texts = Submission.objects.order_by("id").values_list("id", "title", "source").iterator(chunk_size=_AT_ONCE)
    while batch := list(islice(texts, _AT_ONCE)):
        told = ((number, *indexed(title, source)) for number, title, source in batch)
        Wording.objects.bulk_create(Wording(submission_id=number, text=text, pairs=pairs) for number, text, pairs in told)


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0126_talk"),
    ]

    operations = [
        migrations.CreateModel(
            name='Wording',
            fields=[
                ('submission', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='store.submission')),
                ('text', models.TextField()),
                ('pairs', models.TextField()),
            ],
        ),
        # Before the rows: PostgreSQL makes no index in a transaction that has rows to check still.
        migrations.RunPython(_index, _no_index),
        migrations.RunPython(_fill, migrations.RunPython.noop),
    ]
