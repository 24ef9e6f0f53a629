"""Names alone: every row keeps what it holds."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0017_gate'),
    ]

    operations = [
        migrations.RenameField(model_name='decision', old_name='act', new_name='action'),
    ]
