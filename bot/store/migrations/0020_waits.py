from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0019_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="lane",
            name="waiting_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="lane",
            name="wait_reason",
            field=models.CharField(blank=True, max_length=200),
        ),
    ]
