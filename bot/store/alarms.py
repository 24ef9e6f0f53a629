"""What the watchman found, and who was told."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Alarm(models.Model):
    """One thing that is wrong, until it is well again (`ended_at`). `told` are the addresses that were told, in their order;
    the next one is told at `next_at`, unless somebody has said before that they know (`seen_by`)."""

    kind = models.CharField(max_length=20)
    line = models.TextField()
    since = models.DateTimeField()
    told = models.JSONField(default=list)
    next_at = models.DateTimeField(null=True)
    seen_by = models.CharField(max_length=150, blank=True)
    seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        # Of several watchmen one raises it.
        constraints = [models.UniqueConstraint(fields=["kind"], condition=Q(ended_at=None), name="one_open_alarm_of_a_kind")]
