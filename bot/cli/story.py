"""What the demo tells: posts that were handed in, approved and published in the weeks before now, on a clock of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.console import explain
from bot.cli.road import Road
from bot.clock import SystemClock
from bot.config import Config
from bot.errors import BotError
from bot.language import say
from bot.schedule import opening
from bot.schedule import rules as schedule

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from bot.store.models import Delivery, Submission

LEFT = 2  # posts that wait for the visitor, whatever else the story tells
_SPARE, _FOR_EACH = timedelta(days=12), timedelta(days=1.5)  # in which all go out, were they all for the same slot
_THINKING = timedelta(minutes=40)  # until an officer approves
_LATELY = timedelta(hours=1)  # since the visitor's posts were handed in


@dataclass
class Row:
    """A line of the closing table."""

    title: str
    channel: str
    state: str
    where: str
    good: bool


def begin(config: Config, posts: int) -> datetime:
    """The opening of a day so long ago that this many posts have gone out by now. Raises ConfigError."""
    rules = schedule.load(config.rules_dir, config.timezone)
    day = (SystemClock().now() - _SPARE - _FOR_EACH * posts).astimezone(config.timezone).date()
    while opening.closed_reason(day, rules):
        day += timedelta(days=1)
    return datetime.combine(day, rules.quiet.open, rules.zone)


def lately(config: Config) -> datetime:
    """The last moment of office hours that is an hour old. Raises ConfigError."""
    rules = schedule.load(config.rules_dir, config.timezone)
    local = (SystemClock().now() - _LATELY).astimezone(config.timezone)
    day, moment = local.date(), min(local.time(), rules.quiet.close)
    if moment < rules.quiet.open:
        day, moment = day - timedelta(days=1), rules.quiet.close
    while opening.closed_reason(day, rules):
        day, moment = day - timedelta(days=1), rules.quiet.close
    return datetime.combine(day, moment, rules.zone)


@dataclass
class Story:
    """`links`: the sandbox goes on after the story, so what it tells of a post is where that post stands. `left`: so many posts
    wait for a visitor, and what is due later than now waits as well."""

    road: Road
    links: bool = False
    left: int = 0
    refused: list[Row] = field(default_factory=list)

    def tell(self, directory: Path) -> bool:
        """True if everything is out where it should be."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        console = Console()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=console, transient=not console.is_terminal) as progress:
            self._take_the_road(progress)
        rows = [*self.refused, *self._rows(), *self._column_rows(self._newsletter(directory))]
        _show(console, rows)
        return all(row.good for row in rows)

    def _take_the_road(self, progress: Progress) -> None:
        now = SystemClock().now()
        self.road.move_clock(self.road.clock.now())  # before anything is asked of the platforms
        told, waiting = self._chosen()
        task = progress.add_task(say("点検と申請"), total=len(told) + len(waiting))
        handed_in = self._submit(told, progress, task)
        self.road.move_clock(self.road.clock.now() + _THINKING)
        count = self.road.approve(handed_in)
        progress.add_task(say("確認と承認"), total=count, completed=count)
        going_out = progress.add_task(say("配信（時計を配信枠まで進めます）"), total=self.road.planned())
        for _ in self._publish(now if self.left else None):
            progress.advance(going_out)
        if waiting:
            self.road.move_clock(lately(self.road.ctx.config))
            self._submit(waiting, progress, task)

    def _chosen(self) -> tuple[list[Path], list[Path]]:
        """What the story tells, and what is left: of those who need nobody's confirmation before an officer's look, never more
        than half of all."""
        library = self.road.ctx.library
        paths = library.paths()
        count = min(self.left, len(paths) // 2)
        left = [path for path in paths if _is_leaders(library.read(path).author.role)][-count:] if count else []
        return [path for path in paths if path not in left], left

    def _submit(self, paths: Sequence[Path], progress: Progress, task: TaskID) -> list[Submission]:
        """A post that cannot be handed in is reported, and the others go on."""
        found = []
        for path in paths:
            try:
                found.append(self.road.submit(path))
            except BotError as e:
                self.refused.append(Row(path.name, "", say("申請できず"), explain(e), False))
            progress.advance(task)
        return found

    def _publish(self, until: datetime | None) -> Iterator[Delivery]:
        from bot.services.runner import Runner

        runner = Runner(self.road.ctx)
        yield from self.road.publish(runner, until)
        runner.stop()

    def _newsletter(self, directory: Path) -> list[Path]:
        """Every issue that has a post. The next one would be wrong: the clock may have passed the copy deadline of theirs."""
        from bot.services.paper import column, issues

        return [file for issue in column.issues_with_posts() for file in issues.export(self.road.ctx, issue, directory)]

    def _rows(self) -> Iterator[Row]:
        from bot.services.delivery.scheduling import deliveries
        from bot.workflow.states import LABELS, DeliveryState

        for d in deliveries():
            label = self.road.ctx.spec(d.channel).label + (f"（{d.part + 1}）" if d.part else "")
            good = d.state == DeliveryState.PUBLISHED
            yield Row(d.submission.title, label, LABELS[DeliveryState(d.state)], d.problem or self._where(d), good)

    def _where(self, delivery: Delivery) -> str:
        if self.links:
            return delivery.url
        return self.road.ctx.said(delivery.published_at, with_year=True) if delivery.published_at else ""

    def _column_rows(self, files: list[Path]) -> Iterator[Row]:
        for path in files:
            yield Row(say("コラム（全ての原稿）"), "新聞広報", say("作成済み（仮）"), str(path), path.is_file())


def _is_leaders(role: str | None) -> bool:
    return role == "leader"


def _show(console: Console, rows: list[Row]) -> None:
    from rich.table import Table

    table = Table(title=say("何がどこに出たか"), show_lines=False)
    for heading in (say("原稿"), say("配信先"), say("状態"), say("時刻・投稿・ファイル")):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(row.title, row.channel, row.state, row.where, style="" if row.good else "red")
    if not console.is_terminal:
        console.width = 160
    console.print(table)
