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


class Suggestion(models.Model):
    """A change of the author's own text that `person` proposes: in the form's field `field`, what stood at character `start`
    and read `before` is to read `after`. `accepted`: None until the author has decided; `answer` is why they would not, `draft`
    the one that has taken it in."""

    submission = models.ForeignKey("store.Submission", on_delete=models.CASCADE, related_name="suggestions")
    field = models.CharField(max_length=20)
    start = models.PositiveIntegerField()
    before = models.TextField()
    after = models.TextField()
    reason = models.TextField()
    person = models.CharField(max_length=150)
    at = models.DateTimeField()
    accepted = models.BooleanField(null=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    draft = models.ForeignKey("store.Draft", on_delete=models.SET_NULL, null=True)
