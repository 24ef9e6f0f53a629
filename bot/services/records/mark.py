"""The mark outside the database: how far its log was when something last left (ADR 25).

It names an entry of the audit log by number and hash. A database that lacks this entry knows less than what was sent: it was
restored, rolled back, or promoted too early. A mark lies in the state folder, and where DXBOT_MARK_DIR is set also there.
"""

from __future__ import annotations

import json
import os
import re
import socket
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from bot.clock import aware
from bot.config import Config
from bot.errors import BotError
from bot.language import say
from bot.services.records.context import Context
from bot.store import appended

RESTORED = "restored"  # in place of a hash: whatever the log says, it was put back from a copy
_FILE = "mark.json"
_UNREADABLE = (OSError, ValueError, KeyError, TypeError)
_PATIENCE = 2.0  # seconds for another process of this machine to write its own


@dataclass(frozen=True, kw_only=True)
class Mark:
    """An entry of the log (0 and "" before the first), when the mark was made, and in how many places it was kept."""

    entry: int
    hash: str
    at: datetime
    places: int = 1


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What lies in the places. `problem` says for people what is missing or unreadable, "" for nothing."""

    marks: tuple[Mark, ...]
    problem: str = ""


class NotWritten(BotError):
    """A mark could not be written, so nothing may leave."""


def newest(now: datetime) -> Mark:
    """As far as the log of this database is; inside the transaction that wrote to it, with what it wrote."""
    entry, link = appended.last_entry()
    return Mark(entry=entry, hash=link, at=now)


def is_in_log(mark: Mark) -> bool:
    return mark.hash == "" or appended.link_of(mark.entry) == mark.hash


def read(ctx: Context) -> Kept:
    """All marks of this machine, and those of others that share the second place."""
    marks, problem = list[Mark](), ""
    own, second = places(ctx.config)[0], _second(ctx.config)
    for path in (own, *_all_of(second)):
        try:
            marks += _read(path)
        except _UNREADABLE:
            problem = say("配信の印 {path} を読めません", path=path)
    if not marks and not problem:
        problem = say("配信の印（{path}）がありません", path=own)
    elif second is not None and not second.exists() and any(m.places > 1 for m in marks) and not problem:
        # A disk that is not mounted looks like an empty folder.
        problem = say("二つ目の置き場に配信の印（{path}）がありません", path=second)
    return Kept(marks=tuple(marks), problem=problem)


def write(config: Config, mark: Mark, *, over: bool = False) -> None:
    """In all places, safe from a power cut when this returns. An older one is not written over a newer one of another process,
    unless `over` says that the newer one is of a log that is gone. Raises NotWritten."""
    kept = places(config)
    for path in kept:
        try:
            if path == kept[0]:  # the second is never made: an empty folder may be a disk that is not there
                path.parent.mkdir(parents=True, exist_ok=True)
            path.parent.stat()  # the lock would make it
            with FileLock(path.with_suffix(".lock"), timeout=_PATIENCE, mode=0o600):
                _write(path, replace(mark, places=len(kept)), over)
        except (OSError, Timeout) as e:
            raise NotWritten(
                f"{path} cannot be written: {type(e).__name__}",
                summary=say("配信の印 {path} を書けないため、何も送っていません（{why}）", path=path, why=_why(e)),
                next_step="ディスクの空きと、置き場に書く権利を確かめてください。書けるようになれば、続きを送ります",
            ) from e


def places(config: Config) -> tuple[Path, ...]:
    second = _second(config)
    return (config.var_dir / _FILE, *((second,) if second else ()))


def _second(config: Config) -> Path | None:
    """A file for each machine, since several may share the folder."""
    if not config.mark_dir:
        return None
    return Path(config.mark_dir).expanduser() / f"mark-{re.sub(r'[^A-Za-z0-9.-]', '_', socket.gethostname())}.json"


def _all_of(second: Path | None) -> list[Path]:
    return sorted({second, *second.parent.glob("mark-*.json")}) if second else []


def _read(path: Path) -> list[Mark]:
    """None where there is no file. Raises one of _UNREADABLE."""
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    at = aware(datetime.fromisoformat(told["at"]))
    return [Mark(entry=int(told["entry"]), hash=str(told["hash"]), at=at, places=int(told["places"]))]


def _write(path: Path, mark: Mark, over: bool) -> None:
    if not over:
        known = _known(path)
        if any(each.hash == RESTORED for each in known):
            raise _replaced()
        if any(each.entry > mark.entry for each in known):
            return
    draft = path.with_suffix(".draft")
    told = asdict(mark) | {"at": mark.at.isoformat()}
    draft.touch(mode=0o600)
    with draft.open("w", encoding="utf-8") as file:
        file.write(json.dumps(told) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the new name, too, must survive a power cut
    finally:
        os.close(folder)


def _replaced() -> NotWritten:
    """Whoever still runs does so on a database that is no longer the one of this place."""
    return NotWritten(
        "a copy was put back while this process ran",
        summary="動いている間に、控えから戻されました。何も送っていません",
        next_step="dxbot を始め直してください",
    )


def _known(path: Path) -> list[Mark]:
    try:
        return _read(path)
    except _UNREADABLE:
        return []


def _why(error: Exception) -> str:
    return (error.strerror or "") if isinstance(error, OSError) else type(error).__name__
