"""Wakes the sending of notices in the publisher's process, on a thread of its own: a slow mail server delays no post."""

from __future__ import annotations

from datetime import UTC

from django.db import connections

from bot.language import say
from bot.services.records.context import Context
from bot.services.records.waker import Every, Waker
from bot.services.telling import messages
from bot.services.telling.faults import Faults
from bot.store import session


class Notifier:
    """`start`, then `stop`. Several may run on one database: a message is claimed before it is sent."""

    def __init__(self, ctx: Context) -> None:
        if ctx.config.smtp_server:
            _ = ctx.config.smtp_address  # a wrong one shows at the start
        self.ctx, self._faults = ctx, Faults(ctx)
        self._scheduler = Waker(timezone=UTC)

    def start(self) -> None:
        self._scheduler.add_job(self._work, Every(10), misfire_grace_time=None, coalesce=True, max_instances=1)
        self._scheduler.start()

    def stop(self) -> None:
        """Finish what is being sent, then end."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def _work(self) -> None:
        try:
            self._faults.do(say("知らせの送信"), self._send)
        finally:
            connections.close_all()

    def _send(self) -> None:
        session.begin()
        messages.work(self.ctx)
