"""What an earlier run found, so that only changed posts are read again.

An entry holds as long as the post's bytes, its pictures and the `basis` (rules, people, figures, templates …) are what they
were. A file that is damaged, or of another version, is as good as none: everything is then read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.checks.finding import Finding, of_json

Stamp = tuple[int, int]  # time of change in nanoseconds, size; (0, 0) for what is not there


def stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


def basis_of(files: Iterable[Path]) -> str:
    """A name for the state of all these files."""
    state = "\n".join(f"{path} {stamp(path)}" for path in sorted(files))
    return hashlib.sha256(state.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What was found in one post by itself, and what is compared with the other posts: its texts (channel's label, digest of
    the text), where its title stands and when it is to appear."""

    findings: tuple[Finding, ...]
    texts: tuple[tuple[str, str], ...]
    title: tuple[int, int]
    publish: datetime | None


class Cache:
    """`recall` before reading a post, `keep` after it, `save` at the end."""

    def __init__(self, file: Path, basis: str) -> None:
        self._file, self._basis = file, basis
        self._old: Mapping[str, Any] = _entries(file, basis)
        self._new: dict[str, Any] = {}

    @property
    def holds(self) -> bool:
        """Is anything known, and so the basis what it was when it was looked at?"""
        return bool(self._old)

    def recall(self, path: Path, raw: bytes) -> Entry | None:
        known = self._old.get(str(path))
        try:
            if known is None or known["sha"] != _sha(raw):
                return None
            if any(list(stamp(Path(picture))) != when for picture, when in known["pictures"].items()):
                return None
            entry = Entry(
                findings=tuple(of_json(finding) for finding in known["findings"]),
                texts=tuple((label, digest) for label, digest in known["texts"]),
                title=(known["title"][0], known["title"][1]),
                publish=datetime.fromisoformat(known["publish"]) if known["publish"] else None,
            )
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            return None
        self._new[str(path)] = known
        return entry

    def keep(self, path: Path, raw: bytes, pictures: Sequence[Path], entry: Entry) -> None:
        self._new[str(path)] = {
            "sha": _sha(raw),
            "pictures": {str(picture): list(stamp(picture)) for picture in pictures},
            "findings": [f.as_json() for f in entry.findings],
            "texts": [list(pair) for pair in entry.texts],
            "title": list(entry.title),
            "publish": entry.publish.isoformat() if entry.publish else "",
        }

    def save(self) -> None:
        """Whatever cannot be written is read again next time."""
        text = json.dumps({"basis": self._basis, "entries": self._new}, ensure_ascii=False)
        half = self._file.with_name(f".{self._file.name}.part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            half.write_text(text, encoding="utf-8")
            half.replace(self._file)
        except OSError:
            return


def _sha(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _entries(file: Path, basis: str) -> Mapping[str, Any]:
    try:
        known = json.loads(file.read_bytes())
        entries = known["entries"] if known["basis"] == basis else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return entries if isinstance(entries, dict) else {}
