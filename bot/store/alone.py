"""One process at a time changes the form of the database; the others wait, and find nothing left to do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from filelock import FileLock, Timeout

_LOCK = 0x64780003  # beside those of bot.store.locks; held by the session, not by a transaction
_AGAIN, _SAY_AFTER = 0.2, 2.0  # seconds between two tries, and until somebody is told why nothing happens


@contextmanager
def one_at_a_time(tell: Callable[[], None]) -> Iterator[None]:
    """Waits as long as another takes: a migration over years of records may last; `tell` says so. The system, or the server,
    lets go of a lock whose process died."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # of the session: a transaction would hold what migrations change one by one
            _wait(lambda: _ask(cursor, "pg_try_advisory_lock"), tell)
            try:
                yield
            finally:
                _ask(cursor, "pg_advisory_unlock")
        return
    lock = FileLock(Path(f"{connection.settings_dict['NAME']}.migrating"))
    _wait(lambda: _taken(lock), tell)
    try:
        yield
    finally:
        lock.release()


def _ask(cursor: Any, function: str) -> bool:
    cursor.execute(f"SELECT {function}(%s)", [_LOCK])
    return bool(cursor.fetchone()[0])


def _taken(lock: FileLock) -> bool:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    return True


def _wait(is_ours: Callable[[], bool], tell: Callable[[], None]) -> None:
    begin, told = time.monotonic(), False
    while not is_ours():
        if not told and time.monotonic() - begin > _SAY_AFTER:
            tell()
            told = True
        time.sleep(_AGAIN)
