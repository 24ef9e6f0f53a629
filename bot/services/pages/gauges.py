"""The figures of the running system, read from the database when they are asked for.

No process counts for itself: a publisher that is started anew, and one beside it, would each tell a part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Max, Min

from bot.disaster.table import WORDS
from bot.services.delivery import disasters, telegrams
from bot.services.records import backup
from bot.services.records.context import Context
from bot.store.alarms import Alarm
from bot.store.heartbeats import Heartbeat
from bot.store.models import Delivery, Lane, PersonalToken, Submission
from bot.store.notices import Message, Notice
from bot.workflow.states import IN_QUEUE, DeliveryState, MessageState

_LATELY = timedelta(days=1)
_LATENESS = (
    ("lateness_mean_seconds", "How late the posts of the last day went out, on average"),
    ("lateness_most_seconds", "How late the latest post of the last day went out"),
)

Sample = tuple[tuple[str, ...], float]


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """A figure for each combination of labels."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    samples: Sequence[Sample]


def read(ctx: Context) -> list[Gauge]:
    """All of them, now."""
    now = ctx.clock.now()
    return [gauge for group in _GROUPS for gauge in group(ctx, now)]


def _deliveries(ctx: Context, now: datetime) -> Iterator[Gauge]:
    counted = Delivery.objects.values_list("channel", "state").annotate(n=Count("id")).order_by("channel", "state")
    samples = [((channel, str(state)), float(n)) for channel, state, n in counted]
    yield Gauge(name="deliveries", meaning="Deliveries by state", labels=("channel", "state"), samples=samples)
    due = Delivery.objects.filter(state=DeliveryState.SCHEDULED, due_at__lte=now).values("channel").order_by("channel")
    rows = list(due.annotate(n=Count("id"), first=Min("due_at")).values_list("channel", "n", "first"))
    yield Gauge(
        name="due",
        meaning="Deliveries whose time has come and that have not left",
        labels=("channel",),
        samples=[((channel,), float(n)) for channel, n, _ in rows],
    )
    yield Gauge(
        name="due_age_seconds",
        meaning="Since when the oldest of them is due",
        labels=("channel",),
        samples=[((channel,), (now - first).total_seconds()) for channel, _, first in rows],
    )


def _lateness(ctx: Context, now: datetime) -> Iterator[Gauge]:
    """Of what was due in the last day and is out."""
    out = Delivery.objects.filter(state=DeliveryState.PUBLISHED, due_at__gt=now - _LATELY, due_at__lte=now, part=0)
    late = F("published_at") - F("due_at")
    by_channel = out.values("channel").order_by("channel").annotate(mean=Avg(late), most=Max(late))
    rows: list[tuple[Any, ...]] = list(by_channel.values_list("channel", "mean", "most"))
    for place, (name, meaning) in enumerate(_LATENESS, start=1):
        samples = [((row[0],), row[place].total_seconds()) for row in rows if row[place] is not None]
        yield Gauge(name=name, meaning=meaning, labels=("channel",), samples=samples)


def _lanes(ctx: Context, now: datetime) -> Iterator[Gauge]:
    busy = Delivery.objects.filter(state__in=(DeliveryState.UNKNOWN, DeliveryState.UNDECIDED))
    doubtful = set(busy.values_list("lane", flat=True))
    samples = [((lane.name, _lane_state(lane, now, doubtful)), 1.0) for lane in Lane.objects.order_by("name")]
    meaning = "1 for the state that each account is in: open, closed, waiting, used_up or doubtful"
    yield Gauge(name="lane", meaning=meaning, labels=("lane", "state"), samples=samples)


def _lane_state(lane: Lane, now: datetime, doubtful: set[str]) -> str:
    if lane.closed_at:
        return "closed"
    if lane.not_before and lane.not_before > now:
        return "waiting"
    if lane.quota is not None and lane.used >= lane.quota and lane.window_end and lane.window_end > now:
        return "used_up"
    return "doubtful" if lane.name in doubtful else "open"


def _queue(ctx: Context, now: datetime) -> Iterator[Gauge]:
    waiting = Submission.objects.filter(state__in=sorted(IN_QUEUE))
    found = waiting.aggregate(n=Count("id"), first=Min("submitted_at"))
    age = (now - found["first"]).total_seconds() if found["first"] else 0.0
    yield Gauge(name="queue", meaning="Submissions that wait for a decision", samples=[((), float(found["n"]))])
    yield Gauge(name="queue_age_seconds", meaning="Since when the oldest of them waits", samples=[((), age)])


def _telling(ctx: Context, now: datetime) -> Iterator[Gauge]:
    waiting = Notice.objects.filter(message=None, due_at__lte=now).count()
    given_up = Message.objects.filter(state=MessageState.GIVEN_UP, ended_at__gt=now - _LATELY).count()
    yield Gauge(name="notices_due", meaning="Notices that are due and in no message yet", samples=[((), float(waiting))])
    yield Gauge(name="messages_given_up", meaning="Messages given up in the last day", samples=[((), float(given_up))])
    alarms = Alarm.objects.filter(ended_at=None).order_by("kind").values_list("kind", flat=True)
    samples = [((kind,), 1.0) for kind in alarms]
    yield Gauge(name="alarm", meaning="1 for each thing that the watchman tells of", labels=("kind",), samples=samples)


def _heartbeats(ctx: Context, now: datetime) -> Iterator[Gauge]:
    rows = Heartbeat.objects.filter(ended_at=None, at__gt=now - _LATELY).order_by("id")
    samples = [((row.host, str(row.pid), row.version), (now - row.at).total_seconds()) for row in rows]
    meaning = "Since when each publisher of the last day was last seen alive"
    yield Gauge(name="heartbeat_age_seconds", meaning=meaning, labels=("host", "pid", "version"), samples=samples)


def _feeds(ctx: Context, now: datetime) -> Iterator[Gauge]:
    rows = telegrams.feeds() if telegrams.is_configured(ctx) else []
    samples = [((row.name,), telegrams.age(row, now)) for row in rows]
    meaning = "Since when each feed of the Meteorological Agency was last heard"
    yield Gauge(name="feed_age_seconds", meaning=meaning, labels=("feed",), samples=samples)
    effects = [row.effect for row in disasters.dangers()]
    samples = [((name,), float(effects.count(effect))) for name, effect in WORDS.items() if effect]
    yield Gauge(name="dangers", meaning="What is in force here, by what it is met with", labels=("effect",), samples=samples)


def _ends(ctx: Context, now: datetime) -> Iterator[Gauge]:
    """Of the keys whose end is known: those that people hold."""
    ending = PersonalToken.objects.filter(revoked_at=None, expires_at__gt=now, user__is_active=True)
    first = ending.aggregate(first=Min("expires_at"))["first"]
    samples = [(("personal",), first.timestamp())] if first else []
    meaning = "When the first key of each kind ends, as seconds since 1970"
    yield Gauge(name="token_end_timestamp_seconds", meaning=meaning, labels=("kind",), samples=samples)


def _backup(ctx: Context, now: datetime) -> Iterator[Gauge]:
    samples: list[Sample] = []
    with suppress(OSError):
        samples = [((), (ctx.config.var_dir / backup.LAST).stat().st_mtime)]
    yield Gauge(name="backup_timestamp_seconds", meaning="When the newest backup was made", samples=samples)


_GROUPS: tuple[Callable[[Context, datetime], Iterator[Gauge]], ...] = (
    _deliveries,
    _lateness,
    _lanes,
    _queue,
    _telling,
    _heartbeats,
    _feeds,
    _ends,
    _backup,
)
