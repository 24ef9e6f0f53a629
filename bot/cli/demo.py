"""dxbot demo: the whole road on the sandbox, by the same services, engine and client libraries as in earnest.

State and posts stay in the state directory, so a second run finds everything published already.
"""

from __future__ import annotations

import os
import secrets
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli import samples
from bot.cli.console import Exit, explain, tell
from bot.cli.road import OFFICER, Road, hear, point_at, web
from bot.errors import BotError, ConfigError
from bot.language import say
from bot.registry import load

if TYPE_CHECKING:
    from rich.console import Console

    from bot.sandbox.server import Sandbox
    from bot.services.records.context import Context
    from bot.store.models import Delivery

SANDBOX_PORT, WEB_PORT = 8001, 8000


@click.command("demo", epilog="例: dxbot demo")
@click.option("--serve", is_flag=True, help="終わったあと、画面と練習用の掲示を開いたままにする")
@click.option("-o", "directory", type=click.Path(path_type=Path), default=Path("out"), show_default=True)
def demo_command(serve: bool, directory: Path) -> None:
    """原稿の点検・申請・承認・配信・コラム作りまでを、このパソコンの中だけで行います。"""
    with _sandbox() as sandbox:
        var = _var()
        point_at(sandbox, var)
        samples.bring(load(), var / "samples")
        hear(sandbox)
        with web(WEB_PORT if serve else 0) as site:
            os.environ["DXBOT_MEDIA_BASE_URL"] = site
            if serve:
                _practise_with_a_repository()
            demo = _Demo(sandbox.base_url)
            whole = demo.run(directory)
            if serve:
                demo.stay(site, sandbox.base_url)
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


@dataclass
class _Row:
    """A line of the closing table."""

    title: str
    channel: str
    state: str
    where: str
    good: bool


class _Demo:
    """Every step, in order."""

    def __init__(self, sandbox: str) -> None:
        self.road = Road(sandbox)
        self.ctx: Context = self.road.ctx
        self.refused: list[_Row] = []

    def run(self, directory: Path) -> bool:
        """True if everything is out where it should be."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        console = Console()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=console, transient=not console.is_terminal) as progress:
            paths = self.ctx.library.paths()
            task = progress.add_task(say("点検と申請"), total=len(paths))
            for path in paths:
                self._submit(path)
                progress.advance(task)
            count = self.road.approve()
            progress.add_task(say("確認と承認"), total=count, completed=count)
            task = progress.add_task(say("配信（時計を配信枠まで進めます）"), total=self.road.planned())
            for _ in self._publish():
                progress.advance(task)
        files = self._newsletter(directory)
        rows = [*self.refused, *self._rows(), *self._column_rows(files)]
        _show(console, rows)
        return all(row.good for row in rows)

    def _submit(self, path: Path) -> None:
        """A post that cannot be handed in is reported, and the others go on."""
        try:
            self.road.submit(path)
        except BotError as e:
            self.refused.append(_Row(path.name, "", say("申請できず"), explain(e), False))

    def _publish(self) -> Iterator[Delivery]:
        from bot.services.runner import Runner

        runner = Runner(self.ctx)
        yield from self.road.publish(runner)
        runner.stop()

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
        self.road.let_clock_go()
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
