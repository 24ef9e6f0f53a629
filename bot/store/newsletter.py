"""What the PR office decided about an issue of the newsletter. `models` imports this, so that Django finds it."""

from __future__ import annotations

from django.db import models


class Arrangement(models.Model):
    """The order, the lengths and the rules of an issue as an officer arranged them in the browser: it goes before the one in
    schedules/newsletter.yml. `posts` is a list of [identity, lines], 0 lines for no wish; `hang` None and `numbers` "" leave
    the rule of the file."""

    issue = models.CharField(max_length=20, unique=True)
    headline = models.CharField(max_length=200, blank=True)
    posts = models.JSONField(default=list)
    hang = models.BooleanField(null=True)
    numbers = models.CharField(max_length=20, blank=True, db_default="", default="")
    revision = models.PositiveIntegerField(default=1)
    officer = models.CharField(max_length=150)
    at = models.DateTimeField()


class Erratum(models.Model):
    """What an `issue` printed wrongly; the box of corrections of issue `told_in` says so."""

    issue = models.CharField(max_length=20)
    told_in = models.CharField(max_length=20)
    wrong = models.CharField(max_length=300)
    right = models.CharField(max_length=300)
    officer = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["told_in"], name="errata_of_an_issue")]


class ProofBuild(models.Model):
    """An issue was built by itself before this copy deadline, and the office was told the result: once for each deadline."""

    issue = models.CharField(max_length=20)
    deadline = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issue", "deadline"], name="one_proof_build_per_deadline")]


class SignOff(models.Model):
    """校了: an officer released an issue of the newsletter for printing, bound to the digest of its files as they saw them.
    The `submissions` are what it prints, which so go into no later issue; `text` is theirs, as it was handed over."""

    issue = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True)
    submissions = models.ManyToManyField("store.Submission")
    text = models.TextField(blank=True)
    officer = models.CharField(max_length=150)
    at = models.DateTimeField()


class PrintedText(models.Model):
    """What the paper really printed, which may have been reworded, beside what was `handed_over`. The last one of an issue is
    its record; the earlier ones show how the record was corrected."""

    issue = models.CharField(max_length=20)
    handed_over = models.TextField()
    text = models.TextField()
    officer = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["issue"], name="printed_issue")]


class ToldDeadline(models.Model):
    """The day of an issue's copy deadline as the calendar's feed told it last, and how often it has moved since the first time:
    a calendar program takes over another day only with a higher number (RFC 5545, 3.8.7.4)."""

    issue = models.CharField(max_length=20, unique=True)
    day = models.DateField()
    moves = models.PositiveIntegerField(default=0)
