"""dxbot schedule, deliveries, reschedule, cancel, decide."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from bot.cli.console import Exit, print_json, tell, warn
from bot.cli.office import me, office
from bot.language import say
from bot.values import reading

if TYPE_CHECKING:
    from bot.cli import outputs
    from bot.services.records.context import Context
    from bot.store.models import Delivery


@click.command("schedule", epilog="例: dxbot schedule --json")
@click.option("--json", "as_json", is_flag=True, help="JSON で出す")
def schedule_command(as_json: bool) -> None:
    """これから何がいつどこに出るかの一覧です。"""
    ctx = office()
    from bot.services.delivery.scheduling import deliveries
    from bot.workflow.states import PENDING

    _print(ctx, [d for d in deliveries() if d.state in PENDING], as_json)


@click.command("deliveries", epilog="例: dxbot deliveries --state unknown")
@click.option("--state", help="この状態だけ（scheduled、published、unknown など）")
@click.option("--json", "as_json", is_flag=True, help="JSON で出す")
def deliveries_command(state: str | None, as_json: bool) -> None:
    """配信の記録です。"""
    ctx = office()
    from bot.services.delivery.scheduling import deliveries

    _print(ctx, deliveries(state), as_json)


def _print(ctx: Context, rows: list[Delivery], as_json: bool) -> None:
    if as_json:
        print_json([_row(d) for d in rows])
        return
    from bot.workflow.states import LABELS, DeliveryState

    for d in rows:
        due = d.due_at.astimezone(ctx.config.timezone)
        label = LABELS[DeliveryState(d.state)]
        where = f"{ctx.spec(d.channel).label}  {label}"
        click.echo(f"{d.id:>4}  {due:%m-%d %H:%M}  {where}  {d.submission.told_title}  {d.url or d.problem}")
    tell("{count}件", count=len(rows))
    _say_what_stops()


def _say_what_stops() -> None:
    from bot.services.delivery import pause

    for stop in pause.active():
        warn("配信を停止しています：{reason}", reason=stop.reason)


def _row(d: Delivery) -> outputs.Delivery:
    return {
        "id": d.id,
        "post": d.identity,
        "title": d.submission.title,
        "channel": d.channel,
        "part": d.part,
        "state": d.state,
        "due_at": d.due_at.isoformat(),
        "published_at": d.published_at.isoformat() if d.published_at else None,
        "remote_id": d.remote_id or None,
        "url": d.url or None,
        "attempts": d.attempts,
        "problem": d.problem or None,
    }


@click.command("reschedule", epilog='例: dxbot reschedule 12 --at "2026-12-01 12:15"')
@click.argument("number", type=int)
@click.option("--at", "moment", required=True, help="新しい時刻（2026-12-01 12:15）")
def reschedule_command(number: int, moment: str) -> None:
    """配信の時刻を変えます。"""
    ctx = office()
    actor = me(ctx)
    from bot.services.delivery import scheduling

    try:
        parsed = reading.moment(moment, ctx.config.timezone)
    except reading.Unclear:
        raise click.BadParameter(say("2026-12-01 12:15 の形で書いてください")) from None
    scheduling.reschedule(ctx, actor, number, parsed)
    tell("配信 {number} を {moment} に変えました。", number=number, moment=moment)


@click.command("cancel", epilog="例: dxbot cancel 12")
@click.argument("number", type=int)
def cancel_command(number: int) -> None:
    """まだ始まっていない配信を取り消します。"""
    ctx = office()
    actor = me(ctx)
    from bot.services.delivery import scheduling

    scheduling.cancel(ctx, actor, number)
    tell("配信 {number} を取り消しました。", number=number)


@click.command("decide", epilog="例: dxbot decide 12 --published https://x.com/i/status/1")
@click.argument("number", type=int)
@click.option("--published", "url", help="配信先で見つけた投稿のアドレス")
@click.option("--again", is_flag=True, help="出ていないことを確かめたので、もう一度送る")
@click.option("--let-be", is_flag=True, help="送らずに終える")
def decide_command(number: int, url: str | None, again: bool, let_be: bool) -> None:
    """結果の分からない配信を、人が確かめて決着させます。"""
    if sum((url is not None, again, let_be)) != 1:
        warn("--published、--again、--let-be のどれか一つを選んでください。")
        sys.exit(Exit.WRONG_USE)
    ctx = office()
    actor = me(ctx)
    from bot.services.delivery import reconcile

    if url is not None:
        reconcile.decide_published(ctx, actor, number, url)
    elif again:
        looking = reconcile.decide_again(ctx, actor, number) is reconcile.Again.LOOKING
        if looking:
            tell("配信先をもう一度見て、出ていなければ送ります。")
        else:
            tell("配信 {number} をもう一度送ります。", number=number)
        return
    else:
        reconcile.decide_let_be(ctx, actor, number)
    tell("配信 {number} を決着させました。", number=number)
