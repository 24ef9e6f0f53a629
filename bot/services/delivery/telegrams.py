"""Reading the agency's feeds: on a thread of its own, once a minute for all publishers together, within bounds.

What was read is kept by its address and never fetched again. What cannot be read is tried again with each look; until then it
stands for what its headline says, and its feed is not heard. See ADR 32.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

import requests
from django.db import transaction
from django.db.models import Q

from bot.channel_kit.http import OnceSession
from bot.content.places import AreaKind, Places, TelegramArea
from bot.disaster import feed, telegram, weather
from bot.disaster.feed import Entry
from bot.disaster.levels import Hazard, Level
from bot.disaster.statement import Statement
from bot.disaster.telegram import Telegram
from bot.disaster.xml import MOST_BYTES, Unreadable
from bot.errors import BotError
from bot.language import say
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store import disaster as store

EVERY = timedelta(seconds=60)  # the agency asks for no more; 10 GB a day would shut us out
DOUBTFUL, STRANGE = "telegram_doubt", "telegram_strange"  # in the audit log
_ONE = 5.0  # seconds for one exchange
_LOOK = 45.0  # seconds for one look: what is left is fetched by the next
_TRIES = 15  # after which a telegram that nobody can read keeps its feed from being heard no longer
_OF_A_KIND = (
    3  # telegrams of one kind of warnings: each is the whole state, and the ones before are wanted only if it is voided
)
_LATELY = timedelta(days=2)  # so old may a quake or a tsunami be when it is first read
_AHEAD = timedelta(hours=1)  # a telegram may be of: the agency's clock and ours
_KEPT = timedelta(days=10)  # telegrams of which the state is made
log = logging.getLogger(__name__)


def is_configured(ctx: Context) -> bool:
    return bool(ctx.config.jma_base_url)


def look(ctx: Context) -> int:
    """Read the feeds whose time it is; how many were asked? One that fails takes no other's turn. Raises nothing that a feed
    can bring about."""
    if not is_configured(ctx):
        return 0
    places, problem = _places(ctx)
    asked = [name for name in feed.FEEDS if _claim(name, ctx.clock.now())]
    for name in asked:
        why = _read(ctx, name, places) if places else problem
        _write(name, ctx.clock.now(), why)
    return len(asked)


def kept(now: datetime) -> list[Telegram]:
    """What was read lately, as the state is made of it."""
    rows = store.Telegram.objects.filter(reported_at__gt=now - _KEPT).order_by("reported_at", "id")
    return [_telegram(row) for row in rows]


def feeds() -> list[store.Feed]:
    return list(store.Feed.objects.order_by("name"))


def age(row: store.Feed, now: datetime) -> float:
    """Since how many seconds this feed is unheard; below 0 where a clock that was wrong wrote it."""
    return (now - (row.heard_at or row.since)).total_seconds()


def is_blind(ctx: Context, now: datetime) -> bool:
    """What came in the last ten minutes is not known: nobody has listened for so long."""
    heard = {row.name for row in feeds() if row.heard_at and abs(now - row.heard_at) <= feed.KEEP}
    return is_configured(ctx) and not heard.issuperset(feed.FEEDS)


def _places(ctx: Context) -> tuple[Places | None, str]:
    """Where we are; without that no telegram says anything, and why nobody knows."""
    try:
        found = ctx.library.city.disaster
    except BotError as e:
        return None, e.summary
    return found, "" if found else say("city.yml に、電文での区域（disaster）がありません")


def _claim(name: str, now: datetime) -> bool:
    """Of several publishers one asks. A time that is ahead was written by a clock that was wrong."""
    store.Feed.objects.get_or_create(name=name, defaults={"since": now})
    due = Q(asked_at=None) | Q(asked_at__lte=now - EVERY) | Q(asked_at__gt=now + EVERY)
    return bool(store.Feed.objects.filter(due, name=name).update(asked_at=now))


def _write(name: str, now: datetime, problem: str) -> None:
    row = store.Feed.objects.filter(name=name)
    if problem:
        row.update(problem=problem[:300])
        log.warning("feed %s was not heard: %s", name, problem)
    else:
        row.update(problem="", heard_at=now)


def _read(ctx: Context, name: str, places: Places) -> str:
    """Why not all of it was read; "" if it was."""
    now, end = ctx.clock.now(), time.monotonic() + _LOOK
    row = store.Feed.objects.get(name=name)
    try:
        with OnceSession(_ONE, MOST_BYTES) as session:
            session.headers["User-Agent"] = "dxbot (municipal public relations)"
            entries, marks = _entries(ctx, session, row, now)
            _tell_of_strangers(ctx, entries)
            _note(ctx, name, feed.wanted(entries, places, now - _LATELY), places)
            # Only now: a feed that has not changed since is not sent again, and what nobody had noted of it would be lost.
            store.Feed.objects.filter(name=name).update(**marks)
            return _fetch(ctx, session, name, places, end)
    except requests.RequestException as e:
        return say("気象庁の電文を取りに行けません（{code}）", code=getattr(e, "code", type(e).__name__))
    except Unreadable as e:
        return say("気象庁の電文の一覧を読めません（{why}）", why=e.why)


def _entries(ctx: Context, session: OnceSession, row: store.Feed, now: datetime) -> tuple[list[Entry], dict[str, str]]:
    """What has come since the last look, and the marks by which the feed knows at the next one that it has not changed. The
    short feed holds ten minutes; after a longer gap the long one, which is renewed each hour, is read before it."""
    gap = row.heard_at is None or now - row.heard_at > feed.KEEP
    before = feed.read(_get(session, f"{_base(ctx)}/feed/{row.name}_l.xml").content) if gap else []
    asked = {} if gap else {"If-None-Match": row.etag, "If-Modified-Since": row.modified}
    answer = _get(session, f"{_base(ctx)}/feed/{row.name}.xml", {key: value for key, value in asked.items() if value})
    if answer.status_code == requests.codes.not_modified:
        return [], {}
    etag, modified = (answer.headers.get(key, "") for key in ("ETag", "Last-Modified"))
    return [*before, *feed.read(answer.content)], {"etag": etag[:200], "modified": modified[:60]}


def _get(session: OnceSession, address: str, headers: dict[str, str] | None = None) -> requests.Response:
    """Raises RequestException, also for an answer that is not the thing asked for."""
    answer = session.get(address, headers=headers)
    if answer.status_code not in (requests.codes.ok, requests.codes.not_modified):
        raise requests.HTTPError(f"HTTP {answer.status_code}")
    return answer


def _base(ctx: Context) -> str:
    return ctx.config.jma_base_url.rstrip("/")


def _note(ctx: Context, name: str, wanted: Sequence[Entry], places: Places) -> None:
    """Keep what was announced and is new, as unread: it counts by its headline until it is read."""
    known = set(store.Telegram.objects.filter(address__in=[e.address for e in wanted]).values_list("address", flat=True))
    rows = [
        _row(e.address, name, _unread(e, places, ctx.clock.now()), ctx, 1)
        for e in _last_of_each(wanted)
        if e.address not in known
    ]
    store.Telegram.objects.bulk_create(rows, ignore_conflicts=True)


def _unread(entry: Entry, places: Places, now: datetime) -> Telegram:
    at = min(entry.updated, now)
    return telegram.unread(entry.kind, entry.title, entry.headline, entry.author, places, at, entry.address)


def _last_of_each(entries: Sequence[Entry]) -> list[Entry]:
    by_kind: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_kind[entry.kind if entry.kind in weather.KINDS else ""].append(entry)
    return [e for kind, found in by_kind.items() for e in (found[-_OF_A_KIND:] if kind else found)]


def _fetch(ctx: Context, session: OnceSession, name: str, places: Places, end: float) -> str:
    unread = store.Telegram.objects.filter(feed=name, tries__range=(1, _TRIES))
    failed = ""
    for row in unread.order_by("-reported_at", "-id"):  # the newest says what is in force
        if time.monotonic() > end:
            return say("気象庁の電文を読み終えていません")
        if why := _take(ctx, session, row, places):
            failed = say("電文 {address} を読めません（{why}）", address=row.address.rpartition("/")[2], why=why)
    return failed


def _take(ctx: Context, session: OnceSession, row: store.Telegram, places: Places) -> str:
    """Read one; why not, "" if it was. Nothing is fetched from anywhere but where the feed is."""
    try:
        if not row.address.startswith(f"{_base(ctx)}/"):
            raise Unreadable("elsewhere")
        found = telegram.read(_get(session, row.address).content, row.kind, places)
        if found.reported > ctx.clock.now() + _AHEAD:
            raise Unreadable("of a time to come")  # nothing that follows could ever supersede it
    except (requests.RequestException, Unreadable) as e:
        row.tries += 1
        row.save(update_fields=["tries"])
        return e.why if isinstance(e, Unreadable) else type(e).__name__
    new = _row(row.address, row.feed, found, ctx, 0)
    new.pk = row.pk
    with transaction.atomic():
        new.save()
        if found.doubts:
            audit.record(ctx.clock.now(), audit.SYSTEM, DOUBTFUL, f"telegram:{row.pk}", detail="\n".join(found.doubts))
    return ""


def _tell_of_strangers(ctx: Context, entries: Sequence[Entry]) -> None:
    for kind, entry in feed.strangers(entries).items():
        detail = say("知らない種類の電文です：{kind}（{title}）", kind=kind[:40], title=entry.title)
        audit.record_once(ctx, STRANGE, f"telegram_kind:{kind[:60]}", detail)


def _row(address: str, name: str, found: Telegram, ctx: Context, tries: int) -> store.Telegram:
    return store.Telegram(
        address=address,
        feed=name,
        kind=found.kind,
        title=found.title,
        office=found.office,
        status=found.status[:20],
        info=found.info[:20],
        event=found.event,
        headline=found.headline,
        series=found.series[:600],
        covers=found.covers,
        statements=[_kept(statement) for statement in found.statements],
        doubts=list(found.doubts),
        digest=found.digest,
        reported_at=found.reported,
        control_at=found.control,
        read_at=ctx.clock.now(),
        tries=tries,
    )


def _kept(statement: Statement) -> dict[str, object]:
    return {**asdict(statement), "level": int(statement.level)}


def _telegram(row: store.Telegram) -> Telegram:
    return Telegram(
        kind=row.kind,
        title=row.title,
        office=row.office,
        status=row.status,
        info=row.info,
        reported=row.reported_at,
        control=row.control_at,
        event=row.event,
        headline=row.headline,
        digest=row.digest,
        series=row.series,
        covers=row.covers,
        statements=tuple(_statements(row.statements)),
        doubts=tuple(row.doubts),
        address=row.address,
    )


def _statements(kept: Iterable[dict[str, object]]) -> Iterable[Statement]:
    for said in kept:
        area = said["area"]
        assert isinstance(area, dict)  # noqa: S101 as it was kept
        yield Statement(
            area=TelegramArea(kind=AreaKind(area["kind"]), code=area["code"], name=area["name"]),
            hazard=Hazard(str(said["hazard"])),
            level=Level(int(str(said["level"]))),
            name=str(said["name"]),
            intensity=str(said["intensity"]),
        )
