"""What is wrong with the shared files as this machine reads them: one that was broken in place, with no sync to refuse it."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.errors import FileError
from bot.services.records.context import Context
from bot.shared_files import files


def lines(ctx: Context) -> tuple[str, ...]:
    """A line for each slip, but those of the rules, which hold everything up and are told as such. The files are read when
    one has changed."""
    config, channels = ctx.config, tuple(spec.key for spec in ctx.specs)
    shared, schedules = config.shared_dir, config.rules_dir
    found = _problems(shared, schedules, config.timezone, channels, _stamp(shared, schedules))
    return tuple(
        f"{ctx.relative(e.place.path)} の{e.place.line}行目：{e.problem}。{e.next_step}"
        for e in found
        if not files.is_rule(e.place.path, schedules)
    )


@lru_cache(maxsize=8)
def _problems(
    shared: Path, schedules: Path, zone: ZoneInfo, channels: tuple[str, ...], _unchanged: Hashable
) -> tuple[FileError, ...]:
    return tuple(files.problems(shared, schedules, zone, channels))


def _stamp(shared: Path, schedules: Path) -> Hashable:
    roots = (*(shared / name for name in files.ROOTS), schedules)
    return tuple(_found(path) for root in roots for path in (root, *files.entries(root)))


def _found(path: Path) -> tuple[Hashable, ...]:
    try:
        found = path.stat()
    except OSError:
        return (path,)
    return path, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
