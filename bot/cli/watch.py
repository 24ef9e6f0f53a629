"""dxbot watch: looks from another process whether the publishers live, and tells people."""

from __future__ import annotations

import signal
import sys

import click

from bot import logs, systemd
from bot.cli.console import Exit, tell, warn
from bot.cli.office import office, shell


@click.command("watch", epilog="例: dxbot watch --every 10")
@click.option("--every", metavar="秒", type=click.FloatRange(min=1), help="終わらずに、この秒数ごとに見る")
@click.option("--seen", is_flag=True, help="いまの知らせを確認したと記録する（次の人には知らせない）")
def watch_command(every: float | None, seen: bool) -> None:
    """配信のプロセスが動いているか、予定の投稿が出ているかを見て、止まっていればメールとチャットで知らせます。"""
    if seen:
        _see()
        return
    # Whoever looks for what is wrong must not stop where the database does not answer.
    ctx = office(database=lambda: None)
    from bot.services.telling.watchman import Watchman, work

    if every is None:
        lines = work(ctx)
        for line in lines:
            warn("{line}", line=line)
        sys.exit(Exit.REFUSED if lines else Exit.FINE)
    logs.stay()
    watchman = Watchman(ctx)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: watchman.end())
    systemd.tell(systemd.READY)
    watchman.run(every, lambda: systemd.tell(systemd.ALIVE))


def _see() -> None:
    ctx = office()
    from bot.services.telling import alarms

    seen = [alarm.line for alarm in alarms.open_ones() if alarms.see(ctx, shell(), alarm.id)]
    for line in seen:
        click.echo(line)
    tell("確認したと記録しました。次の人には知らせません。" if seen else "確認を待っている知らせはありません。")
