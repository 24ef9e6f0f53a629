"""What was released for printing, and what the press made of it. `models` imports this, so that Django finds it."""

from __future__ import annotations

from django.db import models


class Release(models.Model):
    """What a 校了 released: the submissions that it prints, and the words alone as one text."""

    sign_off = models.OneToOneField("store.SignOff", on_delete=models.PROTECT, related_name="release")
    submissions = models.ManyToManyField("store.Submission", related_name="releases")
    text = models.TextField()


class ReleasedFile(models.Model):
    """A file of the issue as it was released; it is never built again."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=100)
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "name"], name="one_released_file_of_a_name")]


class PrintedText(models.Model):
    """The words of a released issue as an officer read them in print. The last one counts; the earlier ones stay."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="printed")
    text = models.TextField()
    officer = models.CharField(max_length=150)
    at = models.DateTimeField()
