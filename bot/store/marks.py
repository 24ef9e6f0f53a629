"""What a database knows of the marks that publishers keep outside it; see ADR 25."""

from __future__ import annotations

from django.db import models


class Rollback(models.Model):
    """This database was found to know less than what was sent: its newest entry is of `since`, something may have left until
    `until`. `entry` and `hash` are the mark that it lacks (0 and "" where there was none). It is over when `pause` is."""

    found_at = models.DateTimeField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    entry = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)
    pause = models.OneToOneField("store.Pause", on_delete=models.PROTECT, related_name="rollback")


class MarkProof(models.Model):
    """One row. Counted up by whoever publishes with a mark that this database contains; so a machine without a mark sees that
    others stand well."""

    number = models.BigIntegerField(default=0)
