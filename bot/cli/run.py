"""dxbot run, web, serve: the processes that stay."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Any

import click

from bot import logs, systemd
from bot.cli.console import tell
from bot.cli.office import office

if TYPE_CHECKING:
    from bot.services.records.context import Context
    from bot.services.runner import Runner


@click.command("run", epilog="例: dxbot run")
@click.option("--once", is_flag=True, help="いま出すべきものだけを出して終わる")
def run_command(once: bool) -> None:
    """配信を動かします。止めるには Ctrl+C を押してください。"""
    ctx = _stay()
    if once:
        runner = _runner(ctx)
        runner.sweep()
        runner.beat()
        runner.stop()
        _send_notices(ctx)
        return
    tell("配信を始めました。")
    _until_told(ctx)


@click.command("web", epilog="例: dxbot web --port 8000")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def web_command(host: str, port: int) -> None:
    """画面を動かします。"""
    ctx = _stay()
    door = _open_door(ctx, host, port)
    _watch(ctx)
    _show_life(host, door.effective_port)
    systemd.tell(systemd.READY)
    door.run()


@click.command("serve", epilog="例: dxbot serve --port 8000")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve_command(host: str, port: int) -> None:
    """画面と配信を一つのプロセスで動かします。"""
    ctx = _stay()
    threading.Thread(target=_open_door(ctx, host, port).run, daemon=True, name="web").start()
    _watch(ctx)
    _until_told(ctx)


def _stay() -> Context:
    ctx = office()
    logs.stay()
    return ctx


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


def _until_told(ctx: Context) -> None:
    """Publish and send notices until SIGTERM or SIGINT; then finish what is in flight."""
    from bot.services.telling.notifier import Notifier

    runner, notifier = _runner(ctx), Notifier(ctx)
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    runner.start()
    notifier.start()
    systemd.tell(systemd.READY)
    told.wait()
    systemd.tell(systemd.STOPPING)
    runner.stop()  # first: from here on nothing new begins
    notifier.stop()


def _open_door(ctx: Context, host: str, port: int) -> Any:
    from bot.cli.listening import open_door

    door = open_door(ctx.config, host, port)
    tell("http://{host}:{port}/ で画面を開けます。", host=host, port=port)
    return door
