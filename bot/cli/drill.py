"""dxbot drill: what an operator should have seen once before it happens. Everything is in a folder that is thrown away, on the
sandbox; the installation and its accounts are not touched.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from bot import folders
from bot.cli.console import Exit, tell
from bot.cli.road import OFFICER, Road, point_at, web
from bot.language import say

if TYPE_CHECKING:
    from bot.services.runner import Runner

# For the posts of each channel, in order; the account is shut by the last one. The sentences are the drill's own.
_FAULTS = {
    "429": "回数の制限で断られる",
    "500_before": "配信先の故障。投稿は作られない",
    "html_502": "途中の機器が答える。投稿は作られない",
    "500_after": "投稿は作られたのに、故障と答える",
    "reset_after": "投稿は作られたのに、答えの前に切れる",
    "truncated_after": "投稿は作られたのに、答えが途中で切れる",
    "late_visibility": "投稿は作られたのに、しばらく一覧に出ない",
    "401": "アカウントの鍵が無効になる",
}
_MINUTE = timedelta(minutes=1)
_LOOKS = 90  # minutes of the drill's clock in which everything is looked up


@click.group("drill", epilog="例: dxbot drill restore")
def drill_command() -> None:
    """障害と復旧の訓練をします。練習用の掲示だけを使い、実際の状態とアカウントには触れません。"""


@drill_command.command("restore")
def restore() -> None:
    """控えを取り、配信し、控えに戻し、二重に出ないことを見ます。"""
    with _ground() as (road, folder):
        runner = _runner(road)
        planned = _plan(road)
        tell("1. 見本の原稿を承認しました。配信の予定は{count}件です。", count=planned)
        copy = folder / "copy.tar"
        _dxbot("2.", "admin", "backup", "-o", str(copy))
        list(road.publish(runner))
        runner.stop()
        out = _seen(road)
        tell("3. 予定の時刻に配信しました。掲示には{count}件あります。", count=out.total())
        _dxbot("4.", "admin", "restore", str(copy), "--over")
        runner = _runner(road)
        runner.beat()
        tell(
            "5. 配信のプロセスを始めました。データベースは、配信の前に戻っています。止まっている理由：\n   {why}",
            why=_reasons(),
        )
        _look_up(road, runner)
        known = _published()
        tell("6. 配信先で探しました。出ていた{count}件を見つけ、記録しました。", count=known)
        _go_on(road, runner)
        again = _seen(road)
        tell("7. 止めた配信を、広報担当が再開しました。掲示は{count}件のままです。", count=again.total())
    _end(out == again and known == out.total(), twice=(again - out).total(), lost=(out - again).total())


@drill_command.command("faults")
def faults() -> None:
    """配信先の障害を一つずつ起こし、画面に何と出るか、二重に出ないかを見ます。"""
    with _ground() as (road, _):
        runner = _runner(road)
        for (kind, words), path in zip(_FAULTS.items(), road.ctx.library.paths(), strict=False):
            tell("{fault}：", fault=say(words))
            for line in _meet(road, runner, path, kind):
                tell("   {channel} → {state}　{problem}", **line)
        runner.stop()
        seen, known = _seen(road), _published()
    twice = seen.total() - len(seen)
    _end(seen.total() == known and not twice, twice=twice, lost=abs(len(seen) - known))


@contextmanager
def _ground() -> Iterator[tuple[Road, Path]]:
    """A sandbox and a state of their own, with the sample posts that came with the program."""
    from bot.sandbox import server

    logging.disable(logging.ERROR)  # what the log says of it would stand between the lines that explain it
    with TemporaryDirectory(prefix="dxbot-drill-") as name:
        folder = Path(name)
        (folder / "timelines").mkdir()
        with server.create(folder / "timelines") as sandbox:
            point_at(sandbox, folder / "var")
            for place in ("content", "schedules", "templates"):
                os.environ[f"DXBOT_{place.upper()}_DIR"] = str(folders.SHIPPED / place)
            with web() as site:
                os.environ["DXBOT_MEDIA_BASE_URL"] = site
                yield Road(sandbox.base_url), folder


def _runner(road: Road) -> Runner:
    from bot.services.runner import Runner

    return Runner(road.ctx)


def _plan(road: Road) -> int:
    road.approve([road.submit(path) for path in road.ctx.library.paths()])
    return road.planned()


def _dxbot(number: str, *arguments: str) -> None:
    """The operator's own command, as it is typed, in a process of its own; what it says is shown."""
    from bot.services.records import backup

    backup.let_go()
    tell("{number} $ dxbot {command}", number=number, command=" ".join(arguments))
    done = subprocess.run(  # noqa: S603 this program itself
        [sys.executable, "-m", "bot", *arguments], capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    for line in (done.stdout + done.stderr).splitlines():
        tell("   {line}", line=line)
    if done.returncode:
        sys.exit(Exit.REFUSED)


def _seen(road: Road) -> Counter[tuple[str, str]]:
    """How often each text stands on each timeline."""
    return Counter((post["channel"], post["text"]) for post in road.posts())


def _published() -> int:
    from bot.services.delivery.scheduling import deliveries
    from bot.workflow.states import DeliveryState

    return len(list(deliveries(DeliveryState.PUBLISHED)))


def _look_up(road: Road, runner: Runner) -> None:
    """Until nothing is looked for any more: it was found, or a person has it."""
    from bot.services.delivery import lookback
    from bot.services.delivery.scheduling import deliveries
    from bot.workflow.states import DeliveryState

    in_doubt = (DeliveryState.UNKNOWN, DeliveryState.PUBLISHING)
    for _ in range(_LOOKS):
        road.move_clock(road.clock.now() + _MINUTE)
        runner.beat()
        if not lookback.pending() and not any(d.state in in_doubt for d in deliveries()):
            return


def _reasons() -> str:
    """Why everything stands still, as the page says it."""
    from bot.services.delivery import pause

    return "\n   ".join(stop.reason for stop in pause.active())


def _go_on(road: Road, runner: Runner) -> None:
    """As an officer does who has looked at what was found."""
    from bot.services.delivery import pause
    from bot.workflow.actors import Actor, Role

    pause.resume(road.ctx, Actor(person=OFFICER, role=Role.OFFICER))
    list(road.publish(runner))
    runner.stop()


def _meet(road: Road, runner: Runner, path: Path, kind: str) -> Iterator[dict[str, str]]:
    """Hand in and send one post, of which each channel's request meets this trouble; what became of it, channel by channel."""
    from bot.services.delivery.scheduling import deliveries
    from bot.workflow.states import LABELS, DeliveryState

    before = {d.id for d in deliveries()}
    road.approve([road.submit(path)])
    new = [d for d in deliveries() if d.id not in before]
    for channel in {d.channel for d in new}:
        road.order_fault(channel, kind)
    list(road.publish(runner))
    _look_up(road, runner)
    for d in deliveries():
        if d.id not in before:
            state = say(LABELS[DeliveryState(d.state)])
            yield {"channel": road.ctx.spec(d.channel).label, "state": state, "problem": d.problem}


def _end(good: bool, *, twice: int, lost: int) -> None:
    tell("二重に出たもの：{twice}件　見失ったもの：{lost}件", twice=twice, lost=lost)
    tell("訓練に使ったものは、全て消しました。")
    sys.exit(Exit.FINE if good else Exit.REFUSED)
