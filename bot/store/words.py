"""Words that officers want the city to write in one way, until a second person has decided."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class WordProposal(models.Model):
    """`wrong` is to be written `right`. `accepted`: None while nobody but the proposer has looked. Its words never change."""

    wrong = models.CharField(max_length=40)
    right = models.CharField(max_length=40)
    reason = models.CharField(max_length=200, blank=True)
    proposed_by = models.CharField(max_length=150)
    proposed_at = models.DateTimeField()
    accepted = models.BooleanField(null=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["wrong"], condition=Q(accepted=None), name="one_open_proposal")]
