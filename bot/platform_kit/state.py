"""What the sandbox remembers: one SQLite file, so that a stopped sandbox goes on where it was.

Three kinds of rows: posts (what citizens see), things (what only clients see: uploads, containers, windows, settings), and the
bytes of pictures. Every id is larger by one than the one before it, whatever it was given to, so that a run can be repeated;
but for those that hold their time, as X's do.
"""

from __future__ import annotations

import hashlib
import json
import math
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.clock import Clock, ManualClock, SystemClock, aware

_SCHEMA = """
CREATE TABLE IF NOT EXISTS posts (
    number INTEGER PRIMARY KEY, channel TEXT NOT NULL, text TEXT NOT NULL, pictures TEXT NOT NULL, parent TEXT NOT NULL,
    created_at REAL NOT NULL, shown_at REAL NOT NULL, public INTEGER NOT NULL, deleted INTEGER NOT NULL, extra TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS posts_of_a_channel ON posts (channel, number);
CREATE TABLE IF NOT EXISTS things (kind TEXT NOT NULL, id TEXT NOT NULL, content TEXT NOT NULL, PRIMARY KEY (kind, id));
CREATE TABLE IF NOT EXISTS blobs (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS numbers (number INTEGER PRIMARY KEY AUTOINCREMENT);
"""
_EMPTY = "DELETE FROM posts; DELETE FROM things; DELETE FROM blobs; DELETE FROM numbers; DELETE FROM sqlite_sequence;"
_LOCK_WAIT_SECONDS = 5.0
BASE_ID = 1_800_000_000_000_000_000
_MOST_ID = 2**63 - 1  # what fits into a column
_MOST_DIGITS = len(str(_MOST_ID))


@dataclass(frozen=True, kw_only=True)
class Picture:
    alt: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Post:
    """What citizens see once it is public. `text` is as it was typed; `extra` is its platform's own."""

    id: str
    channel: str
    text: str
    pictures: tuple[Picture, ...]
    parent: str
    created_at: datetime
    public: bool
    deleted: bool
    extra: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Span:
    """Which posts of a channel a reading asks for. `late`: as the world stood so long ago."""

    late: timedelta = timedelta(0)
    newer_than: str = ""
    older_than: str = ""
    since: float = 0.0
    until: float = math.inf
    limit: int = -1


class State:
    """All methods may be called from any thread."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        path = directory / "platforms.sqlite3"
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=_LOCK_WAIT_SECONDS)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(_SCHEMA)
        self._clock: Clock = SystemClock()

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def reset(self) -> None:
        with self._lock:
            self._db.executescript(_EMPTY)
            self._clock = SystemClock()

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Looking and writing as one step: nothing else happens in between, and an error undoes it all."""
        with self._lock:
            self._depth += 1
            try:
                if self._depth > 1:
                    yield
                    return
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield
                except BaseException:
                    self._db.execute("ROLLBACK")
                    raise
                self._db.execute("COMMIT")
            finally:
                self._depth -= 1

    def now(self) -> datetime:
        return self._clock.now()

    def set_clock(self, moment: datetime | None) -> None:
        """Stand still at a moment; None: the system's time again, as it is after a start."""
        self._clock = ManualClock(aware(moment)) if moment else SystemClock()

    def follow(self, clock: Clock) -> None:
        """Show the time of another clock, whatever was set before."""
        self._clock = clock

    def keep(self, data: bytes) -> str:
        """Store bytes; their SHA-256."""
        sha256 = hashlib.sha256(data).hexdigest()
        with self.atomic():
            self._db.execute("INSERT OR IGNORE INTO blobs VALUES (?, ?)", (sha256, data))
        return sha256

    def data(self, sha256: str) -> bytes | None:
        with self._lock:
            row = self._db.execute("SELECT data FROM blobs WHERE sha256 = ?", (sha256,)).fetchone()
        return bytes(row[0]) if row else None

    def new_id(self) -> str:
        return str(BASE_ID + self._count())

    def new_id_of_now(self, since: int, other_bits: int) -> str:
        """The milliseconds since a time (in Unix milliseconds), before so many bits that hold a running number."""
        milliseconds = int(self.now().timestamp() * 1000) - since
        return str(max(milliseconds, 0) << other_bits | self._count() % (1 << other_bits))

    def _count(self) -> int:
        with self.atomic():
            return int(self._db.execute("INSERT INTO numbers DEFAULT VALUES").lastrowid or 0)

    def put(self, kind: str, identity: str, content: dict[str, Any]) -> None:
        with self.atomic():
            self._db.execute("INSERT OR REPLACE INTO things VALUES (?, ?, ?)", (kind, identity, json.dumps(content)))

    def get(self, kind: str, identity: str) -> dict[str, Any] | None:
        with self._lock:
            row = self._db.execute("SELECT content FROM things WHERE kind = ? AND id = ?", (kind, identity)).fetchone()
        return json.loads(row[0]) if row else None

    def update(self, kind: str, identity: str, **changes: Any) -> dict[str, Any]:
        with self.atomic():
            content = {**(self.get(kind, identity) or {}), **changes}
            self.put(kind, identity, content)
        return content

    def count(self, kind: str, since: datetime) -> int:
        """How many things of a kind carry a `created_at` (epoch seconds) since then?"""
        query = "SELECT count(*) FROM things WHERE kind = ? AND json_extract(content, '$.created_at') > ?"
        with self._lock:
            return int(self._db.execute(query, (kind, since.timestamp())).fetchone()[0])

    def publish(
        self,
        channel: str,
        identity: str,
        text: str,
        pictures: Sequence[Picture],
        *,
        parent: str = "",
        late: timedelta = timedelta(0),
        public: bool = True,
        **extra: Any,
    ) -> None:
        """Make a post. `late`: how much later than citizens the platform's own readings see it."""
        now = self.now()
        drawn = json.dumps([(p.alt, p.sha256) for p in pictures])
        row = (_number(identity), channel, text, drawn, parent, now.timestamp(), (now + late).timestamp(), public)
        with self.atomic():
            self._db.execute("INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)", (*row, json.dumps(extra)))

    def post(self, identity: str) -> Post | None:
        return next(iter(self._posts("WHERE number = ?", (_number(identity),))), None)

    def posts(self, channel: str = "") -> list[Post]:
        """What citizens see, oldest first, and what they saw before it was deleted."""
        return self._posts("WHERE public AND ? IN ('', channel) ORDER BY created_at, number", (channel,))

    def visible(self, channel: str, span: Span) -> list[Post]:
        """What the platform's own readings show now, newest first."""
        where = "WHERE channel = ? AND number > ? AND number < ? AND public AND NOT deleted AND shown_at <= ?"
        where += " AND created_at >= ? AND created_at <= ? ORDER BY number DESC LIMIT ?"
        between = (_number(span.newer_than or "0"), _number(span.older_than or str(_MOST_ID)))
        seen_until = (self.now() - span.late).timestamp()
        return self._posts(where, (channel, *between, seen_until, span.since, span.until, span.limit))

    def said_before(self, channel: str, text: str, since: datetime) -> bool:
        """Does a post with this very text stand there?"""
        where = "WHERE channel = ? AND text = ? AND public AND NOT deleted AND created_at > ? LIMIT 1"
        return bool(self._posts(where, (channel, text, since.timestamp())))

    def made_since(self, channel: str, since: datetime) -> int:
        """How many posts, deleted ones included?"""
        query = "SELECT count(*) FROM posts WHERE channel = ? AND public AND created_at > ?"
        with self._lock:
            return int(self._db.execute(query, (channel, since.timestamp())).fetchone()[0])

    def change_post(self, identity: str, *, text: str | None = None, public: bool = False, deleted: bool = False) -> None:
        """A new text, if one is given; public or deleted, if so: neither can be undone."""
        change = "UPDATE posts SET text = coalesce(?, text), public = public OR ?, deleted = deleted OR ? WHERE number = ?"
        with self.atomic():
            self._db.execute(change, (text, public, deleted, _number(identity)))

    def _posts(self, where: str, values: tuple[object, ...]) -> list[Post]:
        columns = "number, channel, text, pictures, parent, created_at, public, deleted, extra"
        with self._lock:
            rows = self._db.execute(f"SELECT {columns} FROM posts {where}", values).fetchall()  # noqa: S608  # our own words
        return [_post(row) for row in rows]


def _number(identity: str) -> int:
    """The row of an id, 0 for what cannot be one."""
    return min(int(identity), _MOST_ID) if identity.isdecimal() and len(identity) <= _MOST_DIGITS else 0


def _post(row: tuple[Any, ...]) -> Post:
    number, channel, text, pictures, parent, created_at, public, deleted, extra = row
    return Post(
        id=str(number),
        channel=channel,
        text=text,
        pictures=tuple(Picture(alt=alt, sha256=sha256) for alt, sha256 in json.loads(pictures)),
        parent=parent,
        created_at=datetime.fromtimestamp(created_at, UTC),
        public=bool(public),
        deleted=bool(deleted),
        extra=json.loads(extra),
    )
