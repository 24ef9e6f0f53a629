"""What was decided about what is out, and the posts that are being taken down; see ADR 19 and 31."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bot.workflow.states import RemovalState, ThreadWay

LONGEST_REASON = 200  # characters


class ThreadDecision(models.Model):
    """Which way a person chose for a thread, or for a post that is none, when `stood` of its `parts` were out. Taking down is
    signed by a second person: until then `signed_at` is empty, and `head_told_at` says when the heads were told that nobody has
    signed."""

    submission = models.ForeignKey("store.Submission", on_delete=models.PROTECT, related_name="thread_decisions")
    channel = models.CharField(max_length=40)
    way = models.CharField(max_length=10, choices=[(way.value, way.value) for way in ThreadWay])
    parts = models.PositiveIntegerField()
    stood = models.PositiveIntegerField()
    actor = models.CharField(max_length=150)
    at = models.DateTimeField()
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    signed_by = models.CharField(max_length=150, blank=True)
    signed_at = models.DateTimeField(null=True)
    head_told_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["submission", "channel"], name="decisions_of_thread"),
            models.Index(fields=["at"], condition=Q(way="take_down", signed_at=None), name="unsigned"),
        ]


class Removal(models.Model):
    """One post on its way down. `next_at` is when it is tried or looked at next; while it is `removing`, its worker has until
    `lease_until`."""

    decision = models.ForeignKey(ThreadDecision, on_delete=models.PROTECT, related_name="removals")
    delivery = models.ForeignKey("store.Delivery", on_delete=models.PROTECT, related_name="removals")
    state = models.CharField(max_length=10, default=RemovalState.ASKED)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery"], condition=Q(ended_at=None), name="one_removal_of_a_post")]
        indexes = [models.Index(fields=["next_at"], condition=Q(ended_at=None), name="removals_due")]
