"""What the accounts know of people. `models` imports this, so that Django finds it."""

from __future__ import annotations

from django.db import models


class Standing(models.Model):
    """What a person is in the city hall: lists of strings. `addresses` are the mail addresses of their commits, in lower case;
    `heads` the departments whose posts they confirm (発信管理者); `submits_for` the people whose posts they may hand in;
    `signing_keys` the public SSH keys by which they sign commits, as OpenSSH writes them."""

    department = models.CharField("所属", max_length=150, blank=True)
    addresses = models.JSONField(default=list, blank=True)
    heads = models.JSONField(default=list, blank=True)
    submits_for = models.JSONField(default=list, blank=True)
    signing_keys = models.JSONField(default=list, blank=True)

    class Meta:
        abstract = True


class Grant(models.Model):
    """A role that decides, which two people give: one asks, another agrees. `ended_by` is who agreed or refused, `given` which
    of the two it was."""

    person = models.CharField(max_length=150)
    role = models.CharField(max_length=16)
    email = models.CharField(max_length=254, blank=True)
    asked_by = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    ended_by = models.CharField(max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True)
    given = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["person"], condition=models.Q(ended_at=None), name="grants_waiting")]
