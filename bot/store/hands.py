"""Who had a hand in which file. `models` imports this, so that Django finds it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class WebCommit(models.Model):
    """A commit that the web site made for a person who had signed in: nobody else's word is needed for whose it is."""

    commit = models.CharField(max_length=64, primary_key=True)
    person = models.CharField(max_length=150)
    at = models.DateTimeField()


class Edit(models.Model):
    """A file that came into the content folder by a commit or a package, as seen from there. `source` is the path that it had
    before, "" where it was not moved. `author` and `committer` are mail addresses as they stand in the commit; `person` is the
    one who surely did it, where that is known: by the web site or with a package. `signer` is whose key the commit is signed
    with, "" for none that is known."""

    road = models.CharField(max_length=10)
    commit = models.CharField(max_length=64, blank=True)
    path = models.CharField(max_length=1000)
    source = models.CharField(max_length=1000, blank=True)
    author = models.CharField(max_length=254, blank=True)
    committer = models.CharField(max_length=254, blank=True)
    person = models.CharField(max_length=150, blank=True)
    signer = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["commit", "path"], condition=~Q(commit=""), name="one_edit_per_commit_and_path")
        ]
        indexes = [models.Index(fields=["path"], name="edits_of_a_path")]
