"""What of a push was not taken, and who let a rewritten history in: on record (ADR 18)."""

from __future__ import annotations

from django.db import transaction

from bot.services.handing_in.sync_report import Report, Taken
from bot.services.records import audit
from bot.services.records.context import Context

PARKED, REWRITTEN, LET_IN = "park", "rewritten", "accept_rewritten"


def posts(ctx: Context, report: Report) -> None:
    """The posts of a commit that could not be handed in; shared files have an entry of their own."""
    refused = [item for item in report.items if item.taken == Taken.REFUSED]
    lines = [f"{i.path}（{i.person or '不明な人'}）：{i.findings[0].message if i.findings else ''}" for i in refused]
    if lines:
        with transaction.atomic():
            audit.record(ctx.clock.now(), audit.SYSTEM, PARKED, f"commit:{report.commit}", detail="\n".join(lines))


def history(ctx: Context, older: str, newer: str) -> None:
    """A branch that was rewritten, once for each head that it was given."""
    audit.record_once(ctx, REWRITTEN, f"commit:{newer}", older)


def let_in(ctx: Context, by: str, older: str, newer: str) -> None:
    """Somebody at the server looked at the rewritten branch and takes it."""
    with transaction.atomic():
        audit.record(ctx.clock.now(), by, LET_IN, f"commit:{newer}", detail=older)
