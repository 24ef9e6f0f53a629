"""dxbot run, web, serve: the processes that stay."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any

import click

from bot import logs
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
    _open_door(_stay(), host, port).run()


@click.command("serve", epilog="例: dxbot serve --port 8000")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve_command(host: str, port: int) -> None:
    """画面と配信を一つのプロセスで動かします。"""
    ctx = _stay()
    threading.Thread(target=_open_door(ctx, host, port).run, daemon=True, name="web").start()
    _until_told(ctx)


def _stay() -> Context:
    ctx = office()
    logs.stay()
    return ctx


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
    told.wait()
    runner.stop()  # first: from here on nothing new begins
    notifier.stop()


def _open_door(ctx: Context, host: str, port: int) -> Any:
    from bot.cli.listening import open_door

    door = open_door(ctx.config, host, port)
    tell("http://{host}:{port}/ で画面を開けます。", host=host, port=port)
    return door
