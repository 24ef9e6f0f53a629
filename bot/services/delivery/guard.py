"""Whether this process may send: what its mark says against what the database knows (ADR 25).

Asked at each turn of the pump. Before requests leave, the mark is moved to the entry of the log that tells of them.
"""

from __future__ import annotations

import logging
import time

from bot.services.delivery import rollback
from bot.services.delivery.rollback import Verdict
from bot.services.records import audit, mark
from bot.services.records.context import Context
from bot.services.records.mark import Mark, NotWritten

_EACH = 1.0  # seconds between two looks at what others have written
_COMPANY = 10.0  # seconds in which others on the same database should have shown themselves
log = logging.getLogger(__name__)


class Lost(Exception):
    """The database is another one than a moment ago."""


class Guard:
    """`stands`: anything may be sent. To be used from one thread."""

    def __init__(self, ctx: Context) -> None:
        self._ctx, self.stands = ctx, False
        self._own: Mark | None = None  # in the log and in its places, as far as known
        self._unwritten: Mark | None = None
        self._kept_up = -_EACH
        self._alone_since: tuple[float, int] | None = None

    def look(self) -> None:
        """Outside of a transaction. Stops everything where the database lacks a mark."""
        if self._own is None or not mark.is_in_log(self._own):
            self._own = None
            self._prove()
        self.stands = self._own is not None and self._keep_up()

    def require(self) -> None:
        """Inside the transaction that writes intents. Raises Lost."""
        if self._own is None or not mark.is_in_log(self._own):
            raise Lost

    def leave(self, left: Mark) -> None:
        """The intents of this entry are committed; their requests leave when this returns. Raises NotWritten."""
        try:
            self._write(left)
        except NotWritten as e:
            self._tell(left, e)
            raise

    def _prove(self) -> None:
        kept = mark.read(self._ctx)
        lacking = [each for each in kept.marks if not mark.is_in_log(each)]
        if lacking:
            last = max(lacking, key=lambda each: each.at)
            self._judge(rollback.of_mark(last), last, "")
        elif not kept.problem or not rollback.has_sent():
            self._adopt()
        else:
            self._judge(rollback.of_no_mark(), None, kept.problem)

    def _judge(self, verdict: Verdict, lacking: Mark | None, problem: str) -> None:
        if verdict is Verdict.OVER or (lacking is None and self._is_in_company()):
            self._adopt()
        elif verdict is Verdict.NEW and self._alone_since is None:
            rollback.stop(self._ctx, lacking, problem)

    def _is_in_company(self) -> bool:
        """A machine that is new beside others on one PostgreSQL has no mark, but they have theirs: if one of them goes on
        proving it, this database is not behind."""
        proofs, now = rollback.proofs(), time.monotonic()
        if proofs is None:
            return False
        if self._alone_since is None:
            self._alone_since = (now, proofs)
        begun, seen = self._alone_since
        if proofs != seen:
            return True
        if now - begun > _COMPANY:
            self._alone_since = None
        return False

    def _adopt(self) -> None:
        """Begin anew from this log. A mark of a log that is gone has been seen to."""
        newest = mark.newest(self._ctx.clock.now())
        try:
            mark.write(self._ctx.config, newest, over=True)
        except NotWritten as e:
            self._tell(newest, e)
        else:
            self._own, self._unwritten, self._kept_up = newest, None, time.monotonic()

    def _keep_up(self) -> bool:
        """Once a second the mark follows the log, whoever wrote to it: what this machine knows of the others' posts, it knows
        after their end, too. False while no mark can be written."""
        now = time.monotonic()
        if now - self._kept_up >= _EACH:
            self._kept_up = now
            newest = mark.newest(self._ctx.clock.now())
            if self._unwritten or self._own is None or newest.entry != self._own.entry:
                try:
                    self._write(newest)
                except NotWritten as e:
                    self._tell(newest, e)
            if self._unwritten is None:
                rollback.prove()
        return self._unwritten is None

    def _write(self, newest: Mark) -> None:
        mark.write(self._ctx.config, newest)
        self._own, self._unwritten = newest, None

    def _tell(self, unwritten: Mark, error: NotWritten) -> None:
        """Once for each time that it begins."""
        if self._unwritten is None:
            log.error("%s", error.message)
            audit.note(self._ctx, audit.SYSTEM, rollback.UNWRITTEN, "mark:", f"{error.summary}。{error.next_step}")
        self._unwritten = unwritten
