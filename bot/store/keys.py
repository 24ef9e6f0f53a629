"""Whether the secret key at hand is the one of this database; see ADR 25."""

from __future__ import annotations

from django.db import models


class KeyCheck(models.Model):
    """One row: a word that was sealed with the secret key. Whoever cannot open it holds another key."""

    sealed = models.TextField()
