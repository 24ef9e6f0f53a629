"""What is told to whom, and how far the telling has come."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bot.workflow.states import MessageState


class Bookmark(models.Model):
    """How far a reader of the audit log has come: the last entry that it has seen."""

    reader = models.CharField(max_length=40, primary_key=True)
    entry = models.BigIntegerField()


class Message(models.Model):
    """One e-mail, or one call of the webhook."""

    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=MessageState.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(state="pending"), name="messages_due")]


class Notice(models.Model):
    """One thing to tell one address; several may travel in one Message. `key` lets none be written twice."""

    key = models.CharField(max_length=300, unique=True)
    kind = models.CharField(max_length=20)
    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=254, blank=True)
    object = models.CharField(max_length=120)
    line = models.TextField()
    due_at = models.DateTimeField()
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="notices")

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(message=None), name="notices_due")]
