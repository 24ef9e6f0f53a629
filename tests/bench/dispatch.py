"""Deliveries a second: our engine and its alternatives send the same POST to the same stub, each as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bot.config import ROOT
from tests import postgres
from tests.bench import stub
from tests.office import write_content

COUNT, LANES = 2000, 128


def _run(module: str, order: dict[str, Any], env: dict[str, str]) -> str:
    command = [sys.executable, "-W", "ignore", "-m", f"tests.bench.{module}", json.dumps(order)]
    return subprocess.run(command, env=os.environ | env, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def _rate(platform: stub.Stub) -> float:
    stats = platform.stats()
    assert stats["count"] == stats["distinct"]
    return float(stats["count"] / stats["seconds"])


def ours(platform: stub.Stub, database: str = "", publishers: int = 1) -> float:
    """The real engine and store; `publishers` processes on one database ("" = SQLite)."""
    with tempfile.TemporaryDirectory() as folder:
        write_content(Path(folder) / "content")
        env = {"DXBOT_VAR_DIR": f"{folder}/var", "DXBOT_CONTENT_DIR": f"{folder}/content"}
        env |= {"DATABASE_URL": database} if database else {}
        name = f"n{time.time_ns()}"
        filling = {"do": "fill", "name": name, "start": time.time(), "spread": 0, "count": COUNT, "lanes": LANES, "future": 0}
        _run("ours", filling, env)
        platform.reset()
        go = time.time() + 5
        command = [sys.executable, "-W", "ignore", "-m", "tests.bench.ours"]
        order = json.dumps({"do": "publish", "name": name, "port": platform.port, "go": go})
        started = [subprocess.Popen([*command, order], env=os.environ | env, cwd=ROOT) for _ in range(publishers)]
        assert all(process.wait() == 0 for process in started)
        return _rate(platform)


def other(platform: stub.Stub, candidate: str, count: int, database: str = "") -> float:
    platform.reset()
    order = {"do": candidate, "name": "other", "count": count, "port": platform.port, "database": database, "lanes": LANES}
    _run("others", order, {})
    return _rate(platform)


def job_store(platform: stub.Stub) -> float:
    with tempfile.TemporaryDirectory() as folder:
        return other(platform, "job_store", 800, f"sqlite:///{folder}/jobs.db")


def table() -> list[tuple[str, float, float, float]]:
    """Rows of what, ours, other, ratio; measured in turn."""
    url = postgres.start()
    with stub.running() as platform:
        embedded = [(ours(platform), job_store(platform), other(platform, "tweepy_loop", 800)) for _ in range(3)]
        fleet = [(ours(platform, url), other(platform, "procrastinate_jobs", 300, url)) for _ in range(2)]
        two = ours(platform, url, publishers=2)
    return [
        _row("SQLite ÷ APScheduler のジョブストア（件/秒）", [(a, b) for a, b, _ in embedded]),
        _row("SQLite ÷ tweepy だけの繰り返し（件/秒）", [(a, c) for a, _, c in embedded]),
        _row("PostgreSQL ÷ Procrastinate に1件ずつ（件/秒）", fleet),
        _row("PostgreSQL 2プロセス ÷ 1プロセス（件/秒）", [(two, fleet[-1][0])]),
    ]


def _row(what: str, pairs: list[tuple[float, float]]) -> tuple[str, float, float, float]:
    """The pair with the middle ratio."""
    mine, theirs = sorted(pairs, key=lambda pair: pair[0] / pair[1])[len(pairs) // 2]
    return what, mine, theirs, mine / theirs
