"""What a part of this process fails at: logged and told once, not swallowed, and the part comes again with its next wake-up."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import transaction

from bot import trouble
from bot.errors import BotError
from bot.language import say
from bot.services.records import audit
from bot.services.records.context import Context
from bot.store.models import AuditEntry

FAILS, WORKS = "part_fails", "part_works"
_AGAIN = timedelta(hours=1)  # what another process, or this one before its restart, told so long ago is told once more
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Fault:
    """`about` is what it is told under: the part, or what the whole machine lacks."""

    about: str
    problem: str
    told: bool = False


class Faults:
    """For one process, from any of its threads."""

    def __init__(self, ctx: Context) -> None:
        self._ctx, self._lock = ctx, threading.RLock()
        self._standing: dict[str, _Fault] = {}  # by part
        self._is_due = trouble.EveryMinute()

    def do(self, part: str, work: Callable[[], object]) -> None:
        """`part` is its name for people; `work` returns False where it had nothing to try. Raises nothing."""
        try:
            tried = work() is not False
        except Exception as e:
            with self._lock:
                self._failed(part, e)
        else:
            if tried and part in self._standing:
                with self._lock:
                    self._worked(part)

    def _failed(self, part: str, error: Exception) -> None:
        known = error if isinstance(error, BotError) else trouble.of(error)
        self._log(part, error, known)
        fault = _fault(part, error, known)
        before = self._standing.get(part)
        if before is None or before.problem != fault.problem:
            before = fault
        self._standing[part] = before if before.told else replace(before, told=self._tell(FAILS, before))

    def _log(self, part: str, error: Exception, known: BotError | None) -> None:
        if isinstance(known, trouble.MachineTrouble):
            log.warning("%s failed", part, exc_info=error)  # which the log's filter makes one sentence of
        elif self._is_due(f"{part} {known.message if known else type(error).__name__}"):
            log.error("%s failed: %s", part, known.message if known else "", exc_info=None if known else error)

    def _worked(self, part: str) -> None:
        """What could not be told while it lasted (the database was away) is told now."""
        fault = self._standing.get(part)
        if fault is None or not (fault.told or self._tell(FAILS, fault)):
            return
        del self._standing[part]
        if all(other.about != fault.about for other in self._standing.values()):
            self._tell(WORKS, replace(fault, problem=""))

    def _tell(self, verb: str, fault: _Fault) -> bool:
        """Was it written, now or by somebody else?"""
        try:
            with transaction.atomic():
                if not self._is_said(verb, fault):
                    audit.record(self._ctx.clock.now(), audit.SYSTEM, verb, fault.about, detail=fault.problem)
        except Exception as e:  # with no database there is nothing to write in: it waits
            log.warning("a fault waits to be told", exc_info=e)
            return False
        return True

    def _is_said(self, verb: str, fault: _Fault) -> bool:
        last = AuditEntry.objects.filter(object=fault.about).order_by("-id").first()
        if last is None or last.verb != verb:
            return last is None and verb == WORKS
        return last.detail == fault.problem and last.at > self._ctx.clock.now() - _AGAIN


def _fault(part: str, error: Exception, known: BotError | None) -> _Fault:
    if isinstance(known, trouble.MachineTrouble):
        return _Fault(
            f"machine:{known.message}", say("{summary}。{next_step}", summary=known.summary, next_step=known.next_step)
        )
    if known is not None:
        told = say("{part}：{summary}。{next_step}", part=part, summary=known.summary, next_step=known.next_step)
        return _Fault(f"part:{part}", told)
    # Its own words may hold a key or a text.
    told = say("{part}が、想定外の誤り（{name}）で進みません。記録で原因を調べてください", part=part, name=type(error).__name__)
    return _Fault(f"part:{part}", told)
