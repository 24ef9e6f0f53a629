"""The table of clocks that are wrong; see ADR 24."""

from __future__ import annotations

from django.db import models


class WrongClock(models.Model):
    """A publisher that sends nothing, since its machine's clock is wrong or nobody vouches for it. Its row lasts as long.

    `ahead` is by how many seconds, negative for a clock that is behind, None where nobody could be asked. `since` and `seen_at`
    are by that very clock, and as wrong as it is; a row that is not seen again is of a process that died."""

    publisher = models.CharField(max_length=200, primary_key=True)
    ahead = models.FloatField(null=True)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    problem = models.CharField(max_length=300)
