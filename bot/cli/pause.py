"""dxbot pause, dxbot resume: the stop switch."""

from __future__ import annotations

import click

from bot.cli.console import tell
from bot.cli.office import me, office


@click.command("pause", epilog='例: dxbot pause --reason "地震のため"')
@click.option("--channel", default="", help="この配信先だけ（書かなければ全て）")
@click.option("--reason", required=True, help="止める理由")
def pause_command(channel: str, reason: str) -> None:
    """配信をすぐに止めます。"""
    ctx = office()
    actor = me(ctx)
    from bot.services.delivery.pause import pause, see_off

    held, leaving = pause(ctx, actor, reason, channel)
    see_off(channel)
    tell("配信を止めました。{held}件を保留にしました。", held=held)
    if leaving:
        tell("ほかに{leaving}件は送信の途中で、止められません。結果は dxbot deliveries で確かめてください。", leaving=leaving)


@click.command("resume", epilog="例: dxbot resume")
@click.option("--channel", default="", help="この配信先の停止を解く")
@click.option("--release", "numbers", type=int, multiple=True, help="見直した配信の番号を、予定に戻す")
@click.option("--alone", type=int, multiple=True, help="連載の前の回を待たずに出してよい配信の番号")
def resume_command(channel: str, numbers: tuple[int, ...], alone: tuple[int, ...]) -> None:
    """停止を解除します。保留中の配信は、見直して --release で一つずつ戻します。"""
    ctx = office()
    actor = me(ctx)
    from bot.services.delivery.pause import release, resume
    from bot.services.delivery.series import go_alone

    ended = resume(ctx, actor, channel)
    for number in alone:
        go_alone(ctx, actor, number)
    for number in numbers:
        release(ctx, actor, number)
    tell("停止を{ended}件解除し、{count}件の配信を予定に戻しました。", ended=ended, count=len(numbers))
