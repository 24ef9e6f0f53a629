"""What a platform told last of the account behind a channel's keys; see ADR 23."""

from __future__ import annotations

from django.db import models


class Connection(models.Model):
    """`account` and what follows it as `bot.channel_kit.base.Account` has them, from the answer at `told_at`. `problem` is what
    stood against it when it was asked last, at `asked_at`; "" for nothing."""

    channel = models.CharField(max_length=40, primary_key=True)
    account = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=120, blank=True)
    rights = models.JSONField(null=True)
    lacks = models.JSONField(default=list)
    ends_at = models.DateTimeField(null=True)
    endless = models.BooleanField(default=False)
    used = models.PositiveIntegerField(null=True)
    quota = models.PositiveIntegerField(null=True)
    told_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    problem = models.CharField(max_length=300, blank=True)
