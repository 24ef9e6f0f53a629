"""Several publishers on one PostgreSQL: Procrastinate carries a token that says no more than "look".

Order, leases and exactly-once are in our own table. A token that is lost, doubled or late does no harm: it claims nothing that
another has not left, and every publisher looks by itself each second and at the next due time.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import connection, transaction

log = logging.getLogger(__name__)
_TASK = "pump"
_RESTART = 5.0  # seconds to wait when the database was gone
_FAREWELL = 15.0  # seconds; a worker that hangs on a dead database is left behind


def wake() -> None:
    """Tell the publishers, once the caller's transaction is done, that there is something to look at."""
    if connection.vendor == "postgresql":
        from procrastinate.exceptions import AlreadyEnqueued

        try:
            with transaction.atomic():
                _app().configure_task(_TASK, queue=_TASK, queueing_lock=_TASK).defer()
        except AlreadyEnqueued:
            pass  # one who looks later sees this too


def worker(look: Callable[[], None], name: str) -> Worker | None:
    """What answers the tokens in this process; None where the database is SQLite and there is only one publisher."""
    return Worker(look, name) if connection.vendor == "postgresql" else None


class Worker:
    """A Procrastinate worker in a thread of its own. It calls `look` for each token."""

    def __init__(self, look: Callable[[], None], name: str) -> None:
        self._look, self._name = look, name
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self._begun = threading.Event()

    def start(self) -> None:
        self._thread.start()
        self._begun.wait()

    def stop(self) -> None:
        """Take no more tokens; the one at hand is finished. Harmless where it was never started."""
        if not self._thread.is_alive():
            return
        self._loop.call_soon_threadsafe(self._told.set)
        self._thread.join(_FAREWELL)

    def _run(self) -> None:
        asyncio.run(self._begin())

    async def _begin(self) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        self._begun.set()
        while not self._told.is_set():
            try:
                await self._work()
            except Exception:
                log.warning("the worker lost the database", exc_info=True)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._told.wait(), _RESTART)

    async def _work(self) -> None:
        app = _app().with_connector(_app().connector.get_worker_connector())
        async with app.open_async():  # not to be cancelled half way: the pool's own tasks would stay
            working = asyncio.create_task(
                app.run_worker_async(
                    queues=[_TASK],
                    name=self._name,
                    install_signal_handlers=False,
                    delete_jobs="always",
                    additional_context={"look": self._look},
                )
            )
            told = asyncio.create_task(self._told.wait())
            await asyncio.wait({working, told}, return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working


def _app() -> Any:
    """Procrastinate's own app for Django, with our one task. Only there when the database is PostgreSQL."""
    from procrastinate.contrib.django import app

    if _TASK not in app.tasks:
        app.task(name=_TASK, queue=_TASK, pass_context=True)(_pump)
    return app


def _pump(context: Any) -> None:
    context.additional_context["look"]()
