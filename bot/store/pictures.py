"""The tables of the city's pictures: what the office knows of each, its bytes, and the posts that use it."""

from __future__ import annotations

from django.db import models


class PictureRecord(models.Model):
    """A picture of the city, by the SHA-256 of its file: the same bytes are one picture. `path` is where it lies in the content
    folder, "" while it was only handed up. `focus` is as an author wrote it. `people` and `consent` are what its author
    declared until the office has looked, whose word they are from then on (`recorded_by`). `until` is the last day of the
    consent, None where it has no end; from `not_from` on it is not to be used again, for the reason `why`."""

    sha256 = models.CharField(max_length=64, unique=True)
    file = models.CharField(max_length=200)
    path = models.CharField(max_length=500, blank=True)
    alt = models.TextField(blank=True)
    credit = models.CharField(max_length=200, blank=True)
    focus = models.CharField(max_length=40, blank=True)
    people = models.CharField(max_length=20, blank=True)
    consent = models.CharField(max_length=200, blank=True)
    until = models.DateField(null=True)
    not_from = models.DateField(null=True)
    why = models.CharField(max_length=200, blank=True)
    added_by = models.CharField(max_length=150)
    added_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=150, blank=True)
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["until"], condition=models.Q(until__isnull=False), name="consents_by_end"),
            models.Index(fields=["not_from"], condition=models.Q(not_from__isnull=False), name="not_again"),
            models.Index(fields=["added_by"], name="pictures_of"),
        ]


class PictureFile(models.Model):
    """Apart from the record, so that no list reads it. `data` is the file until it lies in the content folder; `thumbnail` is
    drawn when somebody first looks."""

    picture = models.OneToOneField(PictureRecord, on_delete=models.CASCADE, primary_key=True, related_name="kept")
    data = models.BinaryField(null=True)
    thumbnail = models.BinaryField(null=True)


class PictureUse(models.Model):
    """A submission that shows the picture."""

    picture = models.ForeignKey(PictureRecord, on_delete=models.CASCADE, related_name="uses")
    submission = models.ForeignKey("Submission", on_delete=models.CASCADE, related_name="shows")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["picture", "submission"], name="one_use_in_a_submission")]
