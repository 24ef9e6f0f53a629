"""Which free times are kept for important posts that wait in the queue: an ordinary one that wishes for no minute comes after.

Nothing that is planned moves: what an officer was told stays. A person who chooses a minute chooses among all that are free.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Value

from bot.errors import ScheduleError
from bot.render.variant import Variant, read_variant
from bot.schedule import slots
from bot.services.delivery import series
from bot.services.delivery.outgoing import candidate
from bot.services.records.context import Context
from bot.store.lists import Lists
from bot.store.models import Submission
from bot.workflow.kinds import Kind
from bot.workflow.states import IN_QUEUE


def kept(ctx: Context, submission: Submission, channel: str, taken: Collection[datetime]) -> list[datetime]:
    """The times on this channel that others will get, were they approved now; none are kept from an important post."""
    if submission.important:
        return []
    waiting = Submission.objects.filter(
        Lists("channels", Value(channel)), important=True, publish_at=None, correction__isnull=True
    )
    found = list[datetime]()
    # An emergency's text waits for no slot: it goes out when it is approved.
    for other in waiting.filter(state__in=sorted(IN_QUEUE)).exclude(kind=Kind.EMERGENCY).order_by("submitted_at", "id"):
        if variant := read_variant(other.bundle, channel):
            try:
                found.append(_next(ctx, other, variant, [*taken, *found]))
            except ScheduleError:
                continue  # it has no time now, so none is kept
    return found


def _next(ctx: Context, submission: Submission, variant: Variant, taken: Collection[datetime]) -> datetime:
    now = ctx.clock.now()
    after = series.earliest(ctx, submission, variant.channel) or now
    return slots.next_free(candidate(variant, submission.tags), submission.slot, max(now, after), taken, ctx.rules)
