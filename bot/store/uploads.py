"""Pictures that lie hidden at a platform which keeps them until they are deleted."""

from __future__ import annotations

from django.db import models


class HiddenUpload(models.Model):
    """What one preparing made for a delivery: its token, and for whom (`Delivery.prepared_by`). The row goes with the upload,
    or when a post uses it."""

    delivery = models.ForeignKey("store.Delivery", on_delete=models.PROTECT, related_name="uploads")
    token = models.TextField()
    made_by = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "token"], name="one_upload")]
