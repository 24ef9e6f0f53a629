"""The calendar as a feed for a person's own calendar program, at an address that only they know."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from icalendar import Calendar, Event

from bot.errors import NotFound
from bot.newsletter.arrangement import issue_name
from bot.options import Secret
from bot.services.pages import calendar
from bot.services.paper import layout
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.models import AuditEntry, FeedKey, User
from bot.store.newsletter import ToldDeadline
from bot.workflow.states import IN_QUEUE, DeliveryState

LIFETIME = timedelta(days=365)  # an address that was passed on, or that nobody reads any more, must end by itself
_BACK, _AHEAD = timedelta(days=60), timedelta(days=365)
_LENGTH = timedelta(minutes=15)


def issue(ctx: Context, user: User) -> Secret:
    """A new key; the earlier ones stop working. Shown once, kept only as a hash (256 random bits need no slow one)."""
    key, now = secrets.token_urlsafe(32), ctx.clock.now()
    with transaction.atomic():
        user.feed_keys.filter(revoked_at=None).update(revoked_at=now)
        FeedKey.objects.create(user=user, digest=_digest(key), created_at=now)
        audit.record(now, user.username, "issue_feed", f"user:{user.username}")
    return Secret(key)


def is_issued(ctx: Context, user: User) -> bool:
    """Whether the person has an address that works."""
    return _live(ctx).filter(user=user).exists()


def _live(ctx: Context) -> QuerySet[FeedKey]:
    return FeedKey.objects.filter(revoked_at=None, created_at__gt=ctx.clock.now() - LIFETIME, user__is_active=True)


def revoke(ctx: Context, user: User) -> None:
    """The person's feed stops working at once."""
    now = ctx.clock.now()
    with transaction.atomic():
        if user.feed_keys.filter(revoked_at=None).update(revoked_at=now):
            audit.record(now, user.username, "revoke_feed", f"user:{user.username}")


def feed(ctx: Context, key: str, site: str) -> bytes:
    """What this key's person may see, as iCalendar. `site` is this web site's address. Raises NotFound for an unknown key, a
    revoked one, one of a year ago, and that of a person who may no longer sign in, all alike."""
    found = _live(ctx).select_related("user").filter(digest=_digest(key)).first()
    if found is None:
        raise NotFound(
            "no such feed", summary="カレンダーがありません", next_step="画面の「カレンダー」でアドレスを作り直してください"
        )
    made, now = Calendar(), ctx.clock.now()
    made.add("prodid", "-//dxbot//calendar//JA")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", f"{ctx.library.city.name} 広報配信")
    here = _installation()
    for entry in calendar.entries(ctx, found.user.actor, now - _BACK, now + _AHEAD):
        made.add_component(_event(entry, here, site, now))
    for entry in calendar.former_wishes(ctx, found.user.actor, now, now + _AHEAD):
        made.add_component(_event(entry, here, site, now))
    first, last = ((now + way).astimezone(ctx.config.timezone).date() for way in (-_BACK, _AHEAD))
    deadlines = {issue: day for day, issues in layout.copy_deadlines(ctx, first, last).items() for issue in issues}
    moves = _moves(deadlines)
    for issue, day in deadlines.items():
        made.add_component(_all_day(f"{issue_name(issue)}の原稿締切", f"deadline-{issue}@{here}", day, moves[issue], now))
    # Times name their zone, and the zone's rules come with them: not every calendar program knows Asia/Tokyo by name.
    made.add_missing_timezones()
    return bytes(made.to_ical())


def _moves(deadlines: Mapping[str, date]) -> dict[str, int]:
    """How often each issue's day has moved, this time included: an edit of newsletter.yml or a closed day may move one either
    way, and nothing but the day itself tells of it."""
    known = {row.issue: row for row in ToldDeadline.objects.filter(issue__in=deadlines)}
    new = [ToldDeadline(issue=issue, day=day) for issue, day in deadlines.items() if issue not in known]
    if new:
        ToldDeadline.objects.bulk_create(new, ignore_conflicts=True)  # two may ask for the first time at once
    for issue, row in known.items():
        if row.day != deadlines[issue]:
            same = ToldDeadline.objects.filter(issue=issue, day=row.day)  # of two that ask at once one counts the move
            same.update(day=deadlines[issue], moves=F("moves") + 1)
    return dict(ToldDeadline.objects.filter(issue__in=deadlines).values_list("issue", "moves"))


def _installation() -> str:
    """What two installations never have in common, while a restored one keeps it: the first entry of its log. Without it the
    delivery 1 of a training machine and that of the city would be one event in a person's calendar program."""
    first = AuditEntry.objects.order_by("id").values_list("hash", flat=True).first()
    return f"{(first or '')[:32]}.dxbot"


def _event(entry: calendar.Entry, here: str, site: str, now: datetime) -> Event:
    """RFC 5545: the same UID and a higher SEQUENCE is the same event as it is now; a cancelled one is said to be so, since a
    program that took it over keeps what merely is no longer there."""
    event = Event()
    event.add("uid", f"{entry.kind}-{entry.delivery_id or entry.submission_id}@{here}")
    event.add("sequence", entry.version)
    event.add("status", _status(entry))
    event.add("dtstamp", now)
    event.add("dtstart", entry.at)
    event.add("dtend", entry.at + _LENGTH)
    event.add("summary", f"{entry.channel}：{entry.title}（{entry.label}）")
    event.add("url", entry.url or f"{site}/submissions/{entry.submission_id}/")
    return event


def _status(entry: calendar.Entry) -> str:
    if entry.kind == "wish":
        return "TENTATIVE" if entry.state in IN_QUEUE else "CANCELLED"
    return "CANCELLED" if entry.state == DeliveryState.CANCELLED else "CONFIRMED"


def _all_day(summary: str, uid: str, day: date, moves: int, now: datetime) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("sequence", moves)
    event.add("dtstamp", now)
    event.add("dtstart", day)
    event.add("summary", summary)
    return event


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
