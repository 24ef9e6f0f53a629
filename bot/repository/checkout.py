"""The content folder follows the branch: file by file, each put in place at once, and only those that changed.

New and changed files come first, what is gone goes last, after the queue knows of it; so the files of a renamed post are never
missing, and whoever reads in between sees each file as it was or as it is.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bot.content import frontmatter
from bot.language import say
from bot.repository.mirror import MAX_FILE, Change, Mirror
from bot.values import document

PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".heic", ".heif")
_LIMITS = {".md": frontmatter.MAX_BYTES, ".yml": document.MAX_BYTES, **dict.fromkeys(PICTURES, MAX_FILE)}
_TABLES, _SOURCES = (".xlsx", ".csv"), PurePosixPath("strategy", "sources")
_MAX_NAME, _MAX_DEPTH = 200, 10  # bytes of a name, so that any file system holds it; folders in each other
_AT_ONCE = 30_000_000  # bytes that are held in memory together


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A path that is not put into the content folder. `summary` and `next_step` are for people."""

    path: str
    summary: str
    next_step: str


@dataclass(frozen=True, kw_only=True)
class Checkout:
    folder: Path
    mirror: Mirror

    def write(self, changes: Sequence[Change]) -> list[Refused]:
        """Put new and changed files in place. What may not be there is told, and its older version is taken away: it is not
        what the branch holds."""
        present = [c for c in changes if not c.gone]
        sizes = self.mirror.sizes({c.blob for c in present if c.regular})
        refused = [r for c in present if (r := _refusal(c, sizes)) is not None]
        not_these = {r.path for r in refused}
        wanted = [c for c in present if c.path not in not_these]
        for batch in _batches(wanted, sizes):
            for change, data in zip(batch, self.mirror.blobs(c.blob for c in batch), strict=True):
                self._put(change.path, data)
        self.remove([c for c in present if c.path in not_these])
        return refused

    def remove(self, changes: Sequence[Change]) -> None:
        """Take away files, and folders that are empty then."""
        for change in changes:
            path = self.folder / change.path
            if self._inside(path):
                with suppress(FileNotFoundError, IsADirectoryError, NotADirectoryError):
                    path.unlink()
                with suppress(OSError):
                    path.parent.rmdir()

    def others(self, paths: Collection[str]) -> list[Change]:
        """What lies here and is none of these, as changes that take it away."""
        here = (p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*") if p.is_file() or p.is_symlink())
        return [Change(path=name, mode="", blob="") for name in sorted(here) if name not in paths]

    def _put(self, name: str, data: bytes) -> None:
        path = self.folder / name
        self._make_room(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".sync-")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)

    def _make_room(self, path: Path) -> None:
        """A file that has become a folder, or the other way round."""
        for parent in path.parents:
            if parent != self.folder and parent.is_file():
                parent.unlink()
        if path.is_dir():
            shutil.rmtree(path)

    def _inside(self, path: Path) -> bool:
        return path.parent.resolve().is_relative_to(self.folder.resolve())


def _batches(changes: Sequence[Change], sizes: Mapping[str, int]) -> Iterator[list[Change]]:
    batch: list[Change] = []
    filled = 0
    for change in changes:
        if batch and filled + sizes[change.blob] > _AT_ONCE:
            yield batch
            batch, filled = [], 0
        batch.append(change)
        filled += sizes[change.blob]
    if batch:
        yield batch


def _refusal(change: Change, sizes: Mapping[str, int]) -> Refused | None:
    if not change.regular:
        return Refused(
            path=change.path,
            summary="ふつうのファイルではないもの（シンボリックリンク、サブモジュールなど）か、使えない名前です",
            next_step="ファイルそのものを、記号を含まない名前で置いてください",
        )
    parts = change.path.split("/")
    if len(parts) > _MAX_DEPTH or any(len(part.encode()) > _MAX_NAME for part in parts):
        return Refused(
            path=change.path,
            summary=say(
                "名前が長すぎるか、フォルダが深すぎます（名前は {max_name}字、フォルダは {max_depth} 段まで）",
                max_name=_MAX_NAME // 3,
                max_depth=_MAX_DEPTH,
            ),
            next_step="短い名前で置いてください",
        )
    limit = _limit(PurePosixPath(change.path))
    if limit is None:
        return Refused(
            path=change.path,
            summary="原稿（.md）でも画像でも設定（.yml）でもないファイルです",
            next_step="ほかの種類のファイルは、リポジトリの別のフォルダに置いてください",
        )
    if sizes[change.blob] > limit:
        return Refused(
            path=change.path,
            summary=say(
                "ファイルが大きすぎます（{value:,} KB、上限は {limit:,} KB）",
                value=sizes[change.blob] // 1000,
                limit=limit // 1000,
            ),
            next_step="小さくしてから、もう一度コミットしてください",
        )
    return None


def _limit(path: PurePosixPath) -> int | None:
    """Bytes; None for a kind of file that has no place there. Published tables lie in one folder."""
    if path.suffix.lower() in _TABLES and path.parent == _SOURCES:
        return MAX_FILE
    return _LIMITS.get(path.suffix.lower())
