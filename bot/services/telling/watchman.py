"""Whether the publishers live and what is due goes out, looked at by another process: who is dead tells nobody.

A look is cheap and may come as often as somebody likes; `alarms` sees to it that each thing is told once. See ADR 30.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import Error, connections

from bot.language import say
from bot.services.delivery import disasters, heartbeats, telegrams, timekeeper
from bot.services.records.context import Context
from bot.services.telling import alarms, memory
from bot.store import queries, session
from bot.store.models import Attempt, Delivery

EVERY = 10.0  # seconds between two looks of a process that stays
_NAMED = 5  # posts in one message
_LANES = 100  # at which a look stops counting
log = logging.getLogger(__name__)


def work(ctx: Context) -> list[str]:
    """One look, and what it has to tell; a line for each thing that is wrong now. Raises nothing that the database raises: that
    it is away is itself something to tell."""
    try:
        found = look(ctx)
        alarms.settle(ctx, found)
        people = alarms.people(ctx)
    except Error as e:
        log.warning("the watchman cannot ask the database: %s", type(e).__name__)
        return [memory.database_is_away(ctx)]
    memory.database_is_back(ctx, people)
    return list(found.values())


def look(ctx: Context) -> dict[str, str]:
    """What is wrong now: the line to tell, by its kind, of which there is one at a time."""
    now, silence = ctx.clock.now(), timedelta(seconds=ctx.config.watch_silence)
    found = {kind: one(ctx, now, silence) for kind, one in _LOOKS.items()}
    return {kind: line for kind, line in found.items() if line}


class Watchman:
    """Looks every few seconds on a thread of its own after `start`."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self._told = threading.Event()
        self._thread = threading.Thread(target=self.run, name="watchman", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Finish the look, then end. From any thread."""
        self._told.set()

    def run(self, every: float = EVERY, after: Callable[[], None] = lambda: None) -> None:
        """Until told to stop; `after` is called after each look."""
        while not self._told.is_set():
            self._look()
            after()
            self._told.wait(every)
        connections.close_all()

    def _look(self) -> None:
        session.begin()
        try:
            work(self.ctx)
        except Exception:  # whatever it is, the next look may go well
            log.exception("a look of the watchman failed")


def _silent(ctx: Context, now: datetime, silence: timedelta) -> str:
    """None lives, though one has lived."""
    last = heartbeats.last()
    if last is None or heartbeats.living(now, silence):
        return ""
    if last.ended_at is None:
        where, since = f"{last.host}:{last.pid}", ctx.said(last.at)
        line = say("配信のプロセス（{where}）の動きが、{since}から見えません。", since=since, where=where)
    elif last.ended_at < now - silence:
        line = say("配信のプロセスは、{since}に止められたままです（{host}）。", since=ctx.said(last.ended_at), host=last.host)
    else:
        return ""  # just now: whoever starts it anew needs a moment
    return line + say("動くまで、投稿は予定の時刻に出ません。サーバーで dxbot run が動いているか確かめてください。")


def _lost(ctx: Context, now: datetime, silence: timedelta) -> str:
    """Some live, and others died."""
    gone = heartbeats.lost(now, silence) if heartbeats.living(now, silence) else []
    names = "、".join(f"{row.host}:{row.pid}（{ctx.said(row.at)}から）" for row in gone)
    if not gone:
        return ""
    return say("配信のプロセスの一部の動きが見えません：{names}。残りのプロセスが配信を続けています。", names=names)


def _lying(ctx: Context, now: datetime, silence: timedelta) -> str:
    """A publisher lives or there never was one, something has been due for long, and nothing happens on that account."""
    living = heartbeats.living(now, silence)
    if heartbeats.last() and all(row.started_at > now - silence for row in living):
        return ""  # they have only just begun, or have fallen silent
    rows = _stuck(queries.left_lying(now, now - silence, _LANES), now - silence)
    if not rows:
        return ""
    posts = "、".join(f"「{row.submission.told_title}」（{ctx.spec(row.channel).label}）" for row in rows[:_NAMED])
    more = say("ほか{count}件", count=len(rows) - _NAMED) if len(rows) > _NAMED else ""
    line = say("予定の時刻を過ぎても、何も起きていない投稿があります：{posts}{more}。", posts=posts, more=more)
    return line + say("サーバーの dxbot run が動いているか、そのログに何があるかを確かめてください。")


def _stuck(ids: list[int], since: datetime) -> list[Delivery]:
    """Of an account that sends one post after another, the last ones wait long; that is no trouble."""
    rows = list(Delivery.objects.filter(id__in=ids).select_related("submission").order_by("due_at", "id"))
    lanes = {row.lane for row in rows}
    tried = Attempt.objects.filter(delivery__lane__in=lanes, ended_at__gt=since)
    moving = set(tried.values_list("delivery__lane", flat=True)) if rows else set()
    return [row for row in rows if row.lane not in moving]


def _misled(ctx: Context, now: datetime, silence: timedelta) -> str:
    """Some live and send nothing by their own clocks. Who dies with a wrong clock is missed as any other (ADR 24)."""
    problems = "。".join(row.problem for row in timekeeper.wrong(now))
    return say("{problems}。そのコンピューターからは、時計が合うまで何も出ません。", problems=problems) if problems else ""


def _deaf(ctx: Context, now: datetime, silence: timedelta) -> str:
    """Somebody listened to the agency, and nobody hears it now: whoever reads the feed may be what is dead."""
    if not telegrams.is_configured(ctx):
        return ""
    limit = disasters.rules(ctx).silence.total_seconds()
    deaf = [row for row in telegrams.feeds() if abs(telegrams.age(row, now)) > limit]
    if not deaf:
        return ""
    since = ctx.said(min(row.heard_at or row.since for row in deaf))
    line = say("気象庁の電文を、{since}から読めていません。{problem}", since=since, problem=deaf[0].problem)
    return line + say("読めるまで、配信は止まります。サーバーから気象庁へつながるか確かめてください。")


_LOOKS: dict[str, Callable[[Context, datetime, timedelta], str]] = {
    "silent": _silent,
    "lost": _lost,
    "lying": _lying,
    "clock": _misled,
    "deaf": _deaf,
}
