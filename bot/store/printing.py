"""What the PR office decided about an issue of the newsletter. `models` imports this, so that Django finds it."""

from __future__ import annotations

from django.db import models


class Arrangement(models.Model):
    """The order and the lengths of an issue as an officer arranged them in the browser: it goes before the plan in
    schedules/newsletter.yml. `posts` is a list of [identity, lines], 0 lines for no wish."""

    issue = models.CharField(max_length=20, unique=True)
    headline = models.CharField(max_length=200, blank=True)
    posts = models.JSONField(default=list)
    revision = models.PositiveIntegerField(default=1)
    officer = models.CharField(max_length=150)
    at = models.DateTimeField()


class SignOff(models.Model):
    """校了: an officer released an issue of the newsletter for printing, bound to the digest of its files as they saw them.
    `posts`: the identities of what it prints, which so go into no later issue."""

    issue = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True)
    posts = models.JSONField(default=list)
    officer = models.CharField(max_length=150)
    at = models.DateTimeField()
