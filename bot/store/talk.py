"""What people say to each other about a submission, besides a plain comment."""

from __future__ import annotations

from django.db import models


class Mention(models.Model):
    """Somebody whom a comment calls. It stands on their first page until they have opened the submission."""

    comment = models.ForeignKey("store.Comment", on_delete=models.CASCADE, related_name="mentions")
    person = models.CharField(max_length=150)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "person"], name="one_mention_per_person")]
        indexes = [models.Index(fields=["person"], condition=models.Q(seen_at=None), name="unseen_mentions_of")]
