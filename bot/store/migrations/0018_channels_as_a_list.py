from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def take_apart(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """`,x,note,` becomes ["x", "note"]. There are as many statements as combinations of channels, however many rows."""
    rows = apps.get_model("store", "Submission").objects.using(editor.connection.alias)
    for kept in set(rows.order_by().values_list("channels", flat=True).distinct()):
        rows.filter(channels=kept).update(listed=[key for key in kept.split(",") if key])


def put_together(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    rows = apps.get_model("store", "Submission").objects.using(editor.connection.alias)
    for keys in {tuple(keys) for keys in rows.order_by().values_list("listed", flat=True).distinct()}:
        rows.filter(listed=list(keys)).update(channels=f",{','.join(keys)}," if keys else "")


class Migration(migrations.Migration):
    dependencies = [("store", "0017_gate")]

    operations = [
        migrations.AddField("submission", "listed", models.JSONField(default=list)),
        migrations.RunPython(take_apart, put_together),
        migrations.RemoveField("submission", "channels"),
        migrations.RenameField("submission", "listed", "channels"),
    ]
