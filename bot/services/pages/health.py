"""Whether the database answers and a publisher lives. Cheap, and without content: asked every few seconds by machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import DatabaseError

from bot.services.delivery import heartbeats, telegrams
from bot.services.records import steps
from bot.services.records.context import Context


@dataclass(frozen=True, kw_only=True)
class Health:
    """`why` is one word, "" if all is well: `database` (does not answer), `schema` (is not that of this program), `silent` (no
    publisher has been seen for `age` seconds, None for never). `feeds` are the seconds since each of the agency's feeds was
    heard, by name: whoever can still serve a page is ready, deaf or not."""

    why: str = ""
    publishers: int = 0
    age: float | None = None
    feeds: Mapping[str, float] = field(default_factory=dict)

    @property
    def well(self) -> bool:
        return not self.why


def ready(ctx: Context) -> Health:
    """Whether this process could serve a page now."""
    try:
        fits = steps.fit()
    except DatabaseError:
        return Health(why="database")
    return Health(feeds=_feeds(ctx)) if fits else Health(why="schema")


def _feeds(ctx: Context) -> dict[str, float]:
    if not telegrams.is_configured(ctx):
        return {}
    now = ctx.clock.now()
    return {row.name: round(telegrams.age(row, now), 1) for row in telegrams.feeds()}


def publisher(ctx: Context) -> Health:
    """Whether a publisher lives, wherever it runs."""
    now, silence = ctx.clock.now(), timedelta(seconds=ctx.config.watch_silence)
    try:
        living, last = heartbeats.living(now, silence), heartbeats.last()
    except DatabaseError:
        return Health(why="database")
    age = round((now - last.at).total_seconds(), 1) if last else None
    return Health(why="" if living else "silent", publishers=len(living), age=age)
