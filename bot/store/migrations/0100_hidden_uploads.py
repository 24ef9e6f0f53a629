from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0092_key_check"),
    ]

    operations = [
        migrations.CreateModel(
            name="HiddenUpload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.TextField()),
                ("made_by", models.CharField(max_length=200)),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=models.deletion.PROTECT, related_name="uploads", to="store.delivery"
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("delivery", "token"), name="one_upload")]},
        ),
    ]
