"""A copy of the installation in one file, made while it runs, and put back: the database, and all of the state folder that
cannot be made again (keys, released issues, how far the content was taken).

The file is a tar. Its last member is the manifest with the SHA-256 of every other one; a file that was cut off has none. The
marks are not in it: after a restore they must show that it is one (ADR 25).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

import dj_database_url
from django.db import connections

from bot.config import SQLITE, Config
from bot.errors import ConfigError
from bot.language import say
from bot.services.records import mark, sealed_file
from bot.store import copies
from bot.text import moments

ASIDE = "before-restore-"  # a folder in the state folder, with the time
LAST = "last-backup"  # in the state folder; its time is that of the newest copy
_MANIFEST, _DATABASE, _STATE, _FORMAT = "manifest.json", "database", "state/", 1
# Made again by itself; of the practice; of a process; or the marks, which a copy must not bring back.
_LEFT_OUT = ("checks.json", "sandbox", "demo", "mark.", SQLITE, LAST, ASIDE, ".")
_NAME = "dxbot-{at:%Y%m%d-%H%M%S}.tar"


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a copy holds. `entry`, `hash`, `entry_at`: the newest entry of the audit log in it (0, "", "" for none). `settings`
    are the names of the options that were set: their values, keys among them, are not in the copy."""

    format: int
    made_at: str
    database: str
    entry: int
    hash: str
    entry_at: str
    settings: tuple[str, ...]
    files: Mapping[str, str]


class BadCopy(ConfigError):
    """A file that is no whole copy of an installation."""


def back_up(config: Config, output: Path, now: datetime, settings: tuple[str, ...], recipients: tuple[str, ...] = ()) -> Path:
    """Write a copy to `output`, or into it where it is a folder; where it lies then. Raises ConfigError."""
    target = output / (_NAME.format(at=now) + (sealed_file.ENDING if recipients else "")) if output.is_dir() else output
    if target.exists():
        raise ConfigError(
            f"{target} exists",
            summary=say("{target} はもうあります", target=target),
            next_step="ほかの名前にするか、フォルダを指定してください（日時の名前で書き出します）",
        )
    with _working(config) as folder:
        copies.dump(database_of(config), folder / _DATABASE)
        plain, draft = folder / "tar", target.with_name(f".{target.name}.part")
        with tarfile.open(plain, "w") as tar:
            manifest = _pack(config, tar, folder / _DATABASE, now, settings)
            _add(tar, _MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode())
        try:
            sealed_file.seal(plain, draft, recipients)
            _settle(draft, target)
        finally:
            draft.unlink(missing_ok=True)
    (config.var_dir / LAST).touch()
    return target


def rotate(folder: Path, keep: int) -> int:
    """Remove all but the newest `keep` copies that `back_up` named; how many were removed?"""
    found = sorted(path for path in folder.glob("dxbot-*.tar*") if path.suffix in (".tar", sealed_file.ENDING))
    for path in found[:-keep]:
        path.unlink()
    return len(found[:-keep])


@contextmanager
def opened(config: Config, file: Path, identity: Path | None) -> Iterator[tuple[Path, Manifest]]:
    """A copy, unpacked into a folder that goes away, each file proved against the manifest. Raises BadCopy."""
    with _working(config) as folder:
        plain = sealed_file.unsealed(file, folder / "tar", identity)
        try:
            with tarfile.open(plain, "r:") as tar:
                tar.extractall(folder / "copy", filter="data")
            manifest = _read(folder / "copy" / _MANIFEST)
        except (OSError, tarfile.TarError, ValueError, TypeError, KeyError) as e:
            raise _bad(file, type(e).__name__) from e
        _require_whole(file, folder / "copy", manifest)
        yield folder / "copy", manifest


def put_back(config: Config, copy: Path, manifest: Manifest, now: datetime) -> Path | None:
    """In place of what is there, which is kept aside; where? Whatever happens from the first step on, the mark says that a copy
    was put back, so nothing leaves before a person has looked. Raises ConfigError."""
    database = database_of(config)
    if copies.is_sqlite(database) != (manifest.database == "sqlite"):
        raise ConfigError(
            f"a copy of {manifest.database}",
            summary=say(
                "この控えは {kind} のものですが、DATABASE_URL はほかのデータベースを指しています", kind=manifest.database
            ),
            next_step="控えを取ったときと同じ種類のデータベースを DATABASE_URL に書いてください",
        )
    mark.write(config, mark.Mark(entry=0, hash=mark.RESTORED, at=now), over=True)
    aside = _set_aside(config, database, now)
    _copy_tree(copy / _STATE, config.var_dir)
    copies.restore(database, copy / _DATABASE)
    return aside


def let_go() -> None:
    """Of this thread's connections, where another process is about to put a copy back."""
    connections.close_all()


def newest_here(config: Config) -> tuple[int, str, datetime] | None:
    """Number, hash and time of the newest audit entry of the place that a copy is to go to; None where there is nothing."""
    return copies.newest_entry(database_of(config))


def database_of(config: Config) -> dict[str, Any]:
    return {**dj_database_url.parse(config.database.reveal())}


def said(config: Config, moment: str | datetime) -> str:
    local = (datetime.fromisoformat(moment) if isinstance(moment, str) else moment).astimezone(config.timezone)
    return moments.said(local, with_year=True)


@contextmanager
def _working(config: Config) -> Iterator[Path]:
    """In the state folder, which others cannot read."""
    with tempfile.TemporaryDirectory(prefix=".copy-", dir=config.var_dir) as name:
        yield Path(name)


def _pack(config: Config, tar: tarfile.TarFile, dump: Path, now: datetime, settings: tuple[str, ...]) -> Manifest:
    files = {_DATABASE: _sum(dump)}
    tar.add(dump, _DATABASE)
    for path in _state(config.var_dir):
        name = _STATE + path.relative_to(config.var_dir).as_posix()
        if path.is_dir():
            tar.add(path, name, recursive=False)  # git needs its empty folders
            continue
        try:
            data = path.read_bytes()
        except FileNotFoundError:  # taken away meanwhile, as git does
            continue
        files[name] = hashlib.sha256(data).hexdigest()
        _add(tar, name, data)
    database = database_of(config)
    entry, link, at = copies.newest_entry(database | ({"NAME": dump} if copies.is_sqlite(database) else {})) or (0, "", None)
    return Manifest(
        format=_FORMAT,
        made_at=now.isoformat(),
        database="sqlite" if copies.is_sqlite(database) else "postgresql",
        entry=entry,
        hash=link,
        entry_at=at.isoformat() if at else "",
        settings=settings,
        files=files,
    )


def _state(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if not path.name.startswith(_LEFT_OUT):
            yield from (each for each in (path, *sorted(path.rglob("*"))) if _is_kept(each))


def _is_kept(path: Path) -> bool:
    return not path.is_symlink() and (path.is_dir() or path.is_file()) and path.suffix != ".lock"


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o600
    tar.addfile(member, BytesIO(data))


def _settle(draft: Path, target: Path) -> None:
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.chmod(0o600)
    draft.replace(target)


def _read(path: Path) -> Manifest:
    told = json.loads(path.read_text(encoding="utf-8"))
    if told["format"] != _FORMAT:
        raise ValueError(f"format {told['format']}")
    return Manifest(**told | {"settings": tuple(told["settings"])})


def _require_whole(file: Path, copy: Path, manifest: Manifest) -> None:
    found = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()} - {_MANIFEST}
    if found != set(manifest.files):
        raise _bad(file, ", ".join(sorted(found ^ set(manifest.files))[:3]))
    for name, expected in manifest.files.items():
        if _sum(copy / PurePosixPath(name)) != expected:
            raise _bad(file, name)


def _bad(file: Path, why: str) -> BadCopy:
    return BadCopy(
        f"{file} is no whole copy: {why}",
        summary=say("{file} は、欠けているか書き換わっています（{why}）。何も変えていません", file=file, why=why),
        next_step="ほかの控えを使ってください",
    )


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _set_aside(config: Config, database: Mapping[str, Any], now: datetime) -> Path | None:
    """All that is there, but for the marks; None where there is nothing. On PostgreSQL a dump is taken."""
    aside = config.var_dir / f"{ASIDE}{now:%Y%m%d-%H%M%S}"
    here = [path for path in sorted(config.var_dir.iterdir()) if not path.name.startswith(("mark.", ASIDE, "."))]
    has_dump = not copies.is_sqlite(database) and copies.newest_entry(database) is not None
    own = Path(database["NAME"])
    if copies.is_sqlite(database) and own.parent != config.var_dir:  # DATABASE_URL may name another folder
        here += [path for path in (own, *(own.with_name(own.name + end) for end in ("-wal", "-shm"))) if path.exists()]
    if not here and not has_dump:
        return None
    aside.mkdir(mode=0o700)
    if has_dump:
        copies.dump(database, aside / _DATABASE)
    for path in here:
        shutil.move(path, aside / path.name)
    return aside


def _copy_tree(source: Path, target: Path) -> None:
    if source.exists():
        shutil.copytree(source, target, dirs_exist_ok=True)
