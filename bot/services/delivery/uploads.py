"""Hidden uploads: written down as they are made, deleted when their delivery is settled and no post uses them (ADR 22).

Most platforms remove by themselves what no post took (ChannelSpec.keeps_uploads says which do not). Deleting is never urgent,
so whatever is in doubt stays: a refused reading, another account, a delivery that nobody has decided on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.channel_kit.base import Discards, Prepared
from bot.errors import BotError, RetryLater
from bot.services.delivery.calls import Connect, Step, way_of
from bot.services.delivery.early import Early
from bot.services.records.context import Context
from bot.store.models import Delivery
from bot.store.uploads import HiddenUpload
from bot.workflow.states import NEVER_OUT, DeliveryState

# After its last moment: until then a late answer may still tell of a post.
SETTLED_FOR = timedelta(days=1)
ASKED_FOR = timedelta(days=30)  # what a platform does not clear up by then stays there
_SETTLED = NEVER_OUT | {DeliveryState.PUBLISHED, DeliveryState.REMOVED}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Upload:
    """A hidden one, as a preparing tells of it."""

    delivery: int
    token: str
    made_by: str


def made(ctx: Context, back: Iterable[object]) -> list[Upload]:
    """What has been uploaded by the preparings among these answers, where the platform keeps it."""
    found = [_made(answer) for answer in back if isinstance(answer, Step | Early)]
    return [m for channel, m in found if m.token and ctx.spec(channel).keeps_uploads]


def _made(answer: Step | Early) -> tuple[str, Upload]:
    token = by = ""
    if isinstance(answer, Early):
        token = answer.prepared.token if answer.prepared else answer.made.get("token", "")
        by = answer.prepared.by if answer.prepared else answer.made.get("prepared_by", "")
    elif isinstance(answer.result, Prepared):
        token, by = answer.result.token, answer.result.by
    elif isinstance(answer.result, RetryLater):
        token, by = answer.result.made or "", answer.result.made_by
    return answer.job.channel, Upload(answer.job.id, token, by)


def keep(uploads: Sequence[Upload]) -> None:
    """In the caller's transaction; what was used again is there already."""
    rows = [HiddenUpload(delivery_id=u.delivery, token=u.token, made_by=u.made_by) for u in uploads]
    if rows:
        HiddenUpload.objects.bulk_create(rows, ignore_conflicts=True)


def discard(ctx: Context, connect: Connect) -> int:
    """Delete those of settled deliveries that no post uses; how many rows were there? Waits for the platform."""
    HiddenUpload.objects.filter(delivery__last_at__lt=ctx.clock.now() - ASKED_FOR).delete()
    settled = HiddenUpload.objects.filter(
        delivery__state__in=sorted(_SETTLED), delivery__last_at__lt=ctx.clock.now() - SETTLED_FOR
    )
    rows = list(settled.select_related("delivery").order_by("id"))
    return sum(_discard(connect, row) for row in rows)


def _discard(connect: Connect, row: HiddenUpload) -> bool:
    try:
        channel = connect(row.delivery.channel)
        if not isinstance(channel, Discards) or way_of(channel) != row.made_by:
            return False
        channel.discard(row.token, _post(row.delivery))
    except BotError as e:
        log.warning("upload %s stays: %s", row.id, e.message)
        return False
    except Exception:
        log.exception("upload %s stays", row.id)
        return False
    row.delete()
    return True


def _post(delivery: Delivery) -> str:
    return delivery.remote_id if delivery.state == DeliveryState.PUBLISHED else ""
