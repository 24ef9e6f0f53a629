from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0090_reading_back"),
    ]

    operations = [
        migrations.CreateModel(
            name="WrongClock",
            fields=[
                ("publisher", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("ahead", models.FloatField(null=True)),
                ("since", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("problem", models.CharField(max_length=300)),
            ],
        ),
    ]
