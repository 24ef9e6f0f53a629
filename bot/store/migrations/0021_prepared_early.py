from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0020_waits"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="prepared_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="preparing_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="prepare_after",
            field=models.DateTimeField(null=True),
        ),
    ]
