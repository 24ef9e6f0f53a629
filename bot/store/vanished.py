"""Whether what was published still stands: the daily looks, and the posts that they missed; see ADR 31."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class ListLook(models.Model):
    """One list call: `read` posts were told, which X asks a price for. 0 also where it failed."""

    channel = models.CharField(max_length=40)
    at = models.DateTimeField()
    read = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["channel", "at"], name="looks_of_channel")]


class Vanished(models.Model):
    """A published post that the platform does not show, though nobody here took it down. `ended_at`: a person has looked, or
    it is seen again."""

    delivery = models.ForeignKey("store.Delivery", on_delete=models.PROTECT, related_name="vanishings")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "vanished posts"
        constraints = [models.UniqueConstraint(fields=["delivery"], condition=Q(ended_at=None), name="one_open_vanishing")]
