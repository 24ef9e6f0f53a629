"""What must not grow: lateness, the price of what is planned for years to come, memory, the cost of waiting, of a crash, and of
a slow platform."""

from __future__ import annotations

from tests.bench.engine import Row, Work, idle, middle, other, ours, p99
from tests.bench.stub import Stub

SPREAD = Work(count=1000, spread=20.0)
FUTURE = 1_000_000
WAITING = 10_000
SLOW = 200  # milliseconds
TRICKLE = 170.0  # seconds


def rows(platform: Stub, url: str) -> list[Row]:
    return [
        *lateness(platform, url),
        *future(platform, url),
        memory(platform),
        crash(platform),
        slow(platform),
        *others(platform),
        waiting(),
    ]


def lateness(platform: Stub, url: str) -> list[Row]:
    several = Work(count=SPREAD.count, spread=SPREAD.spread, database=url, publishers=2)
    found = [
        (p99(ours(platform, SPREAD).late), p99(ours(platform, several).late), p99(other(platform, "date_jobs", SPREAD).late))
        for _ in range(3)
    ]
    return [
        middle("遅れの99%点：SQLite ÷ APScheduler の date ジョブ（ミリ秒）", [(a, c) for a, _, c in found]),
        middle("遅れの99%点：PostgreSQL 2プロセス ÷ 同（ミリ秒）", [(b, c) for _, b, c in found]),
    ]


def future(platform: Stub, url: str) -> list[Row]:
    """A thousand due, with and without a million planned for years to come. Five pairs: the disk may still be busy with the
    million that was written just before."""
    return [
        middle(
            f"{name}：先の予定{FUTURE:,}件あり ÷ なし（1,000件の秒）",
            [
                (
                    _seconds(platform, Work(count=1000, database=database, future=FUTURE)),
                    _seconds(platform, Work(count=1000, database=database)),
                )
                for _ in range(5)
            ],
        )
        for name, database in (("SQLite", ""), ("PostgreSQL", url))
    ]


def _seconds(platform: Stub, work: Work) -> float:
    return ours(platform, work).seconds


def memory(platform: Stub) -> Row:
    few, many = (ours(platform, Work(count=count)).memory for count in (1_000, 100_000))
    return middle("発信プロセスのメモリ：100,000件 ÷ 1,000件（MB）", [(many, few)])


def crash(platform: Stub) -> Row:
    """Killed at 40 %, begun again: nothing is sent twice and nothing is left; what was in flight waits for its lease."""
    whole, killed = (ours(platform, Work(count=2000, kill=kill)).seconds for kill in (0.0, 0.4))
    return middle("途中で kill -9 して再開 ÷ 止めない（2,000件の秒）", [(killed, whole)])


def slow(platform: Stub) -> Row:
    platform.delay(SLOW)
    mine, theirs = ours(platform, Work(count=2000)).rate, other(platform, "tweepy_loop", Work(count=60)).rate
    platform.delay(0)
    return middle(f"応答に{SLOW}ミリ秒かかる相手：SQLite ÷ tweepy だけの繰り返し（件/秒）", [(mine, theirs)])


def others(platform: Stub) -> list[Row]:
    """A hundred posts while one more account's answer takes 170 seconds (a lease is ten longer), and a hundred whose containers
    take up to a minute, beside a hundred without either: 99 of them leave within a second of their time."""
    plain = p99(ours(platform, Work(count=100, spread=30.0, lanes=2)).late)
    trickling = p99(ours(platform, Work(count=100, spread=150.0, lanes=2, trickle=TRICKLE)).late)
    containers = p99(ours(platform, Work(count=100, spread=60.0, lanes=10, containers=True)).late)
    return [
        middle("遅れの99%点：ほかの一口座の答えに170秒かかる間の100件 ÷ かからない間（ミリ秒）", [(trickling, plain)]),
        middle("遅れの99%点：5～60秒のコンテナーの要る100件 ÷ 要らない100件（ミリ秒）", [(containers, plain)]),
    ]


def waiting() -> Row:
    """Our publisher with much and with nothing planned for later."""
    much, nothing = idle(WAITING), idle(0)
    return middle(f"待つ費用：先の予定{WAITING:,}件あり ÷ なし（CPU 秒/分）", [(much, nothing)])
