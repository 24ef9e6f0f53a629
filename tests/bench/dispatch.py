"""Deliveries a second: ours beside APScheduler's job store, a bare tweepy loop, and Procrastinate with a job for each."""

from __future__ import annotations

import tempfile

from tests.bench.engine import LANES, Row, Work, middle, other, ours
from tests.bench.stub import Stub

COUNT = 10_000  # the same for every candidate
FEWER = 128  # accounts: neither we nor Procrastinate should owe the ratio to their number alone


def rows(platform: Stub, url: str) -> list[Row]:
    embedded = [(_rate(platform, COUNT), _job_store(platform), _loop(platform)) for _ in range(3)]
    several = [(*(_rate(platform, COUNT, url, publishers=n) for n in (1, 2, 4)), _jobs(platform, url)) for _ in range(3)]
    narrow = [(_rate(platform, COUNT, url, lanes=FEWER), _jobs(platform, url, lanes=FEWER)) for _ in range(3)]
    return [
        middle("SQLite ÷ APScheduler のジョブストア（件/秒）", [(a, b) for a, b, _ in embedded]),
        middle("SQLite ÷ tweepy だけの繰り返し（件/秒）", [(a, c) for a, _, c in embedded]),
        middle(f"PostgreSQL ÷ Procrastinate に1件ずつ（{COUNT:,}件、件/秒）", [(a, d) for a, _, _, d in several]),
        middle(f"同、{FEWER}の口座（件/秒）", narrow),
        middle("PostgreSQL 2プロセス ÷ 1プロセス（件/秒）", [(b, a) for a, b, _, _ in several]),
        middle("PostgreSQL 4プロセス ÷ 1プロセス（件/秒）", [(c, a) for a, _, c, _ in several]),
    ]


def _rate(platform: Stub, count: int, url: str = "", publishers: int = 1, lanes: int = LANES) -> float:
    return ours(platform, Work(count=count, database=url, publishers=publishers, lanes=lanes)).rate


def _jobs(platform: Stub, url: str, lanes: int = LANES) -> float:
    return other(platform, "procrastinate_jobs", Work(count=COUNT, database=url, lanes=lanes)).rate


def _job_store(platform: Stub) -> float:
    with tempfile.TemporaryDirectory() as folder:
        return other(platform, "job_store", Work(count=COUNT, database=f"sqlite:///{folder}/jobs.db")).rate


def _loop(platform: Stub) -> float:
    return other(platform, "tweepy_loop", Work(count=COUNT)).rate
