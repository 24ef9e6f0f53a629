"""The tables of the rules of time that the office enters itself. The files' rules hold beside them; see ADR 14."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Blackout(models.Model):
    """A time in which nothing goes out, entered by the office: beside `schedules/blackouts.yml`, the stricter wins. Its content
    never changes. To let more out takes two people: one asks, giving a reason, and another lifts it."""

    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    why = models.CharField(max_length=200)
    channels = models.JSONField(default=list)
    tags = models.JSONField(default=list)
    words = models.JSONField(default=list)
    set_by = models.CharField(max_length=150)
    set_at = models.DateTimeField()
    lift_asked_by = models.CharField(max_length=150, blank=True)
    lift_asked_at = models.DateTimeField(null=True)
    lift_reason = models.CharField(max_length=200, blank=True)
    lifted_by = models.CharField(max_length=150, blank=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["end_at"], condition=Q(lifted_at=None), name="blackouts_in_force")]


class RuleChange(models.Model):
    """One thing of the rules of time, said by the office over what the files say; of one thing the last one in force counts.
    Its content never changes, and none is deleted: to take one back is another row. What lets more out waits, `accepted` being
    None, for a second person; what lets less out was accepted when it was made."""

    topic = models.CharField(max_length=10)
    item = models.CharField(max_length=40, blank=True)
    value = models.JSONField(null=True)  # None: as the files have it
    why = models.CharField(max_length=200)
    set_by = models.CharField(max_length=150)
    set_at = models.DateTimeField()
    accepted = models.BooleanField(null=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["decided_at", "id"], condition=Q(accepted=True), name="rule_changes_in_force")]
        # Two that wait for one thing would be accepted unseen of each other.
        constraints = [
            models.UniqueConstraint(fields=["topic", "item"], condition=Q(accepted=None), name="one_waiting_rule_change")
        ]
