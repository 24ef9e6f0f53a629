"""The tables of what a person is writing in the browser."""

from __future__ import annotations

from django.db import models


class Draft(models.Model):
    """A post that a person is writing in the browser; nobody else sees it. `form` is what they typed. `path` is the file that
    it changes ("" for a new one), and `base` the commit that they began with. `revision` counts the savings, `window` names
    the page from which the last one came."""

    person = models.CharField(max_length=150)
    path = models.CharField(max_length=500, blank=True)
    base = models.CharField(max_length=64, blank=True)
    form = models.JSONField()
    revision = models.PositiveIntegerField(default=0)
    window = models.CharField(max_length=32, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "-updated_at"], name="drafts_of")]


class YearlyDraft(models.Model):
    """The draft of a yearly post was made for the `day` of this year: once, whatever became of it. `identity` is the new
    post's."""

    name = models.CharField(max_length=60)
    year = models.PositiveIntegerField()
    day = models.DateField()
    identity = models.CharField(max_length=300)
    author = models.CharField(max_length=150)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "year"], name="one_yearly_draft")]


class DraftPicture(models.Model):
    """A picture handed up with a draft, cleaned of what a camera writes into it; `file` is the name it will have."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="pictures")
    file = models.CharField(max_length=100)
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "file"], name="one_picture_of_a_name")]
