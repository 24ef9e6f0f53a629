from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0123_words"),
    ]

    operations = [
        migrations.CreateModel(
            name='YearlyDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('year', models.PositiveIntegerField()),
                ('day', models.DateField()),
                ('identity', models.CharField(max_length=300)),
                ('author', models.CharField(max_length=150)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('name', 'year'), name='one_yearly_draft')],
            },
        ),
    ]
