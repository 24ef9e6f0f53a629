"""The alternatives: the same POST, carried by other means."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from threading import Semaphore
from typing import Any

from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.schedulers.background import BackgroundScheduler

from tests.bench.stub import post


def _until_all_ran(scheduler: BackgroundScheduler, count: int) -> None:
    """To ask for the jobs that are left would read all of them again and again."""
    ran = Semaphore(0)
    scheduler.add_listener(lambda event: ran.release(), EVENT_JOB_EXECUTED)
    scheduler.resume()
    for _ in range(count):
        ran.acquire()
    scheduler.shutdown()


def job_store(order: dict[str, Any]) -> None:
    """An APScheduler date job for each delivery, in a job store on a SQLite file or PostgreSQL."""
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore

    scheduler = BackgroundScheduler(jobstores={"default": SQLAlchemyJobStore(url=order["database"])}, timezone=UTC)
    scheduler.start(paused=True)
    now = datetime.now(UTC)
    for n in range(order["count"]):
        key = f"{order['name']}-{n}"
        scheduler.add_job(post, "date", run_date=now, args=[order["port"], key], id=key, misfire_grace_time=None)
    _until_all_ran(scheduler, order["count"])


def date_jobs(order: dict[str, Any]) -> None:
    """APScheduler's own date jobs in memory, spread over time: the measure of lateness."""
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.start(paused=True)
    start = datetime.now(UTC) + timedelta(seconds=2)
    for n in range(order["count"]):
        moment = start + timedelta(seconds=order["spread"] * n / order["count"])
        key = f"{order['name']}-{n}@{moment.timestamp()}"
        scheduler.add_job(post, "date", run_date=moment, args=[order["port"], key], misfire_grace_time=None)
    _until_all_ran(scheduler, order["count"])


def tweepy_loop(order: dict[str, Any]) -> None:
    """One tweepy client, one connection, one request after the other: the ceiling of one connection."""
    import tweepy

    class ToStub(tweepy.Client):  # type: ignore[misc]  # tweepy has no types
        def request(self, method: str, route: str, params: Any = None, json: Any = None, user_auth: bool = False) -> Any:
            handler = tweepy.OAuth1UserHandler(
                self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret
            )
            host = f"http://127.0.0.1:{order['port']}"
            return self.session.request(method, host + route, params=params, json=json, auth=handler.apply_auth())

    client = ToStub(None, "k" * 25, "s" * 50, "t" * 50, "u" * 45)
    for n in range(order["count"]):
        client.create_tweet(text=f"{order['name']}-{n}")


def procrastinate_jobs(order: dict[str, Any]) -> None:
    """A Procrastinate job for each delivery, due at a time and locked to its account, taken by one worker."""
    import asyncio

    import procrastinate

    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=order["database"]))

    @app.task(name="post", queue="bench")
    def send(key: str) -> None:
        post(order["port"], key)

    async def run() -> None:
        async with app.open_async():
            if not await app.check_connection_async():
                await app.schema_manager.apply_schema_async()
            now = datetime.now(UTC)
            for n in range(order["count"]):
                deferrer = send.configure(schedule_at=now, lock=f"account-{n % order['lanes']}")
                await deferrer.defer_async(key=f"{order['name']}-{n}")
            await app.connector.execute_query_async("ANALYZE")  # as in a database that has been in use
            await app.run_worker_async(queues=["bench"], concurrency=10, wait=False, install_signal_handlers=False)

    asyncio.run(run())


if __name__ == "__main__":
    command = json.loads(sys.argv[1])
    {f.__name__: f for f in (job_store, date_jobs, tweepy_loop, procrastinate_jobs)}[command["do"]](command)
