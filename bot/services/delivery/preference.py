"""Which free times are kept for important posts that wait in the queue: an ordinary one that wishes for no minute comes after.

Nothing that is planned moves: what an officer was told stays. A person who chooses a minute chooses among all that are free.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Value

from bot.errors import ScheduleError
from bot.render.variant import read_variant
from bot.schedule import slots
from bot.services.delivery import series
from bot.services.delivery.outgoing import candidate
from bot.services.records.context import Context
from bot.store.lists import Lists
from bot.store.models import Submission
from bot.workflow.states import IN_QUEUE


def kept(ctx: Context, submission: Submission, channel: str, taken: Collection[datetime]) -> list[datetime]:
    """The times on this channel that others will get, were they approved now; none are kept from an important post."""
    if submission.important:
        return []
    waiting = Submission.objects.filter(Lists("channels", Value(channel)), important=True, publish_at=None)
    found = list[datetime]()
    for other in waiting.filter(state__in=sorted(IN_QUEUE)).order_by("submitted_at", "id"):
        try:
            found.append(_next(ctx, other, channel, [*taken, *found]))
        except ScheduleError:
            continue  # it has no time now, so none is kept
    return found


def _next(ctx: Context, submission: Submission, channel: str, taken: Collection[datetime]) -> datetime:
    variant = read_variant(submission.bundle, channel)
    if variant is None or submission.correction:
        raise ScheduleError("not for this channel", summary="", next_step="")
    now = ctx.clock.now()
    after = series.earliest(ctx, submission, channel) or now
    return slots.next_free(candidate(variant, submission.tags), submission.slot, max(now, after), taken, ctx.rules)
