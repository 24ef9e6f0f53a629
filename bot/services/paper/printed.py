"""What the paper really printed of an issue: the record that an officer puts back, since the paper may have reworded."""

from __future__ import annotations

from django.db import transaction

from bot.errors import NotAllowed
from bot.language import say
from bot.services.paper import issues
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.newsletter import PrintedText
from bot.workflow.actors import Actor, Permission

PRINTED = "printed"  # in the audit log
MOST = 100_000  # characters


def record(ctx: Context, actor: Actor, issue: str, text: str) -> None:
    """Keep the text as the last record of the issue. Raises NotAllowed for none or too much of it, and NotFound for an issue
    for which nothing was ever approved."""
    actor.require(Permission.DECIDE)
    plain = text.replace("\r\n", "\n").strip()
    if not plain or len(plain) > MOST:
        raise NotAllowed(
            f"{len(plain)} characters",
            summary="紙面に載った文がないか、長すぎます",
            next_step=say("紙面に載ったとおりの文を、{most:,}字までで入れてください", most=MOST),
            field="text",
        )
    now, before = ctx.clock.now(), handed_over(ctx, issue)
    with transaction.atomic():
        PrintedText.objects.create(issue=issue, handed_over=before, text=plain, officer=actor.person, at=now)
        audit.record(now, actor.person, PRINTED, f"issue:{issue}")


def last(issue: str) -> PrintedText | None:
    """The record of an issue."""
    return PrintedText.objects.filter(issue=issue).order_by("-id").first()


def handed_over(ctx: Context, issue: str) -> str:
    """The text as it was released, or, without a release, as it would be handed over now."""
    release = issues.released(issue)
    return release.text if release else issues.build(ctx, issue).text
