"""Our engine and its alternatives at the same work: the same POSTs to the same stub, each candidate as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bot.config import ROOT
from tests.bench.stub import Stub
from tests.office import write_content, write_schedules

LANES = 512  # accounts, as many as the engine keeps under way at once
Row = tuple[str, float, float, float]
_CONTAINERS = 120.0  # seconds in which what is due first is prepared: as long as two rounds of the slowest take
_COMMAND = [sys.executable, "-W", "ignore", "-m"]


@dataclass(frozen=True, kw_only=True)
class Work:
    """`count` deliveries due over `spread` seconds (0: all at once), beside `future` ones of years to come. `database` is a
    PostgreSQL URL, "" means SQLite; `lanes` is the number of accounts. `kill`
    stops the publisher by kill -9 when that part is sent, and starts another. `trickle` is how many seconds the answer to one
    more account takes; with `containers` each post is prepared for 5 to 60 seconds, as on Instagram."""

    count: int
    database: str = ""
    publishers: int = 1
    spread: float = 0.0
    future: int = 0
    kill: float = 0.0
    lanes: int = LANES
    trickle: float = 0.0
    containers: bool = False


@dataclass(frozen=True, kw_only=True)
class Done:
    """Deliveries a second from the first to the last; seconds from the start to the last; lateness in seconds, sorted; the
    most memory that a publisher took, in MB."""

    rate: float
    seconds: float
    late: list[float]
    memory: float = 0.0


def ours(platform: Stub, work: Work) -> Done:
    with tempfile.TemporaryDirectory() as folder, _empty(work.database) as database:
        env = _city_hall(Path(folder))
        env |= {"DATABASE_URL": database} if database else {}
        # Whom our engine asks for the time.
        env |= dict.fromkeys(("DXBOT_X_BASE_URL", "DXBOT_GRAPH_BASE_URL"), f"http://127.0.0.1:{platform.port}")
        order: dict[str, Any] = {"name": f"n{time.time_ns()}", "port": platform.port, "lanes": work.lanes}
        order |= {"trickle": work.trickle, "containers": work.containers}
        early = _CONTAINERS if work.containers else 30 if work.spread else 0  # by then the publishers are up
        begin = time.time() + early
        filling = {"do": "fill", "start": begin, "spread": work.spread, "count": work.count, "future": work.future}
        subprocess.run([sys.executable, "-m", "bot", "admin", "migrate"], env=os.environ | env, check=True, capture_output=True)
        _finish(_start("ours", order | filling, env))
        platform.reset()
        go = time.time() + 4
        assert not work.spread or go < begin, "the first are due before anybody is there to send them"
        publish = order | {"do": "publish", "go": go, "hurry": work.kill > 0}
        started = [_start("ours", publish, env) for _ in range(work.publishers)]
        if work.kill:
            _until(lambda: platform.stats()["count"] > work.count * work.kill)
            started[0].kill()
            started[0].communicate()
            started = [_start("ours", publish, env)]
        told = [json.loads(_finish(process)) for process in started]
        return _done(platform, go, memory=max(t["rss_mb"] for t in told))


def other(platform: Stub, candidate: str, work: Work) -> Done:
    platform.reset()
    order = {"do": candidate, "name": "other", "count": work.count, "port": platform.port, "lanes": work.lanes}
    go = time.time()
    with _empty(work.database) as database:
        _finish(_start("others", order | {"database": database, "spread": work.spread}, {}))
    return _done(platform, go)


@contextmanager
def _empty(database: str) -> Iterator[str]:
    """On PostgreSQL's server, a database of its own for each run: what others left behind tells the planner of other work."""
    if not database.startswith("postgresql"):
        yield database
        return
    server, _, _ = database.rpartition("/")
    name = f"bench_{time.time_ns()}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield f"{server}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _city_hall(folder: Path) -> dict[str, str]:
    """The environment of one that is never closed: the bench runs at night, too."""
    write_content(folder / "content")
    schedules = write_schedules(folder / "schedules")
    return {
        "DXBOT_VAR_DIR": str(folder / "var"),
        "DXBOT_CONTENT_DIR": str(folder / "content"),
        "DXBOT_SCHEDULES_DIR": str(schedules),
    }


def idle(future: int) -> float:
    """Seconds of processor time that our publisher takes in a minute in which nothing is due."""
    with tempfile.TemporaryDirectory() as folder:
        env = _city_hall(Path(folder))
        order: dict[str, Any] = {"name": "idle", "lanes": LANES, "port": 1, "trickle": 0, "containers": False}
        filling = {"do": "fill", "start": time.time() + 10**6, "spread": 0, "count": 1, "future": future}
        _finish(_start("ours", order | filling, env))
        told = json.loads(_finish(_start("ours", order | {"do": "idle", "seconds": 20}, env)))
        return float(told["cpu"] * 60 / 20)


def middle(what: str, pairs: list[tuple[float, float]]) -> Row:
    """The pair with the middle ratio."""
    mine, theirs = sorted(pairs, key=lambda pair: pair[0] / pair[1])[len(pairs) // 2]
    return what, mine, theirs, mine / theirs


def p99(late: list[float]) -> float:
    """In milliseconds."""
    return late[len(late) * 99 // 100] * 1000


def _start(module: str, order: dict[str, Any], env: dict[str, str]) -> subprocess.Popen[str]:
    command = [*_COMMAND, f"tests.bench.{module}", json.dumps(order)]
    return subprocess.Popen(command, env=os.environ | env, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _finish(process: subprocess.Popen[str]) -> str:
    out, _ = process.communicate()
    assert process.returncode == 0, process.args
    return out


def _until(true: Callable[[], bool]) -> None:
    while not true():
        time.sleep(0.01)


def _done(platform: Stub, go: float, memory: float = 0.0) -> Done:
    """Every candidate must have sent everything, and nothing twice."""
    stats = platform.stats()
    assert stats["count"] == stats["distinct"], "sent twice"
    took = stats["last"] - stats["first"]
    return Done(rate=stats["count"] / took, seconds=stats["last"] - go, late=stats["late"], memory=memory)
