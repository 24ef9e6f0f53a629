"""An installation of its own, with real processes that lack what the system gives: descriptors, memory, room, a reader."""

from __future__ import annotations

import os
import shlex
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import psycopg

from bot.config import ROOT
from bot.sandbox.credentials import environment
from tests.office import write_schedules
from tests.sandbox_client import SandboxClient

LONGEST = 240.0  # seconds; a busy machine has few to spare


def until(what: Callable[[], object], seconds: float = LONGEST) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)


class Town:
    """`folder` holds content, rules and logs; the state may lie elsewhere."""

    def __init__(self, folder: Path, base_url: str, var: Path | None = None, postgresql: str = "") -> None:
        self.folder, self.var, self.postgresql = folder, var or folder / "var", postgresql
        self.sandbox = SandboxClient(base_url)
        self.sandbox.reset()
        write_schedules(folder / "schedules")
        (folder / "content").mkdir(exist_ok=True)
        ours = ("DXBOT_", "DJANGO_SETTINGS_MODULE", "DATABASE_URL")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(ours)} | environment(base_url)
        self.env |= {"DXBOT_CONTENT_DIR": str(folder / "content"), "DXBOT_VAR_DIR": str(self.var)}
        self.env |= {"DXBOT_SCHEDULES_DIR": str(folder / "schedules"), "COLUMNS": "200"}
        if postgresql:
            self.env["DATABASE_URL"] = postgresql
        self.running: list[subprocess.Popen[bytes]] = []

    def plan(self, count: int) -> None:
        self.migrate()
        command = [sys.executable, "-m", "tests.chaos.planner", str(self.folder), self.sandbox.base_url, str(count)]
        done = subprocess.run(command, env=self.env, cwd=ROOT, capture_output=True, check=False, timeout=300)
        assert done.returncode == 0, done.stderr.decode()
        self.env["DXBOT_SCHEDULES_DIR"] = str(self.folder / "schedules")

    def migrate(self) -> None:
        """Nothing but this command changes a database; see ADR 28."""
        done = self.run("admin", "migrate")
        assert done.returncode == 0, done.stderr

    def run(self, *arguments: str, limit: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command("bot", arguments, limit),
            env=self.env | env,
            cwd=ROOT,
            capture_output=True,
            check=False,
            timeout=LONGEST,
            encoding="utf-8",
        )

    def run_changed(self, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """dxbot in a process in which `code` has run before."""
        last = f"import sys\nsys.argv = ['dxbot', *{arguments!r}]\nfrom bot.cli.main import main\nmain()\n"
        command = [sys.executable, "-W", "ignore", "-c", code + last]
        return subprocess.run(
            command, env=self.env, cwd=ROOT, capture_output=True, check=False, timeout=LONGEST, encoding="utf-8"
        )

    def start(
        self, *arguments: str, limit: str = "", stdout: IO[Any] | int = subprocess.DEVNULL, **env: str
    ) -> subprocess.Popen[bytes]:
        """A process that stays, with short time-outs and looks. Its standard error goes to the file `log`."""
        with self.log.open("ab") as log:
            command = self._command("tests.chaos.publisher", arguments, limit)
            process = subprocess.Popen(command, env=self.env | env, cwd=ROOT, stdout=stdout, stderr=log)
        self.running.append(process)
        return process

    def end(self) -> None:
        for process in self.running:
            process.kill()
            process.wait()

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    @property
    def said(self) -> str:
        """What it said of itself: not the log's lines of what happened to posts."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "".join(line for line in text.splitlines(keepends=True) if '"delivery": ' not in line)

    def rows(self, sql: str) -> list[Any]:
        """From the database, beside whoever writes in it."""
        if self.postgresql:
            with psycopg.connect(self.postgresql) as server:
                return server.execute(sql).fetchall()
        with closing(sqlite3.connect(f"file:{self.var / 'dxbot.sqlite3'}?mode=ro", uri=True, timeout=30)) as database:
            return database.execute(sql).fetchall()

    def states(self) -> Counter[str]:
        return Counter(row[0] for row in self.rows("SELECT state FROM store_delivery"))

    def all_out(self) -> bool:
        return set(self.states()) == {"published"}

    def __repr__(self) -> str:
        """What a test that failed shows of it."""
        rows = self.rows("SELECT id, channel, state, problem, run_at, attempts FROM store_delivery WHERE state <> 'published'")
        return "\n".join(["", *map(str, rows[:8]), *self.said.splitlines()[-30:]])

    def require_once_each(self, undecided: int = 0) -> None:
        """What citizens see is what was planned, each once. What a person must decide on may be there or not."""
        seen = Counter((post["channel"], post["text"][:5]) for post in self.sandbox.posts())
        assert seen == dict.fromkeys(seen, 1)
        assert 0 <= len(seen) - self.states()["published"] <= undecided

    def told(self) -> list[str]:
        """The details of the faults that the office has been told of."""
        return [row[0] for row in self.rows("SELECT detail FROM store_auditentry WHERE verb = 'part_fails'")]

    def _command(self, module: str, arguments: tuple[str, ...], limit: str) -> list[str]:
        python = shlex.join([sys.executable, "-W", "ignore", "-m", module, *arguments])
        return ["sh", "-c", f"{limit and f'ulimit {limit} && '}exec {python}"]
