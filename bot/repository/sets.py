"""The sets of shared files on this machine: a folder each, and a pointer that names the one in force.

Several files cannot be replaced at once, but one can: a set is written beside the others, and comes into force by the replacing
of the pointer alone. Whoever reads sees one set as a whole or another one, and never the half of each (ADR 17).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bot.config import IN_FORCE
from bot.repository.checkout import Checkout, Refused
from bot.repository.mirror import Change, Mirror

_KEPT = 3  # sets: one who has begun to read an older one shall find its files until the end
_STAGED = ".part-"


@dataclass(frozen=True, kw_only=True)
class NewSet:
    """A set beside those that are kept, not in force. `unfit` are the paths of it that no content may have."""

    folder: Path
    name: str
    unfit: tuple[Refused, ...]


@dataclass(frozen=True, kw_only=True)
class Sets:
    folder: Path
    mirror: Mirror

    def in_force(self, files: Sequence[Change]) -> bool:
        """True if exactly these files are in force, and whole: what was spoilt by hand is put in order by the next sync."""
        name = name_of(files)
        return self._pointer() == name and _is_whole(self.folder / name, files)

    @contextmanager
    def staged(self, files: Sequence[Change]) -> Iterator[NewSet]:
        """These files in a folder of their own, which is gone afterwards unless it was put in force."""
        self._sweep()
        folder = Path(tempfile.mkdtemp(dir=self.folder, prefix=_STAGED))
        try:
            unfit = Checkout(folder=folder, mirror=self.mirror).write(files)
            yield NewSet(folder=folder, name=name_of(files), unfit=tuple(unfit))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def put_in_force(self, staged: NewSet) -> None:
        """From here on everybody reads this set."""
        for file in (f for f in staged.folder.rglob("*") if f.is_file()):
            _to_disk(file)
        target = self.folder / staged.name
        # A set of this name is one that a sync left half way, or that somebody has spoilt.
        shutil.rmtree(target, ignore_errors=True)
        staged.folder.chmod(0o755)
        staged.folder.replace(target)
        half = self.folder / f"{_STAGED}{IN_FORCE}"
        half.write_text(staged.name, encoding="utf-8")
        # The names must not reach the disk before the bytes: after a power cut an empty pointer would name nothing.
        _to_disk(half)
        half.replace(self.folder / IN_FORCE)
        self._prune(staged.name)

    def _pointer(self) -> str:
        try:
            return (self.folder / IN_FORCE).read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            return ""

    def _sweep(self) -> None:
        """What a sync left that was killed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for left in self.folder.glob(f"{_STAGED}*"):
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)

    def _prune(self, newest: str) -> None:
        others = [f for f in self.folder.iterdir() if f.is_dir() and f.name != newest]
        for old in sorted(others, key=lambda f: f.stat().st_mtime, reverse=True)[_KEPT - 1 :]:
            shutil.rmtree(old, ignore_errors=True)


def name_of(files: Sequence[Change]) -> str:
    """The same for the same files, whichever commit they are of."""
    listed = "\0".join(sorted(f"{c.mode} {c.blob} {c.path}" for c in files))
    return hashlib.sha256(listed.encode()).hexdigest()[:16]


def differing(folder: Path, files: Sequence[Change], paths: Sequence[str]) -> list[Change]:
    """How what lies in a folder at `paths` (of files or folders) is to change so as to be `files`."""
    wanted = {c.path: c for c in files}
    here = {name for path in paths for name in _names(folder, path)}
    gone = [Change(path=name, mode="", blob="") for name in here - set(wanted)]
    return sorted([*gone, *(c for c in files if _blob(folder / c.path) != c.blob)], key=lambda c: c.path)


def _names(folder: Path, path: str) -> Iterator[str]:
    found = [folder / path, *(folder / path).rglob("*")]
    yield from (f.relative_to(folder).as_posix() for f in found if f.is_file() or f.is_symlink())


def _is_whole(folder: Path, files: Sequence[Change]) -> bool:
    return all(_blob(folder / c.path) == c.blob for c in files)


def _blob(path: Path) -> str:
    """A file's name as git has it, "" for none: so no list of what was written is needed, which could itself be lost."""
    with suppress(OSError):
        data = path.read_bytes()
        return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    return ""


def _to_disk(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())
