"""dxbot takedown, sign: deleting what stands at a platform, and the second person's name under it."""

from __future__ import annotations

import click

from bot.cli.console import tell
from bot.cli.office import me, office


@click.command("takedown", epilog='例: dxbot takedown 12 --reason "写真に写ってはいけないものがあるため"')
@click.argument("number", type=int)
@click.option("--reason", required=True, help="削除する理由")
def takedown_command(number: int, reason: str) -> None:
    """配信（番号）の投稿を配信先から消します。夜間や停止中でも動きます。1日以内に、ほかの広報担当が署名します。"""
    ctx = office()
    actor = me(ctx)
    from bot.services.delivery import takedowns

    count = takedowns.take_down(ctx, actor, number, reason)
    tell("{count}件の削除を始めました。ほかの広報担当に署名を頼んでください。", count=count)


@click.command("sign", epilog="例: dxbot sign 3")
@click.argument("decision", type=int)
def sign_command(decision: int) -> None:
    """ほかの広報担当が決めた削除に署名します。番号は dxbot threads の「削除」の番号です。"""
    ctx = office()
    actor = me(ctx)
    from bot.services.delivery import takedowns

    takedowns.sign(ctx, actor, decision)
    tell("署名しました。")
