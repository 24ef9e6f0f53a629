"""The office's own sample texts, entered in the browser; the files' texts are their base. See ADR 44."""

from __future__ import annotations

from django.db import models


class OfficeText(models.Model):
    """One sentence or set of hashtags, said by the office over what its file says; of one name the last row counts. None is
    changed or deleted: to take one back is another row. `content` is None: as the file has it; "": not offered any more."""

    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=40)
    content = models.TextField(null=True)
    why = models.CharField(max_length=200)
    changed_by = models.CharField(max_length=150)
    changed_at = models.DateTimeField()
    follows = models.BigIntegerField()  # the row of this name before it; 0 where there is none

    class Meta:
        # Of two who change one text at once, the second one has not seen what the first one wrote.
        constraints = [models.UniqueConstraint(fields=["kind", "name", "follows"], name="one_text_after_another")]
