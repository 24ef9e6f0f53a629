"""The tables of the audit log's signed days, and of what an authority of time said of them; see ADR 18."""

from __future__ import annotations

import hashlib

from django.db import models


class DayHead(models.Model):
    """The head of one day of the office: a Merkle tree whose leaves are the hashes of the day's audit entries, signed.

    The day's entries are those after the last one of the day before, up to `last`, `size` of them. `chain` is the hash of the
    entry `last`; `previous` the SHA-256 of the statement of the day before ("" for the first). `key` is the public key (32
    bytes), `signature` that of Ed25519 over the statement (64 bytes); all in lower-case hexadecimal. Append-only.
    """

    day = models.DateField(unique=True)
    last = models.BigIntegerField()
    size = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    chain = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    @property
    def statement(self) -> str:
        """What is signed, in UTF-8: whoever keeps it beside its signature needs nothing else of ours to check it."""
        lines = {
            "day": self.day.isoformat(),
            "size": self.size,
            "last": self.last,
            "root": self.root,
            "chain": self.chain or "-",
            "previous": self.previous or "-",
            "key": self.key,
        }
        return "dxbot audit head 1\n" + "".join(f"{name}: {value}\n" for name, value in lines.items())

    @property
    def digest(self) -> str:
        """SHA-256 of the statement, which the next day's head names."""
        return hashlib.sha256(self.statement.encode()).hexdigest()


class DayStamp(models.Model):
    """A stamp of time (RFC 3161) of a day's statement: `token` is the authority's whole answer (DER), `at` the time it names,
    `authority` the host that was asked. Append-only."""

    head = models.OneToOneField(DayHead, models.PROTECT, related_name="stamp")
    authority = models.CharField(max_length=255)
    at = models.DateTimeField()
    token = models.BinaryField()
