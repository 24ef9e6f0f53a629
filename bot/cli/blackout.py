"""dxbot blackout: times in which nothing goes out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from bot.cli.console import print_json, tell
from bot.cli.office import me, office
from bot.language import say
from bot.schedule.rules import KINDS
from bot.values import reading
from bot.workflow.actors import Permission

if TYPE_CHECKING:
    from bot.cli import outputs
    from bot.services.records.context import Context
    from bot.store.rules import Blackout


@click.group("blackout", help=say("配信を止める期間（選挙・弔意・保守）"))
def blackout_command() -> None:
    pass


@blackout_command.command("list", epilog="例: dxbot blackout list --json")
@click.option("--json", "as_json", is_flag=True, help="JSON で出す")
def list_command(as_json: bool) -> None:
    """広報担当が入れた期間の一覧です。ファイルで決めた期間は schedules/blackouts.yml を見てください。"""
    ctx = office()
    from bot.services.delivery import blackouts
    from bot.services.records import office_rules

    rows = blackouts.listed(ctx.clock.now())
    if as_json:
        print_json([_row(row) for row in rows])
        return
    for row in rows:
        rule = office_rules.as_rule(row)
        span = "–".join(f"{t.astimezone(ctx.config.timezone):%Y-%m-%d %H:%M}" for t in (rule.start, rule.end))
        click.echo(f"{row.id:>4}  {span}  {rule.kind}  {rule.why}  {blackouts.whom(ctx, rule)}  {_state(row)}".rstrip())
    tell("{count}件", count=len(rows))


def _state(row: Blackout) -> str:
    if row.lifted_by:
        return say("解除済み（{lifted_by}）", lifted_by=row.lifted_by)
    return say("解除の申し出（{lift_asked_by}）", lift_asked_by=row.lift_asked_by) if row.lift_asked_by else ""


def _row(row: Blackout) -> outputs.Blackout:
    return {
        "id": row.id,
        "from": row.start_at.isoformat(),
        "to": row.end_at.isoformat(),
        "kind": row.kind,
        "why": row.why,
        "channels": row.channels,
        "tags": row.tags,
        "words": row.words,
        "set_by": row.set_by,
        "lift_asked_by": row.lift_asked_by or None,
        "lifted_by": row.lifted_by or None,
    }


@blackout_command.command(
    "add", epilog='例: dxbot blackout add --from "2027-04-16 0:00" --to "2027-04-26 0:00" --why 市議会議員選挙'
)
@click.option("--from", "start", required=True, help="いつから（2027-04-16 0:00）")
@click.option("--to", "end", required=True, help="いつまで。この時刻からは、また出せる")
@click.option("--why", required=True, help="理由")
@click.option("--kind", type=click.Choice(KINDS), default=KINDS[-1], show_default=True, help="種類")
@click.option("--channel", "channels", multiple=True, help="この配信先だけ（書かなければ全て）")
@click.option("--tag", "tags", multiple=True, help="このハッシュタグの付いた投稿だけ")
@click.option("--word", "words", multiple=True, help="この言葉を含む投稿だけ")
@click.option("--yes", is_flag=True, help="尋ねずに入れる")
def add_command(
    start: str,
    end: str,
    why: str,
    kind: str,
    channels: tuple[str, ...],
    tags: tuple[str, ...],
    words: tuple[str, ...],
    yes: bool,
) -> None:
    """配信を止める期間を入れます。止まる配信を示して、よいかどうかを尋ねます。"""
    ctx = office()
    actor = me(ctx)
    actor.require(Permission.PAUSE)
    from bot.schedule.rules import Blackout as Rule
    from bot.services.delivery import blackouts

    wanted = Rule(
        start=_moment(ctx, start),
        end=_moment(ctx, end),
        kind=kind,
        why=why.strip(),
        set_by=actor.person,
        channels=frozenset(channels),
        tags=frozenset(tag.lstrip("#＃") for tag in tags) - {""},
        words=frozenset(words) - {""},
    )
    blackouts.require_sense(ctx, wanted)
    for row in blackouts.would_hold(ctx, wanted):
        due = row.due_at.astimezone(ctx.config.timezone)
        click.echo(f"{row.id:>4}  {due:%Y-%m-%d %H:%M}  {ctx.spec(row.channel).label}  {row.submission.told_title}")
    if not yes:
        click.confirm(say("この配信を止めます。よいですか"), abort=True)
    entered = blackouts.enter(ctx, actor, wanted)
    tell("期間 {number} を入れました。{held}件を保留にしました。", number=entered.number, held=entered.held)
    if entered.leaving:
        tell("ほかに{leaving}件は送信の途中で、止められません。", leaving=entered.leaving)


def _moment(ctx: Context, text: str) -> datetime:
    try:
        return reading.moment(text, ctx.config.timezone)
    except reading.Unclear:
        raise click.BadParameter(say("2027-04-16 0:00 の形で書いてください")) from None


@blackout_command.command("lift", epilog='例: dxbot blackout lift 3 --reason "選挙が中止のため"')
@click.argument("number", type=int)
@click.option("--reason", default="", help="解除を申し出る（一人目）")
@click.option("--confirm", is_flag=True, help="申し出のあった期間を解除する（二人目）")
def lift_command(number: int, reason: str, confirm: bool) -> None:
    """期間を終わりの前に解除します。二人が要ります。一人が --reason で申し出て、ほかの人が --confirm で解除します。
    保留の配信は、見直して戻すまで出ません。"""
    if bool(reason) == confirm:
        raise click.UsageError(say("--reason か --confirm のどちらか一つを書いてください"))
    ctx = office()
    actor = me(ctx)
    from bot.services.delivery import blackouts

    if confirm:
        blackouts.lift(ctx, actor, number)
        tell("期間 {number} を解除しました。", number=number)
    else:
        blackouts.ask_to_lift(ctx, actor, number, reason)
        tell("期間 {number} の解除を申し出ました。", number=number)
