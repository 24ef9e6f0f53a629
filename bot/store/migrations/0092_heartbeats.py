
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("store", "0091_mark"),
    ]

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('host', models.CharField(max_length=80)),
                ('pid', models.PositiveBigIntegerField()),
                ('version', models.CharField(max_length=40)),
                ('started_at', models.DateTimeField()),
                ('at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Alarm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('line', models.TextField()),
                ('since', models.DateTimeField()),
                ('told', models.JSONField(default=list)),
                ('next_at', models.DateTimeField(null=True)),
                ('seen_by', models.CharField(blank=True, max_length=150)),
                ('seen_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('kind',), name='one_open_alarm_of_a_kind')],
            },
        ),
    ]
