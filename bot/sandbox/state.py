"""What the sandbox remembers: one SQLite file, so that a stopped sandbox goes on where it was."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.clock import Clock, ManualClock, SystemClock, aware

_SCHEMA = """
CREATE TABLE IF NOT EXISTS things (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL UNIQUE, content TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS things_by_kind ON things (kind, number);
CREATE TABLE IF NOT EXISTS blobs (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL);
"""
FIRST_ID = 1_800_000_000_000_000_000


@dataclass(frozen=True, kw_only=True)
class Post:
    """What a citizen sees. `media` are (alt, sha256); `hidden_until` delays its appearance in reads."""

    id: str
    channel: str
    text: str
    media: tuple[tuple[str, str], ...]
    in_reply_to: str
    created_at: datetime
    deleted: bool
    hidden_until: datetime
    extra: dict[str, Any]


class State:
    """All methods may be called from any thread."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(directory / "sandbox.sqlite3", check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(_SCHEMA)
        self._clock: Clock = SystemClock()

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def reset(self) -> None:
        with self._lock:
            self._db.executescript("DELETE FROM things; DELETE FROM blobs; DELETE FROM sqlite_sequence;")
            self._clock = SystemClock()

    def now(self) -> datetime:
        return self._clock.now()

    def set_clock(self, moment: datetime) -> None:
        self._clock = ManualClock(aware(moment))

    def keep(self, data: bytes) -> str:
        """Store bytes; their SHA-256."""
        sha256 = hashlib.sha256(data).hexdigest()
        with self._lock:
            self._db.execute("INSERT OR IGNORE INTO blobs VALUES (?, ?)", (sha256, data))
        return sha256

    def data(self, sha256: str) -> bytes | None:
        with self._lock:
            row = self._db.execute("SELECT data FROM blobs WHERE sha256 = ?", (sha256,)).fetchone()
        return bytes(row[0]) if row else None

    def add(self, kind: str, content: dict[str, Any], identity: str = "") -> str:
        """Store a thing; its id, a number larger than all before it unless one is given."""
        with self._lock:
            cursor = self._db.execute(
                "INSERT INTO things (kind, id, content) VALUES (?, ?, ?)", (kind, identity or "?", json.dumps(content))
            )
            given = identity or str(FIRST_ID + int(cursor.lastrowid or 0))
            if not identity:
                self._db.execute("UPDATE things SET id = ? WHERE number = ?", (given, cursor.lastrowid))
        return given

    def get(self, kind: str, identity: str) -> dict[str, Any] | None:
        with self._lock:
            row = self._db.execute("SELECT content FROM things WHERE kind = ? AND id = ?", (kind, identity)).fetchone()
        return json.loads(row[0]) if row else None

    def update(self, kind: str, identity: str, **changes: Any) -> dict[str, Any]:
        with self._lock:
            content = {**(self.get(kind, identity) or {}), **changes}
            self._db.execute("UPDATE things SET content = ? WHERE kind = ? AND id = ?", (json.dumps(content), kind, identity))
        return content

    def use_once(self, kind: str, identity: str, flag: str) -> bool:
        """Set a flag on a thing; False if it was set before."""
        with self._lock:
            content = self.get(kind, identity)
            if content is None or content.get(flag):
                return False
            self.update(kind, identity, **{flag: True})
            return True

    def publish(
        self,
        channel: str,
        text: str,
        media: list[tuple[str, str]],
        *,
        in_reply_to: str = "",
        late: timedelta = timedelta(0),
        **extra: Any,
    ) -> str:
        """Make a post that citizens see; its id."""
        now = self.now()
        content = {
            "channel": channel,
            "text": text,
            "media": media,
            "in_reply_to": in_reply_to,
            "created_at": now.isoformat(),
            "deleted": False,
            "hidden_until": (now + late).isoformat(),
            "extra": extra,
        }
        return self.add("post", content)

    def post(self, identity: str) -> Post | None:
        content = self.get("post", identity)
        return _post(identity, content) if content else None

    def posts(self, channel: str = "") -> list[Post]:
        """Oldest first, deleted ones included."""
        with self._lock:
            rows = self._db.execute("SELECT id, content FROM things WHERE kind = 'post' ORDER BY number").fetchall()
        found = [_post(identity, json.loads(content)) for identity, content in rows]
        return [p for p in found if channel in ("", p.channel)]

    def visible(self, channel: str) -> list[Post]:
        """What the platform's own reads show now, newest first."""
        now = self.now()
        return [p for p in reversed(self.posts(channel)) if not p.deleted and p.hidden_until <= now]

    def delete_post(self, identity: str) -> bool:
        if self.get("post", identity) is None:
            return False
        self.update("post", identity, deleted=True)
        return True


def _post(identity: str, content: dict[str, Any]) -> Post:
    return Post(
        id=identity,
        channel=content["channel"],
        text=content["text"],
        media=tuple((alt, sha) for alt, sha in content["media"]),
        in_reply_to=content["in_reply_to"],
        created_at=datetime.fromisoformat(content["created_at"]).astimezone(UTC),
        deleted=content["deleted"],
        hidden_until=datetime.fromisoformat(content["hidden_until"]).astimezone(UTC),
        extra=content["extra"],
    )
