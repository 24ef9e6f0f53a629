"""What was read of the agency's feeds, and the stops that came of it. See ADR 32."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Feed(models.Model):
    """A feed, for all publishers together. `since` is when it was first asked, `asked_at` the last time; `heard_at` is the last
    moment at which all that concerns us in it had been read. `problem` says why not since, for people."""

    name = models.CharField(max_length=20, primary_key=True)
    since = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    etag = models.CharField(max_length=200, blank=True)
    modified = models.CharField(max_length=60, blank=True)
    problem = models.CharField(max_length=300, blank=True)


class Telegram(models.Model):
    """A telegram that concerns us, by its address: it is fetched once. `tries` are those in which it could not be read, 0 for
    one that was; until then it stands for what its headline says. `statements` are what it says of our places."""

    address = models.CharField(max_length=500, unique=True)
    feed = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, blank=True)
    title = models.TextField()
    office = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=20)
    info = models.CharField(max_length=20)
    event = models.CharField(max_length=64, blank=True)
    headline = models.TextField(blank=True)
    series = models.CharField(max_length=600)
    covers = models.BooleanField()
    statements = models.JSONField(default=list)
    doubts = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    reported_at = models.DateTimeField(db_index=True)
    control_at = models.DateTimeField()
    read_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)


class Danger(models.Model):
    """One thing that is in force here, while `ended_at` is empty: `effect` and `grade` are those at its gravest, and `pause`
    the stop that it caused or found. A stop that a person ended is not pressed again by the same danger."""

    key = models.CharField(max_length=400)
    effect = models.PositiveSmallIntegerField()
    grade = models.PositiveSmallIntegerField(default=0)
    line = models.CharField(max_length=300)
    address = models.CharField(max_length=500, blank=True)
    since = models.DateTimeField()
    found_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    pause = models.ForeignKey("store.Pause", on_delete=models.PROTECT, null=True, related_name="dangers")

    class Meta:
        # Of several publishers one presses.
        constraints = [models.UniqueConstraint(fields=["key"], condition=Q(ended_at=None), name="one_open_danger_of_a_key")]


class DutyStop(models.Model):
    """The right of an officer on duty to stop everything once, by an address that they know: until `expires_at`, and until it
    was used or taken back (`ended_at`). Only the address's SHA-256 is kept. `name` is whom it was made for."""

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=60)
    issued_by = models.CharField(max_length=150)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    used = models.BooleanField(default=False)
