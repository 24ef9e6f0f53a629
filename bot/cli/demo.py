"""dxbot demo: the whole road on the sandbox, by the same services, engine and client libraries as in earnest.

Only two things are special: the accounts are the sandbox's, and the clock is moved forward from slot to slot, so that nobody
has to wait. State and posts stay in the state directory, so a second run finds everything published already.
"""

from __future__ import annotations

import os
import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli import samples
from bot.cli.console import Exit, explain, tell
from bot.clock import ManualClock, SystemClock
from bot.errors import BotError, ConfigError
from bot.language import say
from bot.registry import load

if TYPE_CHECKING:
    from rich.console import Console

    from bot.sandbox.server import Sandbox
    from bot.services.records.context import Context
    from bot.store.models import Delivery

SANDBOX_PORT, WEB_PORT = 8001, 8000
OFFICER = "kouhou-demo"
_MOST_WAKES = 500


@click.command("demo", epilog="例: dxbot demo")
@click.option("--serve", is_flag=True, help="終わったあと、画面と練習用の掲示を開いたままにする")
@click.option("-o", "directory", type=click.Path(path_type=Path), default=Path("out"), show_default=True)
def demo_command(serve: bool, directory: Path) -> None:
    """原稿の点検・申請・承認・配信・コラム作りまでを、このパソコンの中だけで行います。"""
    with _sandbox() as sandbox:
        _point_at(sandbox)
        with _web(WEB_PORT if serve else 0) as web:
            os.environ["DXBOT_MEDIA_BASE_URL"] = web
            if serve:
                _practise_with_a_repository()
            road = _Road(sandbox.base_url)
            whole = road.run(directory)
            if serve:
                road.stay(web, sandbox.base_url)
    sys.exit(Exit.FINE if whole else Exit.REFUSED)


def _practise_with_a_repository() -> None:
    """So that a post can be written in the browser and handed in."""
    from bot.cli import practice
    from bot.services.records.context import context

    os.environ.update(practice.repository(context(load()), _var()))


@contextmanager
def _sandbox() -> Iterator[Sandbox]:
    from bot.sandbox import server

    directory = _var() / "sandbox"
    try:
        sandbox = server.create(directory, SANDBOX_PORT)
    except ConfigError:
        sandbox = server.create(directory)
    with sandbox:
        yield sandbox


def _var() -> Path:
    """The demo's own state, apart from any real one."""
    return load().var_dir / "demo"


def _point_at(sandbox: Sandbox) -> None:
    """From here on, whatever was configured, this process knows the sandbox only."""
    from bot.sandbox.credentials import environment, feed

    var = _var()
    for name in ("DATABASE_URL", "DATABASE_URL_FILE", "DXBOT_ALLOWED_HOSTS", "DXBOT_TRUSTED_PROXY", "DXBOT_SITE_URL"):
        os.environ.pop(name, None)
    os.environ.update(environment(sandbox.base_url) | feed(sandbox.base_url), DXBOT_VAR_DIR=str(var))
    samples.bring(load(), var / "samples")


@contextmanager
def _web(port: int) -> Iterator[str]:
    """The web site in a thread: Instagram's API fetches the approved pictures from it."""
    from bot.cli.database import migrate
    from bot.cli.office import set_up

    set_up(database=migrate)  # what is tried here is nobody's record: an older demo's goes on by itself
    from bot.cli.listening import listen

    door = listen(load(), "127.0.0.1", port)
    door.open(lambda: None)
    yield f"http://127.0.0.1:{door.port}"
    door.close()


@dataclass
class _Row:
    """A line of the closing table."""

    title: str
    channel: str
    state: str
    where: str
    good: bool


class _Road:
    """Every step, in order."""

    def __init__(self, sandbox: str) -> None:
        from bot.services.delivery.scheduling import deliveries
        from bot.services.records.context import context

        self._sandbox = sandbox
        self.clock = ManualClock(max([SystemClock().now(), *(d.published_at for d in deliveries() if d.published_at)]))
        self.ctx: Context = context(load(), self.clock)
        self.refused: list[_Row] = []

    def run(self, directory: Path) -> bool:
        """True if everything is out where it should be."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        from bot.services.people import requests

        requests.accept_all(self.ctx)  # as an operator does, so that the writers are known
        console = Console()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=console, transient=not console.is_terminal) as progress:
            paths = self.ctx.library.paths()
            task = progress.add_task(say("点検と申請"), total=len(paths))
            for path in paths:
                self._submit(path)
                progress.advance(task)
            count = self._approve()
            progress.add_task(say("確認と承認"), total=count, completed=count)
            task = progress.add_task(say("配信（時計を配信枠まで進めます）"), total=self._planned())
            for _ in self._publish():
                progress.advance(task)
        files = self._newsletter(directory)
        rows = [*self.refused, *self._rows(), *self._column_rows(files)]
        _show(console, rows)
        return all(row.good for row in rows)

    def _submit(self, path: Path) -> None:
        """As its author. A post that cannot be handed in is reported, and the others go on."""
        from bot.services.approval.submit import submit
        from bot.workflow.actors import Actor, Role

        try:
            author = self.ctx.library.read(path).author
            submit(self.ctx, Actor(person=author.key, role=Role(author.role)), path)
        except BotError as e:
            self.refused.append(_Row(path.name, "", say("申請できず"), explain(e), False))

    def _approve(self) -> int:
        """As the demo's PR officer; a trainee's post is confirmed by a leader first. How many were approved?"""
        from bot.services.approval import review
        from bot.workflow.actors import Actor, Role
        from bot.workflow.states import SubmissionState

        officer = Actor(person=OFFICER, role=Role.OFFICER)
        leaders = [a for a in self.ctx.library.people.values() if a.role == "leader"]
        waiting = review.waiting()
        for submission in waiting:
            if submission.needs_confirmation and submission.state == SubmissionState.SUBMITTED:
                leader = next(a.key for a in leaders if a.department == submission.department)
                review.confirm(self.ctx, Actor(person=leader, role=Role.LEADER), submission.id, submission.digest)
            review.approve(self.ctx, officer, submission.id, submission.digest)
        return len(waiting)

    def _planned(self) -> int:
        from bot.services.delivery.scheduling import deliveries
        from bot.workflow.states import PENDING

        return sum(d.state in PENDING for d in deliveries())

    def _publish(self) -> Iterator[Delivery]:
        """Move the clock to the next due time, let the publisher wake, until nothing is planned."""
        from bot.services.delivery.scheduling import deliveries
        from bot.services.runner import Runner
        from bot.workflow.states import DeliveryState

        runner = Runner(self.ctx)
        done: set[int] = set()
        for _ in range(_MOST_WAKES):
            due = min((d.run_at for d in deliveries(DeliveryState.SCHEDULED)), default=None)
            if due is None:
                break
            self._move_clock(due)
            runner.listen()
            runner.beat()
            for delivery in deliveries():
                if delivery.id not in done and delivery.state not in (DeliveryState.SCHEDULED, DeliveryState.WAITING):
                    done.add(delivery.id)
                    yield delivery
        runner.stop()

    def _move_clock(self, moment: datetime) -> None:
        self.clock.advance_to(moment)
        self._set_sandbox_clock(self.clock.now().isoformat())

    def _set_sandbox_clock(self, moment: str | None) -> None:
        """None: the system's time."""
        import requests

        requests.post(f"{self._sandbox}/_sandbox/clock", json={"now": moment}, timeout=5).raise_for_status()

    def _newsletter(self, directory: Path) -> list[Path]:
        """Every issue that has a post. The next one would be wrong: the clock may have passed the copy deadline of theirs."""
        from bot.services.paper import column, issues

        return [file for issue in column.issues_with_posts() for file in issues.export(self.ctx, issue, directory)]

    def _rows(self) -> Iterator[_Row]:
        from bot.services.delivery.scheduling import deliveries
        from bot.workflow.states import LABELS, DeliveryState

        for d in deliveries():
            label = self.ctx.spec(d.channel).label + (f"（{d.part + 1}）" if d.part else "")
            good = d.state == DeliveryState.PUBLISHED
            yield _Row(d.submission.title, label, LABELS[DeliveryState(d.state)], d.url or d.problem, good)

    def _column_rows(self, files: list[Path]) -> Iterator[_Row]:
        for path in files:
            yield _Row(say("コラム（全ての原稿）"), "新聞広報", say("作成済み（仮）"), str(path), path.is_file())

    def stay(self, web: str, timelines: str) -> None:
        """Keep the pages open, and a publisher on the real clock, until Ctrl+C."""
        from bot.services.records.context import context
        from bot.services.runner import Runner

        logins = self._logins()
        self._set_sandbox_clock(None)  # a publisher whose clock is not its platforms' sends nothing
        runner = Runner(context(load()))
        runner.start()
        tell("\n画面       {web}/\n練習用の掲示 {timelines}/\n", web=web, timelines=timelines)
        for person, password in logins:
            tell("利用者名 {person}　パスワード {password}", person=person, password=password)
        tell("\n終わるには Ctrl+C を押してください。")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            runner.stop()

    def _logins(self) -> list[tuple[str, str]]:
        """People to try the pages with; their password is made anew at each start."""
        from bot.cli import practice
        from bot.services.people.accounts import set_up_user
        from bot.workflow.actors import Role

        password = secrets.token_urlsafe(12)
        people = [(OFFICER, Role.OFFICER), (practice.OPERATOR, Role.OPERATOR)]
        people += [(author.key, Role(author.role)) for author in self.ctx.library.people.values()]
        for person, role in people:
            set_up_user(self.ctx, person, role, password)
        return [(person, password) for person, _ in people]


def _show(console: Console, rows: list[_Row]) -> None:
    from rich.table import Table

    table = Table(title=say("何がどこに出たか"), show_lines=False)
    for heading in (say("原稿"), say("配信先"), say("状態"), say("投稿・ファイル")):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(row.title, row.channel, row.state, row.where, style="" if row.good else "red")
    if not console.is_terminal:
        console.width = 160
    console.print(table)
