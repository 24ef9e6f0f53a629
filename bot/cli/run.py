"""dxbot run, web, serve: the processes that stay. Each listens before it does anything else, waits for a database that is away,
and ends as a whole: nothing publishes without the web site and its stop button where both were asked for."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING

import click

from bot import logs, systemd, trouble
from bot.cli.console import Exit, announce, explain, warn
from bot.cli.office import office
from bot.errors import ScheduleError
from bot.language import say
from bot.registry import load

if TYPE_CHECKING:
    from bot.cli.listening import Door
    from bot.services.records.context import Context
    from bot.services.runner import Runner

_AGAIN = 2.0  # seconds between two tries to reach the database
_LOOK = 1.0  # seconds between two looks whether the publisher lives
_WEB, _PUBLISHER = say("画面"), say("配信")


@click.command("run", epilog="例: dxbot run")
@click.option("--once", is_flag=True, help="いま出すべきものだけを出して終わる")
def run_command(once: bool) -> None:
    """配信を動かします。止めるには Ctrl+C を押してください。"""
    if once:
        _once(office())
        return
    with _until_told() as end:
        if (ctx := _office(end)) is not None:
            announce("配信を始めました。")
            _publish(ctx, end)


@click.command("web", epilog="例: dxbot web --port 8000")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def web_command(host: str, port: int) -> None:
    """画面を動かします。"""
    with _until_told() as end:
        door = _listen(host, port)
        if (ctx := _office(end)) is not None:
            _open(door, end)
            _watch(ctx)
            _show_life(host, door.port)
            systemd.tell(systemd.READY)
            end.told.wait()


@click.command("serve", epilog="例: dxbot serve --port 8000")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve_command(host: str, port: int) -> None:
    """画面と配信を一つのプロセスで動かします。"""
    with _until_told() as end:
        door = _listen(host, port)
        if (ctx := _office(end)) is not None:
            _open(door, end)
            _watch(ctx)
            _publish(ctx, end)


def _once(ctx: Context) -> None:
    runner = _runner(ctx)
    runner.sweep()
    runner.listen()
    runner.beat()
    runner.stop()
    _send_notices(ctx)
    if problem := runner.engine.timekeeper.problem():
        raise ScheduleError("the clock is wrong", summary=problem, next_step="")


def _watch(ctx: Context) -> None:
    """Beside the pages, where the publisher's death does not reach."""
    from bot.services.telling.watchman import Watchman

    Watchman(ctx).start()


def _show_life(host: str, port: int) -> None:
    """Tell the service manager now and then that the pages answer, by asking for one: a process whose threads all hang still
    runs."""
    seconds = systemd.patience()
    if seconds is not None:
        threading.Thread(target=_ask_for_a_page, args=(host, port, seconds), daemon=True, name="life").start()


def _ask_for_a_page(host: str, port: int, seconds: float) -> None:
    here = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 names of "everywhere"
    while True:
        door = HTTPConnection(here, port, timeout=seconds)
        with suppress(OSError, HTTPException):
            door.request("GET", "/health/live")
            if door.getresponse().status == HTTPStatus.OK:
                systemd.tell(systemd.ALIVE)
        door.close()
        time.sleep(seconds)


def _runner(ctx: Context) -> Runner:
    from bot.services.runner import Runner

    return Runner(ctx)


def _send_notices(ctx: Context) -> None:
    from bot.services.telling import messages

    messages.work(ctx)


class _End:
    """When to end, and why: `half` is what has ended by itself, "" when somebody said so."""

    def __init__(self) -> None:
        self.told, self.half = threading.Event(), ""

    def because_of(self, half: str) -> None:
        if not self.told.is_set():
            self.half = half
            self.told.set()


@contextmanager
def _until_told() -> Iterator[_End]:
    """SIGTERM and SIGINT end these processes in order. A terminal that is closed (SIGHUP) ends none: there is no log file to
    open anew, and posts are due. Exits with a code of its own where one half has ended."""
    end = _End()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end.told.set())
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield end
    if end.half:
        warn("{half}が止まったため、全体を終わります。", half=end.half)
        sys.exit(Exit.TROUBLE)


def _office(end: _End) -> Context | None:
    """Once the database answers; None when told to end before. What nobody is at work on (a wrong password, a full disk) is not
    waited for."""
    is_due = trouble.EveryMinute()
    while not end.told.is_set():
        try:
            ctx = office()
            logs.stay()
            return ctx
        except Exception as e:
            away = trouble.of(e)
            if not isinstance(away, trouble.Away):
                raise
            if is_due(away.message):
                warn("{sentence}答えるまで待ちます。", sentence=explain(away))
        end.told.wait(_AGAIN)
    return None


def _listen(host: str, port: int) -> Door:
    from bot.cli.listening import listen

    return listen(load(), host, port)


def _open(door: Door, end: _End) -> None:
    """When it ends, all ends."""
    door.open(lambda: end.because_of(_WEB))
    announce("http://{host}:{port}/ で画面を開けます。", host=door.host, port=door.port)


def _publish(ctx: Context, end: _End) -> None:
    """Publish and send notices until told to end; then finish what is in flight."""
    from bot.services.telling.notifier import Notifier

    runner, notifier = _runner(ctx), Notifier(ctx)
    try:
        runner.start()
        notifier.start()
        systemd.tell(systemd.READY)
        while not end.told.wait(_LOOK):
            if not runner.alive:
                end.because_of(_PUBLISHER)
    finally:  # also where memory for one of them is lacking: nothing must go on behind an end
        systemd.tell(systemd.STOPPING)
        runner.stop()  # first: from here on nothing new begins
        notifier.stop()
