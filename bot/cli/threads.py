"""dxbot threads: what stands of a thread that broke; go on, take down, leave, sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.cli.console import print_json, tell
from bot.cli.office import me, office
from bot.cli.takedown import sign_command, takedown_command
from bot.language import say
from bot.values import reading

if TYPE_CHECKING:
    from bot.cli import outputs
    from bot.services.delivery.threads import Half
    from bot.services.records.context import Context


@click.group(
    "threads", invoke_without_command=True, epilog='例: dxbot threads、dxbot threads leave 12 --reason "要点は伝わっている"'
)
@click.option("--json", "as_json", is_flag=True, help="JSON で出す")
@click.pass_context
def threads_command(click_ctx: click.Context, as_json: bool) -> None:
    """途中で止まったスレッドの一覧です。番号は、最初の投稿の配信の番号です。"""
    if click_ctx.invoked_subcommand:
        return
    ctx = office()
    from bot.services.delivery import takedowns, threads

    halves = threads.broken()
    if as_json:
        print_json([_row(half) for half in halves])
        return
    for half in halves:
        _print(ctx, half)
    for decision in takedowns.open_ones():
        signed = decision.signed_by or say("署名待ち")
        click.echo(say("削除") + f" {decision.id:>4}  {decision.submission.told_title}  {decision.reason}  {signed}")
    tell("{count}件", count=len(halves))


def _print(ctx: Context, half: Half) -> None:
    from bot.workflow.states import LABELS, DeliveryState

    left = say("　このままにする") if half.left else ""
    click.echo(f"{half.number:>4}  {ctx.spec(half.torn.channel).label}  {half.label}{left}  {half.torn.submission.told_title}")
    for part in half.parts:
        click.echo(f"      {part.part + 1}  {LABELS[DeliveryState(part.state)]}  {part.url or part.problem}")


def _row(half: Half) -> outputs.Thread:
    return {
        "id": half.number,
        "post": half.torn.identity,
        "channel": half.torn.channel,
        "parts": len(half.parts),
        "stands": half.stands,
        "decision": half.decision.way if half.decision else None,
        "reason": half.decision.reason if half.decision else None,
        "deliveries": [
            {"id": p.id, "part": p.part, "state": p.state, "url": p.url or None, "problem": p.problem or None}
            for p in half.parts
        ],
    }


@threads_command.command("go-on", epilog='例: dxbot threads go-on 12 --at "2026-12-01 12:15"')
@click.argument("number", type=int)
@click.option("--at", "moment", help="続きを出す時刻（書かなければ、出せる時間になりしだい）")
def go_on_command(number: int, moment: str | None) -> None:
    """承認された続きを、出ている投稿への返信として出します。"""
    ctx = office()
    actor = me(ctx)
    from bot.services.delivery import threads

    try:
        wished = reading.moment(moment, ctx.config.timezone) if moment else None
    except reading.Unclear:
        raise click.BadParameter(say("2026-12-01 12:15 の形で書いてください")) from None
    at = threads.go_on(ctx, actor, number, wished).astimezone(ctx.config.timezone)
    tell("続きを {at:%Y-%m-%d %H:%M} に出します。", at=at)


@threads_command.command("leave", epilog='例: dxbot threads leave 12 --reason "要点は伝わっているため"')
@click.argument("number", type=int)
@click.option("--reason", required=True, help="このままにする理由")
def leave_command(number: int, reason: str) -> None:
    """出ている分をそのままにし、続きを出さないと記録します。"""
    ctx = office()
    actor = me(ctx)
    from bot.services.delivery import threads

    threads.leave(ctx, actor, number, reason)
    tell("このままにすると記録しました。")


@threads_command.command("settle", epilog="例: dxbot threads settle 12 --gone")
@click.argument("number", type=int)
@click.option(
    "--gone/--again", required=True, default=None, help="消えていることを確かめた／まだ出ているので、もう一度削除する"
)
def settle_command(number: int, gone: bool) -> None:
    """消えたかどうか分からない投稿（配信の番号）を、人が確かめて決着させます。"""
    ctx = office()
    actor = me(ctx)
    from bot.services.delivery import removal

    decide = removal.decide_gone if gone else removal.decide_again
    decide(ctx, actor, removal.of(number))
    tell("決着させました。")


# Of a thread as of any post; `takedown` and `sign` are commands of their own, too.
threads_command.add_command(takedown_command, "take-down")
threads_command.add_command(sign_command)
