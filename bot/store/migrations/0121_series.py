from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0120_day_stamps"),
    ]

    operations = [
        migrations.AddField('submission', 'series', models.CharField(blank=True, max_length=60, default=''), preserve_default=False),
        migrations.AddField('submission', 'series_part', models.PositiveIntegerField(default=0)),
        migrations.AddField('submission', 'important', models.BooleanField(default=False)),
        migrations.AddField('delivery', 'alone_by', models.CharField(blank=True, max_length=150, default=''), preserve_default=False),
        migrations.AddIndex(
            'submission',
            models.Index(condition=~models.Q(series=''), fields=['series', 'series_part'], name='parts_of_series'),
        ),
    ]
