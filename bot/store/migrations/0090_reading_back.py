from typing import Any

from django.db import migrations, models
from django.db.models import F, Q


def _begin_with_the_latest(apps: Any, _: object) -> None:
    """What left before is looked for from its newest request on, as it was until now."""
    delivery = apps.get_model("store", "Delivery")
    delivery.objects.exclude(intent_at=None).update(first_intent_at=F("intent_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0080_threads"),
    ]

    operations = [
        migrations.RemoveField(model_name="delivery", name="last_seen"),
        migrations.AddField(
            model_name="delivery",
            name="first_intent_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="prepared_by",
            field=models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="delivery",
            name="again_by",
            field=models.CharField(blank=True, default="", max_length=150),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="delivery",
            name="told_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(_begin_with_the_latest, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(condition=Q(state="undecided"), fields=["reconcile_at"], name="asked_again"),
        ),
    ]
