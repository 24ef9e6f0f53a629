"""The city's pictures; and those of the posts that are registered already, by what was kept of each: their files' hashes and
the text that names them."""

from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from bot.content import post_form
from bot.errors import BotError

_ENDINGS = {'.jpg', '.jpeg', '.png', '.gif', '.bmp', '.webp', '.heic', '.heif'}


def _registered(apps: Any, schema_editor: Any) -> None:
    Submission, Record, Use = (apps.get_model('store', name) for name in ('Submission', 'PictureRecord', 'PictureUse'))
    # The newest first: its file is where the picture lies now, and its words are the best.
    for row in Submission.objects.order_by('-id').only('path', 'source', 'inputs', 'author', 'submitted_at').iterator():
        named = {PurePosixPath(name): sha256 for name, sha256 in row.inputs.items() if sha256}
        pictures = {path: sha256 for path, sha256 in named.items() if path.suffix.lower() in _ENDINGS}
        shots = _shots(row) if pictures else {}
        for path, sha256 in pictures.items():
            shot = shots.get(path.name)
            told = {key: getattr(shot, key)[:200] for key in ('credit', 'people', 'consent')} if shot else {}
            told |= {'alt': shot.alt, 'focus': shot.focus[:40]} if shot else {}
            told['people'] = told.get('people', '')[:20]
            own = {'file': path.name[:200], 'path': str(path)[:500], 'added_by': row.author, 'added_at': row.submitted_at}
            record, _ = Record.objects.get_or_create(sha256=sha256, defaults={**told, **own})
            Use.objects.get_or_create(picture=record, submission=row)


def _shots(row: Any) -> dict[str, Any]:
    with suppress(BotError):
        return {PurePosixPath(shot.file).name: shot for shot in post_form.read(Path(row.path), row.source).pictures if shot.file}
    return {}


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0127_wording'),
    ]

    operations = [
        migrations.CreateModel(
            name='PictureRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('file', models.CharField(max_length=200)),
                ('path', models.CharField(blank=True, max_length=500)),
                ('alt', models.TextField(blank=True)),
                ('credit', models.CharField(blank=True, max_length=200)),
                ('focus', models.CharField(blank=True, max_length=40)),
                ('people', models.CharField(blank=True, max_length=20)),
                ('consent', models.CharField(blank=True, max_length=200)),
                ('until', models.DateField(null=True)),
                ('not_from', models.DateField(null=True)),
                ('why', models.CharField(blank=True, max_length=200)),
                ('added_by', models.CharField(max_length=150)),
                ('added_at', models.DateTimeField()),
                ('recorded_by', models.CharField(blank=True, max_length=150)),
                ('recorded_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='PictureUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
        ),
        migrations.CreateModel(
            name='PictureFile',
            fields=[
                ('picture', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='kept', serialize=False, to='store.picturerecord')),
                ('data', models.BinaryField(null=True)),
                ('thumbnail', models.BinaryField(null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name='picturerecord',
            index=models.Index(condition=models.Q(('until__isnull', False)), fields=['until'], name='consents_by_end'),
        ),
        migrations.AddIndex(
            model_name='picturerecord',
            index=models.Index(condition=models.Q(('not_from__isnull', False)), fields=['not_from'], name='not_again'),
        ),
        migrations.AddIndex(
            model_name='picturerecord',
            index=models.Index(fields=['added_by'], name='pictures_of'),
        ),
        migrations.AddField(
            model_name='pictureuse',
            name='picture',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uses', to='store.picturerecord'),
        ),
        migrations.AddField(
            model_name='pictureuse',
            name='submission',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shows', to='store.submission'),
        ),
        migrations.AddConstraint(
            model_name='pictureuse',
            constraint=models.UniqueConstraint(fields=('picture', 'submission'), name='one_use_in_a_submission'),
        ),
        migrations.RunPython(_registered, migrations.RunPython.noop),
    ]
