"""By what a published picture is recognised again. `models` imports this, so that Django finds it."""

from __future__ import annotations

from django.db import models


class Likeness(models.Model):
    """The mark (`bot.media.likeness`) of a prepared picture, by the picture's SHA-256. Made when it is first asked for; it can
    be made again at any time."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    mark = models.CharField(max_length=128)

    class Meta:
        verbose_name_plural = "likenesses"
