"""While the database is away nobody can be looked up there and nothing written down. So a file of the state folder remembers
who is to be told, since when it is away, and whom that was told."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock

from bot import trouble
from bot.language import say
from bot.notify import mail, webhook
from bot.notify.letter import Letter
from bot.services.records.context import Context
from bot.services.telling import alarms, messages

_FILE = "watchman.json"
log = logging.getLogger(__name__)
_news = trouble.EveryMinute()


@dataclass(frozen=True, kw_only=True)
class _Memory:
    """Times as ISO 8601, "" for none."""

    people: list[str] = field(default_factory=list)
    since: str = ""
    told: list[str] = field(default_factory=list)
    next_at: str = ""


def database_is_back(ctx: Context, people: Sequence[str]) -> None:
    """The database answers. Keeps who is to be told when it does not, and tells those who were told that it is well again."""
    told = list[str]()

    def forget() -> None:
        before = _read(ctx)
        _write(ctx, before, _Memory(people=list(people)))
        told.extend(before.told)

    _remembering(ctx, forget)
    subject = say("【{city}広報配信】見張り：もとに戻りました", city=messages.city(ctx)) if told else ""
    for address in told:
        _send(ctx, address, subject, say("データベースが、また答えるようになりました。"))


def database_is_away(ctx: Context) -> str:
    """Tell the chat and one person after the other, once it has been away for as long as a publisher may be silent; what there
    is to say. Nobody can say that they have seen it while nothing can be written."""
    now, line = ctx.clock.now(), say("データベースが答えません。配信は止まり、画面も開きません。")

    def tell() -> None:
        before = _read(ctx)
        since = datetime.fromisoformat(before.since) if before.since else now
        after = replace(before, since=since.isoformat())
        due = not before.next_at or datetime.fromisoformat(before.next_at) <= now
        if due and now - since >= timedelta(seconds=ctx.config.watch_silence):
            after = _tell_next(ctx, after, line)
        _write(ctx, before, after)

    _remembering(ctx, tell)
    return line


def _tell_next(ctx: Context, known: _Memory, line: str) -> _Memory:
    told = list(known.told)
    subject = say("【{city}広報配信】見張り：確かめてください", city=messages.city(ctx))
    body = line + say("{since}からです。", since=ctx.said(datetime.fromisoformat(known.since)))
    if ctx.config.webhook_url and alarms.CHAT not in told and _send(ctx, alarms.CHAT, subject, body):
        told.append(alarms.CHAT)
    waiting = [address for address in known.people if address not in told]
    reached = next((address for address in waiting if _send(ctx, address, subject, body)), None)
    told += [reached] if reached else []
    later = ctx.clock.now() + timedelta(seconds=ctx.config.watch_next if reached else 60)
    return replace(known, told=told, next_at=later.isoformat())


def _send(ctx: Context, address: str, subject: str, body: str) -> bool:
    now, to = ctx.clock.now(), "" if address == alarms.CHAT else address
    letter = Letter(id=f"database.{now:%Y%m%d%H%M%S}", address=to, subject=subject, body=body, at=now)
    return alarms.send(ctx, mail.send if to else webhook.send, letter)


def _remembering(ctx: Context, work: Callable[[], None]) -> None:
    """One watchman at a time: the thread of a web site, and one that a timer starts. Where nothing can be kept, nobody is told,
    since they would be told again at every look."""
    try:
        ctx.config.var_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(_path(ctx).with_suffix(".lock"), mode=0o600):
            work()
    except OSError as e:
        if _news(type(e).__name__):
            log.error("the watchman cannot write into the state folder: %s", type(e).__name__)


def _path(ctx: Context) -> Path:
    return ctx.config.var_dir / _FILE


def _read(ctx: Context) -> _Memory:
    """Nothing, where it is not there or not as we wrote it: then the configured addresses are told."""
    with suppress(OSError, ValueError, TypeError):
        return _Memory(**json.loads(_path(ctx).read_text(encoding="utf-8")))
    return _Memory(people=[address.strip() for address in ctx.config.watch_mail.split(",") if address.strip()])


def _write(ctx: Context, before: _Memory, after: _Memory) -> None:
    """In one step, and only where something changed: this is asked every few seconds."""
    if after == before:
        return
    draft = _path(ctx).with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(after), ensure_ascii=False), encoding="utf-8")
    draft.replace(_path(ctx))
