"""The calendar as a feed for a person's own calendar program, at an address that only they know."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, time, timedelta

from django.db import transaction
from icalendar import Calendar, Event

from bot.config import Secret
from bot.errors import NotFound
from bot.services.pages import calendar
from bot.services.paper import layout
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.models import FeedKey, User

_BACK, _AHEAD = timedelta(days=60), timedelta(days=365)
_LENGTH = timedelta(minutes=15)
_LIFETIME = timedelta(days=365)  # an address that was written down somewhere ends by itself


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
    return user.feed_keys.filter(revoked_at=None, created_at__gt=ctx.clock.now() - _LIFETIME).exists()


def revoke(ctx: Context, user: User) -> None:
    """The person's feed stops working at once."""
    now = ctx.clock.now()
    with transaction.atomic():
        if user.feed_keys.filter(revoked_at=None).update(revoked_at=now):
            audit.record(now, user.username, "revoke_feed", f"user:{user.username}")


def feed(ctx: Context, key: str, site: str) -> bytes:
    """What this key's person may see, as iCalendar. `site` is this web site's address. Raises NotFound for an unknown key, a
    revoked one, one older than a year, and that of a person who may no longer sign in, all alike."""
    live = FeedKey.objects.filter(revoked_at=None, created_at__gt=ctx.clock.now() - _LIFETIME, user__is_active=True)
    found = live.select_related("user").filter(digest=_digest(key)).first()
    if found is None:
        raise NotFound(
            "no such feed", summary="カレンダーがありません", next_step="画面の「カレンダー」でアドレスを作り直してください"
        )
    made = Calendar()
    made.add("prodid", "-//dxbot//calendar//JA")
    made.add("version", "2.0")
    made.add("x-wr-calname", f"{ctx.library.city.name} 広報配信")
    now = ctx.clock.now()
    for entry in calendar.entries(ctx, found.user.actor, now - _BACK, now + _AHEAD):
        made.add_component(_event(entry, site, now))
    first, last = ((now + way).astimezone(ctx.config.timezone).date() for way in (-_BACK, _AHEAD))
    for day, issues in layout.copy_deadlines(ctx, first, last).items():
        for number in issues:
            made.add_component(_all_day(f"{number}号の原稿締切", f"deadline-{number}", datetime.combine(day, time()), now))
    return bytes(made.to_ical())


def _event(entry: calendar.Entry, site: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{entry.kind}-{entry.delivery_id or entry.submission_id}@dxbot")
    event.add("dtstamp", now)
    event.add("dtstart", entry.at)
    event.add("dtend", entry.at + _LENGTH)
    event.add("summary", f"{entry.channel}：{entry.title}（{entry.label}）")
    event.add("url", entry.url or f"{site}/submissions/{entry.submission_id}/")
    return event


def _all_day(summary: str, uid: str, day: datetime, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{uid}@dxbot")
    event.add("dtstamp", now)
    event.add("dtstart", day.date())
    event.add("summary", summary)
    return event


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
