"""A sync that is killed at its n-th step, for each number on standard input; answers `killed` or `done`.

A step is what changes something outside the process: a file written, renamed, removed; a statement that changes the database; a
git command that fetches or remembers.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connection, connections  # noqa: E402

from bot.clock import ManualClock  # noqa: E402
from bot.registry import load  # noqa: E402
from bot.services.handing_in.sync import sync  # noqa: E402
from bot.services.records.context import context  # noqa: E402
from tests.office import TUESDAY  # noqa: E402

_CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate")
_GIT = ("fetch", "update-ref")


class Killer:
    def __init__(self, step: int) -> None:
        self._left = step

    def step(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        remembers = event == "subprocess.Popen" and any(word in _GIT for word in arguments[1])
        if event in _CHANGES or writes or remembers:
            self.step()

    def executed(self, execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        if not sql.lstrip().upper().startswith("SELECT"):
            self.step()
        return execute(sql, *more)


def main() -> None:
    ctx = context(load(os.environ), ManualClock(TUESDAY))
    for line in sys.stdin:
        connections.close_all()
        child = os.fork()
        if child == 0:
            killer = Killer(int(line))
            sys.addaudithook(killer.heard)
            with connection.execute_wrapper(killer.executed):
                sync(ctx)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else f"done {os.waitstatus_to_exitcode(status)}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
