"""Names alone: every row keeps what it holds."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0018_channels_as_a_list'),
    ]

    operations = [
        migrations.RenameField(model_name='decision', old_name='act', new_name='action'),
        # A constraint and an index keep the names of their fields: away before, made anew after.
        migrations.RemoveConstraint(model_name='look', name='one_look_per_person'),
        migrations.RenameModel(old_name='Look', new_name='Viewing'),
        migrations.AlterField(
            model_name='viewing',
            name='submission',
            field=models.ForeignKey(on_delete=models.deletion.CASCADE, related_name='viewings', to='store.submission'),
        ),
        migrations.AddConstraint(
            model_name='viewing',
            constraint=models.UniqueConstraint(fields=('submission', 'person'), name='one_viewing_per_person'),
        ),
        migrations.RemoveIndex(model_name='delivery', name='in_doubt'),
        migrations.RenameField(model_name='delivery', old_name='looks', new_name='reconcile_attempts'),
        migrations.RenameField(model_name='delivery', old_name='look_at', new_name='reconcile_at'),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=Q(state='unknown'), fields=['reconcile_at'], name='in_doubt'),
        ),
        migrations.RemoveConstraint(model_name='rehearsal', name='one_rehearsal_per_deadline'),
        migrations.RenameModel(old_name='Rehearsal', new_name='ProofBuild'),
        migrations.AddConstraint(
            model_name='proofbuild',
            constraint=models.UniqueConstraint(fields=('issue', 'deadline'), name='one_proof_build_per_deadline'),
        ),
        migrations.RenameModel(old_name='Printed', new_name='PrintedText'),
    ]
