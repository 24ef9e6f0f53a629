"""Who publishes, and when it was last seen alive."""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """A publisher process. `at` is the end of its last turn that went well; `ended_at` is set when it was told to stop."""

    host = models.CharField(max_length=80)
    pid = models.PositiveBigIntegerField()
    version = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
